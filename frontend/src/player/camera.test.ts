import { describe, expect, it } from "vitest";
import { Camera, smooth, View } from "./camera";
import { groundAt, labelStep, tension } from "./draw";
import type { Motion } from "./motion";

const SIZE = { width: 800, height: 450 };

/** A square of four joints, 2 m wide, that bounces along at `speed` m/s for 10 s. */
function bouncing(speed: number): Motion {
  const frames = 301;
  const corners = [
    [-1, 0.25],
    [1, 0.25],
    [-1, 2.25],
    [1, 2.25],
  ] as const;
  const positions = new Float32Array(frames * 8);
  for (let t = 0; t < frames; t++) {
    const wobble = 0.4 * Math.sin(t); // faster than the camera should follow
    for (const [j, [x, y]] of corners.entries()) {
      positions[(t * 4 + j) * 2] = x + (speed * t) / 30 + wobble;
      positions[(t * 4 + j) * 2 + 1] = y;
    }
  }
  const springs = [
    { a: 0, b: 1, active: true },
    { a: 1, b: 2, active: false },
    { a: 2, b: 3, active: false },
  ];
  const ground = [{ x0: -2000, y0: 0, x1: 2000, y1: 0 }];
  return {
    fps: 30,
    radius: 0.25,
    joints: 4,
    frames,
    springs,
    terrain: "flat",
    ground,
    ceiling: [],
    positions,
  };
}

describe("a view", () => {
  it("turns metres into pixels, y upwards, and back", () => {
    const view = new View(40, 10, -1, SIZE);
    expect([view.x(10), view.x(12)]).toEqual([0, 80]);
    expect([view.y(-1), view.y(0)]).toEqual([450, 410]);
    expect(view.worldX(view.x(17.5))).toBeCloseTo(17.5);
  });
});

describe("smooth", () => {
  it("keeps a straight way and its ends", () => {
    const way = Float32Array.from({ length: 40 }, (_, t) => 2 * t);
    for (const [t, value] of smooth(way, 7).entries()) expect(value).toBeCloseTo(2 * t, 3);
  });

  it("flattens a wobble", () => {
    const wobble = Float32Array.from({ length: 100 }, (_, t) => Math.sin(t));
    const middle = smooth(wobble, 15).slice(30, 70);
    expect(Math.max(...middle.map(Math.abs))).toBeLessThan(0.05);
  });
});

describe("the camera", () => {
  it.each([0, 3, 12])("keeps a walker at %d m/s in sight at every frame", (speed) => {
    const motion = bouncing(speed);
    const camera = new Camera(motion);
    for (const follow of [true, false]) {
      for (let t = 0; t < motion.frames; t += 10) {
        const view = camera.view(t, SIZE, follow);
        for (let j = 0; j < 4; j++) {
          const x = view.x(motion.positions[(t * 4 + j) * 2] ?? Number.NaN);
          const y = view.y(motion.positions[(t * 4 + j) * 2 + 1] ?? Number.NaN);
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x).toBeLessThanOrEqual(SIZE.width);
          expect(y).toBeGreaterThanOrEqual(0);
          expect(y).toBeLessThanOrEqual(SIZE.height);
        }
      }
    }
  });

  it("glides with the walker when it follows, and stands still when not", () => {
    const camera = new Camera(bouncing(6));
    const start = camera.view(0, SIZE, true);
    const later = camera.view(150, SIZE, true);
    expect(later.worldX(400) - start.worldX(400)).toBeCloseTo(30, 0);
    expect(later.scale).toBe(start.scale);
    expect(camera.view(0, SIZE, false)).toEqual(camera.view(150, SIZE, false));
  });

  it("shows the same picture again after scrubbing back", () => {
    const camera = new Camera(bouncing(6));
    const first = camera.view(42.5, SIZE, true);
    camera.view(200, SIZE, true);
    expect(camera.view(42.5, SIZE, true)).toEqual(first);
  });

  it("leaves room for the rule under the ground", () => {
    const view = new Camera(bouncing(1)).view(0, SIZE, true);
    expect(SIZE.height - view.y(0)).toBeCloseTo(SIZE.height * 0.17, 5);
  });
});

describe("what is drawn", () => {
  it("labels the rule so that labels keep their distance", () => {
    for (const scale of [2, 5, 9, 30, 80]) {
      expect(labelStep(scale) * scale).toBeGreaterThanOrEqual(56);
    }
    expect(labelStep(80)).toBe(5);
  });

  it("knows the ground's height between the ends of a slope", () => {
    const ground = [
      { x0: -10, y0: 0, x1: 0, y1: 0 },
      { x0: 0, y0: 0, x1: 4, y1: 2 },
      { x0: 4, y0: 0, x1: 4, y1: 200 }, // a wall is no ground
    ];
    expect([groundAt(ground, -5), groundAt(ground, 1), groundAt(ground, 4)]).toEqual([0, 0.5, 2]);
    expect(groundAt(ground, 99)).toBe(0);
  });

  it("shows a short muscle as tense and a long one as slack", () => {
    const motion = bouncing(0);
    const pose = (half: number) => Float32Array.of(-half, 0, half, 0, 0, 2, 0, 2);
    expect(tension(motion, motion.positions, 0)).toBeCloseTo(0.5);
    expect(tension(motion, pose(0.7), 0)).toBe(1);
    expect(tension(motion, pose(0.88), 0)).toBeCloseTo(0.75);
    expect(tension(motion, pose(1.4), 0)).toBe(0);
  });
});
