/**
 * What part of the world a canvas shows: the one place that turns metres into pixels.
 *
 * The view is a function of the motion and the time alone, so scrubbing back shows the same
 * picture again. The follow path is the centre of mass smoothed over a second: the camera
 * glides while the walker bounces.
 */

import { centresOfMass, interpolate, type Motion } from "./motion";

export interface Size {
  readonly width: number; // CSS pixels
  readonly height: number;
}

/** A placed camera. World: metres, y up. Screen: CSS pixels, y down. */
export class View {
  constructor(
    readonly scale: number, // pixels a metre
    private readonly left: number, // world x at the left edge
    private readonly bottom: number, // world y at the lower edge
    readonly size: Size,
  ) {}

  x(metres: number): number {
    return (metres - this.left) * this.scale;
  }

  y(metres: number): number {
    return this.size.height - (metres - this.bottom) * this.scale;
  }

  /** World x at a screen position. */
  worldX(pixels: number): number {
    return pixels / this.scale + this.left;
  }
}

const SMOOTHING = 0.5; // seconds to each side
const GROUND_SHARE = 0.17; // of the height, below y = 0
const LEAST_METRES = 6; // a tiny walker does not fill the screen
const FILL = 0.82; // share of the free space that a walker takes at most

/** Mean over `radius` frames to each side, twice: no corner is left in the path. */
export function smooth(values: Float32Array, radius: number): Float32Array {
  let current = values;
  for (let pass = 0; pass < 2; pass++) {
    const next = new Float32Array(current.length);
    for (let t = 0; t < current.length; t++) {
      // The window shrinks at both ends by the same amount, so the ends stay in place.
      const reach = Math.min(radius, t, current.length - 1 - t);
      let sum = 0;
      for (let i = t - reach; i <= t + reach; i++) sum += current[i] ?? 0;
      next[t] = sum / (2 * reach + 1);
    }
    current = next;
  }
  return current;
}

interface Extent {
  readonly halfWidth: number; // farthest joint from the camera's path, metres
  readonly top: number; // highest joint, metres
  readonly minX: number; // of the whole way
  readonly maxX: number;
}

function measure(motion: Motion, path: Float32Array): Extent {
  const { joints, frames, positions, radius } = motion;
  let [halfWidth, top, minX, maxX] = [0, 0, Infinity, -Infinity];
  for (let t = 0; t < frames; t++) {
    const centre = path[t] ?? 0;
    for (let j = 0; j < joints; j++) {
      const x = positions[(t * joints + j) * 2] ?? 0;
      halfWidth = Math.max(halfWidth, Math.abs(x - centre));
      top = Math.max(top, positions[(t * joints + j) * 2 + 1] ?? 0);
      minX = Math.min(minX, x);
      maxX = Math.max(maxX, x);
    }
  }
  const r = radius;
  return { halfWidth: halfWidth + r, top: top + r, minX: minX - r, maxX: maxX + r };
}

export class Camera {
  private readonly path: Float32Array;
  private readonly extent: Extent;

  constructor(motion: Motion) {
    const centres = centresOfMass(motion);
    const xs = Float32Array.from({ length: motion.frames }, (_, t) => centres[2 * t] ?? 0);
    this.path = smooth(xs, Math.round(SMOOTHING * motion.fps));
    this.extent = measure(motion, this.path);
  }

  /** The view at a frame: following the walker, or with its whole way in sight. */
  view(frame: number, size: Size, follow: boolean): View {
    return follow ? this.following(frame, size) : this.whole(size);
  }

  private following(frame: number, size: Size): View {
    const { halfWidth, top } = this.extent;
    const scale = Math.min(
      (size.width * FILL) / Math.max(2 * halfWidth, LEAST_METRES),
      (size.height * (1 - GROUND_SHARE) * FILL) / Math.max(top, LEAST_METRES / 2),
    );
    const [centre = 0] = interpolate(this.path, 1, frame, new Float32Array(1));
    return this.place(centre, scale, size);
  }

  private whole(size: Size): View {
    const { minX, maxX, top } = this.extent;
    const scale = Math.min(
      (size.width * 0.94) / Math.max(maxX - minX, LEAST_METRES),
      (size.height * (1 - GROUND_SHARE) * FILL) / Math.max(top, LEAST_METRES / 2),
    );
    return this.place((minX + maxX) / 2, scale, size);
  }

  private place(centre: number, scale: number, size: Size): View {
    const left = centre - size.width / 2 / scale;
    return new View(scale, left, (-GROUND_SHARE * size.height) / scale, size);
  }
}
