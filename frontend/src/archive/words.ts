/** A niche and its elite in words, for tooltips and screen readers. */
import { metres } from "../lib/format";
import type { Elite, RunState } from "../protocol";
import { binRange, binsOf } from "./geometry";

const tidy = (value: number) => String(Math.round(value * 10) / 10);

export function describeNiche(state: Pick<RunState, "cells" | "ranges">, niche: number): string {
  const bins = binsOf(niche, state.cells);
  const part = (name: "height" | "width" | "mass", axis: 0 | 1 | 2, unit: string) => {
    const [from, to] = binRange(bins[name], state.cells[axis], state.ranges[axis] ?? [0, 1]);
    return `${name} ${tidy(from)}–${tidy(to)} ${unit}`;
  };
  return `${part("height", 0, "m")}, ${part("width", 1, "m")}, ${part("mass", 2, "kg")}`;
}

export function describeElite(elite: Elite | undefined): string {
  if (elite === undefined) return "empty niche";
  const age = elite.depth === 0 ? "the seed" : `generation ${elite.depth}`;
  return `goes ${metres(elite.robust)}, ${age}`;
}
