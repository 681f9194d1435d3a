import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { mix, type Rgb } from "../lib/palette";
import { STEPS, scaleTop, stepOf } from "./colour";

const tokens = readFileSync("src/styles/tokens.css", "utf8");

function stops(theme: 0 | 1): Rgb[] {
  const found = [...tokens.matchAll(/--heat-\d: light-dark\(#(\w{6}), #(\w{6})\)/g)];
  return found.map((match) => {
    const value = Number.parseInt(match[theme + 1] as string, 16);
    return [value >> 16, (value >> 8) & 255, value & 255];
  });
}

/** Lightness in OKLab (B. Ottosson, 2020) of `rgb(r g b)`. */
function lightness(colour: string): number {
  const [r, g, b] = (colour.match(/\d+/g) ?? []).map((text) => {
    const share = Number(text) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
}

describe("the heat scale", () => {
  it.each([
    ["light", 0, -1],
    ["dark", 1, 1],
  ] as const)("is perceptually even in the %s theme: equal steps, one direction", (_, theme, sign) => {
    const colours = stops(theme);
    expect(colours).toHaveLength(9);
    const values = Array.from({ length: 33 }, (_, i) => lightness(mix(colours, i / 32)));
    const mean = ((values[32] as number) - (values[0] as number)) / 32;
    expect(Math.sign(mean)).toBe(sign);
    for (let i = 1; i <= 32; i++) {
      const step = ((values[i] as number) - (values[i - 1] as number)) / mean;
      expect(step).toBeGreaterThan(0.6);
      expect(step).toBeLessThan(1.4);
    }
  });

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
