/** Colours for canvases, read from `styles/tokens.css`, the one place that names them. */

import { onThemeChange } from "./theme";

export type Rgb = readonly [number, number, number];

export const HEAT_STEPS = 9;

const cache = new Map<string, string>();
let listening = false;

/** The colour of a token as the page shows it now, e.g. `token("--joint")`. */
export function token(name: string): string {
  if (!listening) {
    listening = true;
    onThemeChange(() => cache.clear());
  }
  let colour = cache.get(name);
  if (colour === undefined) {
    // Only a computed `color` resolves light-dark() and var(); a probe asks for it.
    const probe = document.createElement("span");
    probe.style.color = `var(${name})`;
    probe.hidden = true;
    document.documentElement.append(probe);
    colour = getComputedStyle(probe).color;
    probe.remove();
    cache.set(name, colour);
  }
  return colour;
}

/** The channels of `rgb(...)` or `rgba(...)` as `getComputedStyle` writes it, 0 to 255. */
export function channels(colour: string): Rgb {
  const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [r, g, b];
}

/** A point between stops of even distance; `share` is clamped to 0..1. */
export function mix(stops: readonly Rgb[], share: number): string {
  const last = stops.length - 1;
  const at = Math.min(Math.max(share, 0), 1) * last;
  const low = Math.min(Math.floor(at), Math.max(last - 1, 0));
  const from = stops[low] ?? [0, 0, 0];
  const to = stops[low + 1] ?? from;
  const [r, g, b] = from.map((value, i) => Math.round(value + (at - low) * ((to[i] ?? 0) - value)));
  return `rgb(${r} ${g} ${b})`;
}

/** The heatmap's scale for the theme shown now: a share 0..1 -> a CSS colour.
 * Even steps of the share are even steps of lightness. Ask again after a theme change. */
export function heatScale(): (share: number) => string {
  const stops = Array.from({ length: HEAT_STEPS }, (_, i) => channels(token(`--heat-${i}`)));
  return (share) => mix(stops, share);
}
