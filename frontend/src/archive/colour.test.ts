import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { labOf, parseColour, rampFrom, STEPS, scaleTop, srgbOf, stepOf } from "./colour";

const tokens = readFileSync("src/styles/tokens.css", "utf8");

function stops(theme: 0 | 1): string[] {
  const found = [...tokens.matchAll(/--heat-\d: light-dark\((#\w{6}), (#\w{6})\)/g)];
  return found.map((match) => match[theme + 1] as string);
}

describe("the heat ramp", () => {
  it.each([
    ["light", 0, -1],
    ["dark", 1, 1],
  ] as const)("has even, monotone lightness in the %s theme", (_, theme, direction) => {
    const colours = rampFrom(stops(theme));
    expect(colours).toHaveLength(STEPS);
    const lightness = colours.map((colour) => labOf(parseColour(colour))[0]);
    const span = ((lightness[STEPS - 1] as number) - (lightness[0] as number)) / (STEPS - 1);
    expect(Math.sign(span)).toBe(direction);
    for (let i = 16; i < STEPS; i += 16) {
      const rise = ((lightness[i] as number) - (lightness[i - 16] as number)) / 16;
      expect(rise / span).toBeGreaterThan(0.7);
      expect(rise / span).toBeLessThan(1.3);
    }
  });

  it("begins and ends at the tokens", () => {
    const colours = rampFrom(["#000000", "#ff8040"]);
    expect(parseColour(colours[0] as string)).toEqual([0, 0, 0]);
    expect(parseColour(colours[STEPS - 1] as string)).toEqual([255, 128, 64]);
  });

  it("goes to OKLab and back", () => {
    for (const rgb of [[12, 200, 99] as const, [255, 255, 255] as const, [1, 2, 3] as const]) {
      expect(srgbOf(labOf(rgb))).toEqual([...rgb]);
    }
  });

  it("refuses what is not a colour", () => {
    expect(() => parseColour("light-dark(red, blue)")).toThrow("Not a colour");
  });
});

describe("the scale", () => {
  it("clamps below, above and without a domain", () => {
    expect(stepOf(-3, 10)).toBe(0);
    expect(stepOf(99, 10)).toBe(STEPS - 1);
    expect(stepOf(5, 10)).toBe(Math.round((STEPS - 1) / 2));
    expect(stepOf(5, 0)).toBe(0);
  });

  it("ends at a round number at or above the best", () => {
    expect([0, -2, 0.07, 1, 1.01, 4.2, 5, 8.5, 31, 100].map(scaleTop)).toEqual([
      1, 1, 0.08, 1, 1.5, 5, 5, 10, 40, 100,
    ]);
  });
});
