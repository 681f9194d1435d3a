import { readFileSync } from "node:fs";
import { deflateSync, inflateSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import {
  centresOfMass,
  decodeMotion,
  fetchMotion,
  interpolate,
  MotionError,
  seconds,
  unpackMotion,
} from "./motion";

const golden = (name: string) =>
  readFileSync(new URL(`../../../tests/golden/motion/${name}`, import.meta.url));

interface Golden {
  fps: number;
  jointRadius: number;
  springs: [number, number, boolean][];
  terrain: { name: string; segments: number[][]; ceiling: number[][] };
  positions: number[][][];
}

describe.each(["tiny", "wave"])("the golden motion %s", (name) => {
  const expected = JSON.parse(golden(`${name}.json`).toString()) as Golden;

  it("decodes to exactly what Python wrote", async () => {
    const motion = await unpackMotion(new Blob([golden(`${name}.bin`)]));
    expect(motion.fps).toBe(expected.fps);
    expect(motion.radius).toBe(expected.jointRadius);
    expect(motion.springs.map((s) => [s.a, s.b, s.active])).toEqual(expected.springs);
    expect(motion.terrain).toBe(expected.terrain.name);
    expect(motion.ground.map((s) => [s.x0, s.y0, s.x1, s.y1])).toEqual(expected.terrain.segments);
    expect(motion.ceiling.map((s) => [s.x0, s.y0, s.x1, s.y1])).toEqual(expected.terrain.ceiling);
    expect([motion.frames, motion.joints]).toEqual([
      expected.positions.length,
      expected.positions[0]?.length,
    ]);
    // Whole steps of 1/64 m below 2^17 are exact in single precision.
    expect([...motion.positions]).toEqual(expected.positions.flat(2));
  });

  it("has its centre of mass at the mean of the joints", async () => {
    const motion = await unpackMotion(new Blob([golden(`${name}.bin`)]));
    const centres = centresOfMass(motion);
    for (const [t, joints] of expected.positions.entries()) {
      const mean = joints.reduce((sum, [x = 0]) => sum + x, 0) / joints.length;
      expect(centres[2 * t]).toBeCloseTo(mean, 4);
    }
    expect(seconds(motion)).toBeCloseTo((expected.positions.length - 1) / 30, 9);
  });
});

describe("damaged bytes are refused with a reason", () => {
  const plain = new Uint8Array(inflateSync(golden("tiny.bin")));
  const changed = (index: number, value: number) => {
    const copy = plain.slice();
    copy[index] = value;
    return copy;
  };

  it.each([
    ["another version", changed(0, 2), /Version 2/],
    ["cut short", plain.slice(0, -1), /cut short/],
    ["too long", new Uint8Array([...plain, 0]), /after the motion's end/],
    ["no joints", changed(4, 0), /number of joints is 0/],
    ["a muscle of a joint that is not there", changed(8, 9), /joint of a muscle is 9/],
    ["an endless number", new Uint8Array([1, 255, 255, 255, 255, 255, 1]), /too long/],
    ["nothing", new Uint8Array(), /cut short/],
  ])("%s", (_name, bytes, reason) => {
    expect(() => decodeMotion(bytes)).toThrow(MotionError);
    expect(() => decodeMotion(bytes)).toThrow(reason);
  });

  it("unpacks no bomb", async () => {
    const bomb = deflateSync(new Uint8Array(8 << 20));
    await expect(unpackMotion(new Blob([bomb]))).rejects.toThrow(/larger than any/);
  });

  it("reports a status that is not 200", async () => {
    vi.stubGlobal("fetch", async () => new Response("", { status: 404 }));
    await expect(fetchMotion("/w/none/motion")).rejects.toThrow(/status 404/);
    vi.unstubAllGlobals();
  });
});

describe("interpolate", () => {
  const rows = Float32Array.of(0, 10, 1, 20, 3, 0);
  const at = (frame: number) => [...interpolate(rows, 2, frame, new Float32Array(2))];

  it("is exact on frames and linear between them", () => {
    expect(at(1)).toEqual([1, 20]);
    expect(at(0.5)).toEqual([0.5, 15]);
    expect(at(1.75)).toEqual([2.5, 5]);
  });

  it("stays within the recording", () => {
    expect(at(-3)).toEqual([0, 10]);
    expect(at(99)).toEqual([3, 0]);
  });
});
