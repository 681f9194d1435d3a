import { expect, it } from "vitest";
import { sentence } from "./history";

const spec = { measure: "best", title: "Best distance", format: (v: number) => `${v} m` } as const;
const point = (evaluations: number, best: number) => ({
  ...{ evaluations, best },
  ...{ coverage: 0, qd_score: 0 },
});

it("says what a chart shows", () => {
  expect(sentence(spec, [])).toBe("Best distance: not enough points yet.");
  expect(sentence(spec, [point(0, 8), point(64, 9), point(12_800, 70)])).toBe(
    "Best distance rises from 8 m to 70 m over 12,800 evaluations.",
  );
  expect(sentence(spec, [point(0, 8), point(64, 8)])).toBe(
    "Best distance stays at 8 m over 64 evaluations.",
  );
});
