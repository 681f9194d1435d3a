import { describe, expect, it } from "vitest";
import { clockTime, compact, count, duration, metres, percent, speed } from "./format";

describe("formats", () => {
  it.each([
    [0, "0.0 m"],
    [12.345, "12.3 m"],
    [99.96, "100 m"],
    [-3.21, "−3.2 m"],
    [-0.04, "0.0 m"],
    [1234.5, "1,235 m"],
    [Number.NaN, "–"],
  ])("metres(%d)", (value, text) => {
    expect(metres(value)).toBe(text);
  });

  it.each([
    [0, "0 s"],
    [42.4, "42 s"],
    [120, "2 min"],
    [3725, "62 min"],
    [7200, "2 h"],
    [9000, "2 h 30 min"],
    [Number.POSITIVE_INFINITY, "–"],
    [-1, "–"],
  ])("duration(%d)", (value, text) => {
    expect(duration(value)).toBe(text);
  });

  it("writes counts, shares, times and speeds", () => {
    expect(count(1234567)).toBe("1,234,567");
    expect(compact(1_250_000)).toBe("1.3M");
    expect(percent(0.1234)).toBe("12.3%");
    expect(clockTime(2.54)).toBe("2.5 s");
    expect(speed(0.25)).toBe("0.25×");
  });
});
