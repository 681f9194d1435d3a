import { expect, it } from "vitest";
import { niceStep } from "./draw";

it("rules the scale at round numbers", () => {
  expect([0.01, 1, 1.2, 2, 4.9, 5.1, 72, 100, 101].map(niceStep)).toEqual([
    1, 1, 2, 2, 5, 10, 100, 100, 200,
  ]);
});
