import { describe, expect, it } from "vitest";
import { ease, Positions } from "./positions";
import { NO_ROW } from "./tree";

const places = (xs: number[], ys: number[]) => ({
  xs: Float32Array.from(xs),
  ys: Float32Array.from(ys),
});
const PARENTS = Int32Array.from([NO_ROW, 0, 1, 2]);

describe("places", () => {
  it("come at once the first time and where motion is unwanted", () => {
    const positions = new Positions();
    positions.moveTo(places([0, 1], [0.5, 0.5]), PARENTS, true, 0);
    expect([...positions.at(0).xs]).toEqual([0, 1]);
    positions.moveTo(places([0, 0.5], [0.5, 0.25]), PARENTS, false, 0);
    expect([...positions.at(0).ys]).toEqual([0.5, 0.25]);
    expect(positions.moving).toBe(false);
  });

  it("start where walkers were, newcomers at their nearest known ancestor", () => {
    const positions = new Positions();
    positions.moveTo(places([0, 1], [0.5, 0.25]), PARENTS, true, 0);
    positions.moveTo(places([0, 0.4, 0.7, 1], [0.5, 0, 0.5, 1]), PARENTS, true, 1000);
    expect([...positions.at(1000).xs]).toEqual([0, 1, 1, 1]);
    expect([...positions.at(1000).ys]).toEqual([0.5, 0.25, 0.25, 0.25]);
    expect(positions.moving).toBe(true);
    expect(positions.at(9000)).toBe(positions.target);
    expect(positions.moving).toBe(false);
  });

  it("turn smoothly when the tree grows again on the way", () => {
    const positions = new Positions();
    positions.moveTo(places([0], [0]), PARENTS, true, 0);
    positions.moveTo(places([1], [1]), PARENTS, true, 0);
    const halfway = positions.at(300).xs[0] as number;
    positions.moveTo(places([0.2], [0.2]), PARENTS, true, 300);
    expect(positions.at(300).xs[0]).toBeCloseTo(halfway, 6);
  });
});

it("eases from 0 to 1", () => {
  expect([-1, 0, 1, 2].map(ease)).toEqual([0, 0, 1, 1]);
  expect(ease(0.5)).toBeGreaterThan(0.5);
});
