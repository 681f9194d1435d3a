/**
 * Metres to colours. The theme's nine heat tokens are steps of even lightness;
 * between them we go straight through OKLab (B. Ottosson, 2020), so equal steps
 * in metres look equal, and lightness alone tells low from high.
 */

type Triple = readonly [number, number, number];

/** Colours in a ramp; more than a screen can tell apart along it. */
export const STEPS = 256;

/** `#rrggbb` or `rgb(r g b)`, as stylesheets and browsers write it. */
export function parseColour(text: string): Triple {
  const hex = /^#([0-9a-f]{6})$/i.exec(text.trim());
  if (hex) {
    const value = Number.parseInt(hex[1] as string, 16);
    return [value >> 16, (value >> 8) & 255, value & 255];
  }
  const parts = (text.match(/[\d.]+/g) ?? []).map(Number);
  if (!text.includes("rgb") || parts.length < 3) throw new Error(`Not a colour: ${text}`);
  return [parts[0] as number, parts[1] as number, parts[2] as number];
}

/** 8-bit sRGB to OKLab. */
export function labOf(rgb: Triple): Triple {
  const [r, g, b] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Triple;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** OKLab to 8-bit sRGB, clipped to the gamut. */
export function srgbOf([lightness, a, b]: Triple): Triple {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((value) => {
    const share = Math.min(1, Math.max(0, value));
    const encoded = share <= 0.0031308 ? 12.92 * share : 1.055 * share ** (1 / 2.4) - 0.055;
    return Math.round(encoded * 255);
  }) as unknown as Triple;
}

/** `STEPS` colours from low to high through evenly spaced stops. */
export function rampFrom(stops: readonly string[]): string[] {
  const labs = stops.map((stop) => labOf(parseColour(stop)));
  return Array.from({ length: STEPS }, (_, step) => {
    const at = (step / (STEPS - 1)) * (labs.length - 1);
    const i = Math.min(labs.length - 2, Math.floor(at));
    const [p, q] = [labs[i] as Triple, labs[i + 1] as Triple];
    const mix = (k: 0 | 1 | 2) => p[k] + (q[k] - p[k]) * (at - i);
    return `rgb(${srgbOf([mix(0), mix(1), mix(2)]).join(" ")})`;
  });
}

/** Index into a ramp; below and above the domain its ends. */
export function stepOf(value: number, top: number): number {
  const share = top > 0 ? value / top : 0;
  return Math.round(Math.min(1, Math.max(0, share)) * (STEPS - 1));
}

/**
 * End of the scale for the best value: the next of 1, 1.5, 2, 3, 4, 5, 6, 8 x
 * 10^n, so that colours do not shift with each small improvement.
 */
export function scaleTop(best: number): number {
  if (!(best > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(best));
  const nice = [1, 1.5, 2, 3, 4, 5, 6, 8].find((factor) => factor * power >= best * (1 - 1e-9));
  return (nice ?? 10) * power;
}
