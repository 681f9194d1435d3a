import { describe, expect, it } from "vitest";
import type { Statistics } from "../protocol";
import {
  count,
  duration,
  failureName,
  metres,
  percent,
  rate,
  remaining,
  secondsLeft,
} from "./format";

const statistics = (evaluations: number, perSecond: number): Statistics => ({
  evaluations,
  failures: {},
  admitted: 0,
  filled: 0,
  coverage: 0,
  qd_score: 0,
  best: 0,
  rate: perSecond,
});

describe("numbers", () => {
  it("keep three figures of a distance", () => {
    expect([0, 0.421, 4.21, 42.13, 421.3, -0.5, -0.001].map(metres)).toEqual([
      "0.00 m",
      "0.42 m",
      "4.21 m",
      "42.1 m",
      "421 m",
      "-0.50 m",
      "0.00 m",
    ]);
  });

  it("group thousands, show small shares and unknown rates", () => {
    expect(count(20000)).toBe("20,000");
    expect([0, 0.004, 0.05, 0.5, 1].map(percent)).toEqual(["0%", "0.4%", "5.0%", "50%", "100%"]);
    expect([0, 3.24, 412.7].map(rate)).toEqual(["–", "3.2 / s", "413 / s"]);
  });

  it("say durations as people do", () => {
    expect([0.2, 42, 90, 3599, 3600, 7500, 200_000].map(duration)).toEqual([
      "1 s",
      "42 s",
      "2 min",
      "1 h 0 min",
      "1 h 0 min",
      "2 h 5 min",
      "2 days",
    ]);
  });

  it("name failures in words", () => {
    expect(failureName("time-limit")).toBe("Time limit");
  });
});

describe("the time that is left", () => {
  it("follows from budget and rate", () => {
    const run = { status: "running", budget: 1000, statistics: statistics(400, 20) } as const;
    expect(secondsLeft(run)).toBe(30);
    expect(remaining(run)).toBe("about 30 s left");
  });

  it("is not guessed without a rate or when nothing runs", () => {
    expect(remaining({ status: "running", budget: 10, statistics: statistics(0, 0) })).toBe(
      "measuring the pace",
    );
    expect(remaining({ status: "paused", budget: 10, statistics: statistics(5, 9) })).toBe(
      "paused",
    );
    expect(remaining({ status: "finished", budget: 10, statistics: statistics(10, 9) })).toBe(
      "complete",
    );
    expect(secondsLeft({ status: "running", budget: 10, statistics: statistics(12, 5) })).toBe(0);
  });
});
