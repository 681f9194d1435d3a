import { describe, expect, it } from "vitest";
import type { Statistics } from "../protocol";
import { failureRows, rate, remaining, secondsLeft } from "./progress";

const statistics = (evaluations: number, perSecond: number): Statistics => ({
  evaluations,
  failures: {},
  admitted: 0,
  filled: 0,
  coverage: 0,
  qd_score: 0,
  best: 0,
  rate: perSecond,
  operators: [],
});

describe("the time that is left", () => {
  it("follows from budget and rate", () => {
    const run = { status: "running", budget: 1000, statistics: statistics(400, 20) } as const;
    expect(secondsLeft(run)).toBe(30);
    expect(remaining(run)).toBe("about 30 s left");
    expect(remaining({ ...run, budget: 401 })).toBe("almost done");
  });

  it("is not guessed without a rate or when nothing runs", () => {
    const none = statistics(0, 0);
    expect(remaining({ status: "running", budget: 10, statistics: none })).toBe(
      "measuring the pace",
    );
    expect(remaining({ status: "paused", budget: 10, statistics: statistics(5, 9) })).toBe(
      "paused",
    );
    expect(secondsLeft({ status: "running", budget: 10, statistics: statistics(12, 5) })).toBe(0);
  });

  it("shows no rate that is not known", () => {
    expect([0, 3.24, 412.7].map(rate)).toEqual(["", "3.2 / s", "413 / s"]);
  });
});

describe("failures", () => {
  it("are named, ordered and shared", () => {
    const counted = { "no-walker": 10, "time-limit": 30, "import-refused": 10 };
    const names = { "time-limit": "Too slow", "import-refused": "Import refused" };
    const { valid, rows } = failureRows({ ...statistics(200, 1), failures: counted }, names);
    expect(valid).toBeCloseTo(0.75);
    expect(rows).toEqual([
      { name: "Too slow", count: 30, share: 0.15 },
      { name: "Import refused", count: 10, share: 0.05 },
      { name: "no-walker", count: 10, share: 0.05 },
    ]);
  });

  it("are none before the first child", () => {
    expect(failureRows(statistics(0, 0), {})).toEqual({ valid: 1, rows: [] });
  });
});
