/** Metres to colours, over the theme's heat tokens (steps of even lightness). */

import { heatScale } from "../lib/palette";

/** Colours in a ramp; more than a screen can tell apart along it. */
export const STEPS = 128;

/** The ramp of the theme that is shown now, from low to high. */
export function heatRamp(): string[] {
  const colour = heatScale();
  return Array.from({ length: STEPS }, (_, step) => colour(step / (STEPS - 1)));
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
