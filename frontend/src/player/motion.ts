/**
 * The recorded motion of a walker, decoded from the wire.
 *
 * The format is described in `evolution/simulation/motion.py`, which writes it. The browser
 * replays what was recorded and never simulates, so a motion is the same for everyone.
 */

export interface Spring {
  readonly a: number;
  readonly b: number;
  readonly active: boolean;
}

/** From (x0, y0) to (x1, y1) in metres; the free side is on the left of that direction. */
export interface Segment {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export interface Motion {
  readonly fps: number;
  readonly radius: number; // of a joint, metres
  readonly joints: number;
  readonly frames: number;
  readonly springs: readonly Spring[];
  readonly terrain: string;
  readonly ground: readonly Segment[];
  readonly ceiling: readonly Segment[];
  /** Metres, frame by frame: x of joint j in frame t is at `(t * joints + j) * 2`. */
  readonly positions: Float32Array;
}

export class MotionError extends Error {
  override name = "MotionError";
}

const VERSION = 1;
const MAX_INFLATED_BYTES = 3 << 20;
const MAX_VARINT_BYTES = 5;

class Reader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  byte(): number {
    const value = this.bytes[this.at];
    if (value === undefined) throw new MotionError("The motion is cut short.");
    this.at += 1;
    return value;
  }

  varint(): number {
    let value = 0;
    // Multiplication instead of shifts: five bytes reach past 31 bits.
    for (let i = 0, factor = 1; i < MAX_VARINT_BYTES; i++, factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw new MotionError("A number in the motion is too long.");
  }

  signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  whole(what: string, low: number, high: number): number {
    const value = this.varint();
    if (value < low || value > high) {
      throw new MotionError(`The ${what} is ${value}; it must be ${low} to ${high}.`);
    }
    return value;
  }

  text(): string {
    const size = this.whole("length of a name", 0, 64);
    const raw = Uint8Array.from({ length: size }, () => this.byte());
    return new TextDecoder().decode(raw);
  }

  segments(scale: number): Segment[] {
    const count = this.whole("number of segments", 0, 1000);
    const length = () => this.signed() / scale;
    return Array.from({ length: count }, () => {
      const [x0, y0, x1, y1] = [length(), length(), length(), length()];
      return { x0, y0, x1, y1 };
    });
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }
}

/** Decodes the inflated bytes of a motion. Throws MotionError for anything else. */
export function decodeMotion(plain: Uint8Array): Motion {
  const reader = new Reader(plain);
  const version = reader.byte();
  if (version !== VERSION) throw new MotionError(`Version ${version} of a motion is unknown.`);
  const fps = reader.whole("frame rate", 1, 240);
  const scale = reader.whole("scale", 1, 4096);
  const radius = reader.varint() / scale;
  const joints = reader.whole("number of joints", 1, 100);
  const frames = reader.whole("number of frames", 1, 3600);
  const springs = Array.from({ length: reader.whole("number of muscles", 0, 500) }, () => ({
    a: reader.whole("joint of a muscle", 0, joints - 1),
    b: reader.whole("joint of a muscle", 0, joints - 1),
    active: reader.whole("kind of a muscle", 0, 1) === 1,
  }));
  const terrain = reader.text();
  const ground = reader.segments(scale);
  const ceiling = reader.segments(scale);
  const positions = readPositions(reader, joints, frames, scale);
  if (!reader.isAtEnd) throw new MotionError("There are bytes after the motion's end.");
  return { fps, radius, joints, frames, springs, terrain, ground, ceiling, positions };
}

/** Undoes the second differences, channel by channel. */
function readPositions(reader: Reader, joints: number, frames: number, scale: number) {
  const positions = new Float32Array(frames * joints * 2);
  for (let channel = 0; channel < joints * 2; channel++) {
    let position = reader.signed();
    let velocity = 0;
    positions[channel] = position / scale;
    for (let t = 1; t < frames; t++) {
      velocity += reader.signed();
      position += velocity;
      positions[t * joints * 2 + channel] = position / scale;
    }
  }
  return positions;
}

/** Inflates one zlib stream, refusing one that unpacks to more than any motion. */
async function inflate(packed: Blob): Promise<Uint8Array> {
  const stream = packed.stream().pipeThrough(new DecompressionStream("deflate"));
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > MAX_INFLATED_BYTES) {
      await reader.cancel();
      throw new MotionError("The motion is larger than any that is recorded.");
    }
    chunks.push(value);
  }
  const plain = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    plain.set(chunk, at);
    at += chunk.length;
  }
  return plain;
}

/** Unpacks and decodes what the server sends as a motion. */
export async function unpackMotion(packed: Blob): Promise<Motion> {
  return decodeMotion(await inflate(packed));
}

/** Fetches a motion; `signal` gives up. Throws MotionError with a reason for people. */
export async function fetchMotion(url: string, signal?: AbortSignal): Promise<Motion> {
  const response = await fetch(url, { signal: signal ?? null });
  if (!response.ok) throw new MotionError(`The replay is not there (status ${response.status}).`);
  return unpackMotion(await response.blob());
}

/** Seconds from the first frame to the last. */
export const seconds = (motion: Motion): number => (motion.frames - 1) / motion.fps;

/** Centre of mass of every frame, metres: x at `2 t`, y at `2 t + 1`. Joints weigh the same. */
export function centresOfMass(motion: Motion): Float32Array {
  const { joints, frames, positions } = motion;
  const centres = new Float32Array(frames * 2);
  for (let t = 0; t < frames; t++) {
    let x = 0;
    let y = 0;
    for (let j = 0; j < joints; j++) {
      const at = (t * joints + j) * 2;
      x += positions[at] ?? 0;
      y += positions[at + 1] ?? 0;
    }
    centres[2 * t] = x / joints;
    centres[2 * t + 1] = y / joints;
  }
  return centres;
}

/** Linear interpolation of rows of `width` numbers between recorded frames, into `out`. */
export function interpolate(
  rows: Float32Array,
  width: number,
  frame: number,
  out: Float32Array,
): Float32Array {
  const last = rows.length / width - 1;
  const at = Math.min(Math.max(frame, 0), last);
  const low = Math.floor(at);
  const high = Math.min(low + 1, last);
  const share = at - low;
  for (let i = 0; i < width; i++) {
    const from = rows[low * width + i] ?? 0;
    const to = rows[high * width + i] ?? 0;
    out[i] = from + share * (to - from);
  }
  return out;
}
