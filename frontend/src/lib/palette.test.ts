import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { channels, HEAT_STEPS, mix, type Rgb } from "./palette";

const tokens = readFileSync("src/styles/tokens.css", "utf8");

/** A token's two colours, as tokens.css writes them. */
function pair(name: string): [Rgb, Rgb] {
  const found = tokens.match(new RegExp(`${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`));
  const rgb = (hex = "") =>
    [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
  return [rgb(found?.[1]), rgb(found?.[2])];
}

/** Relative luminance, WCAG 2. */
function luminance(rgb: Rgb): number {
  const [r = 0, g = 0, b = 0] = rgb.map((value) => {
    const c = value / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

describe("mix", () => {
  const stops: Rgb[] = [
    [0, 0, 0],
    [100, 0, 0],
    [100, 200, 0],
  ];

  it("meets its stops and is linear between them", () => {
    expect(mix(stops, 0)).toBe("rgb(0 0 0)");
    expect(mix(stops, 0.25)).toBe("rgb(50 0 0)");
    expect(mix(stops, 0.5)).toBe("rgb(100 0 0)");
    expect(mix(stops, 1)).toBe("rgb(100 200 0)");
  });

  it("clamps", () => {
    expect(mix(stops, -1)).toBe(mix(stops, 0));
    expect(mix(stops, 7)).toBe(mix(stops, 1));
  });
});

describe("channels", () => {
  it("reads what getComputedStyle writes", () => {
    expect(channels("rgb(1, 2, 3)")).toEqual([1, 2, 3]);
    expect(channels("rgba(29, 35, 42, 0.15)")).toEqual([29, 35, 42]);
  });
});

describe.each([
  ["light", 0],
  ["dark", 1],
] as const)("the %s theme", (_theme, index) => {
  const colour = (name: string) => pair(name)[index];

  it.each([
    "--ink",
    "--ink-soft",
    "--link",
    "--alive",
    "--good",
    "--bad",
    "--warn",
  ])("%s is readable (AA) on every surface", (name) => {
    for (const surface of ["--paper", "--sheet", "--inset"]) {
      expect(contrast(colour(name), colour(surface))).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each(["keyword", "string", "number", "name", "comment"])("code: %s is readable", (name) => {
    expect(contrast(colour(`--code-${name}`), colour("--sheet"))).toBeGreaterThanOrEqual(4.5);
  });

  it("writes messages readably on their own sheets", () => {
    for (const kind of ["good", "bad", "warn"]) {
      expect(contrast(colour("--ink"), colour(`--${kind}-sheet`))).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colour(`--${kind}`), colour(`--${kind}-sheet`))).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(colour("--on-alive"), colour("--alive"))).toBeGreaterThanOrEqual(4.5);
  });

  it("has a heat scale whose lightness only goes one way, away from the sheet", () => {
    const steps = Array.from({ length: HEAT_STEPS }, (_, i) => luminance(colour(`--heat-${i}`)));
    const sign = index === 0 ? -1 : 1;
    for (let i = 1; i < steps.length; i++) {
      expect(sign * ((steps[i] ?? 0) - (steps[i - 1] ?? 0))).toBeGreaterThan(0);
    }
  });
});
