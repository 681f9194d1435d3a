// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { nextArrival } from "./newest";

describe("the next card", () => {
  it("is the oldest that has not been shown", () => {
    expect(nextArrival(["e", "d", "c", "b"], ["b", "a"])).toBe("c");
    expect(nextArrival(["c", "b"], ["b", "a"])).toBe("c");
  });

  it("skips ahead when the run outpaced the strip", () => {
    expect(nextArrival(["z", "y", "x"], ["b", "a"])).toBe("z");
  });

  it("is none when nothing is new", () => {
    expect(nextArrival(["b", "a"], ["b", "a"])).toBeNull();
    expect(nextArrival([], [])).toBeNull();
  });
});
