/**
 * The archive as it stood after an earlier batch, from the lineage: the walkers
 * that held the niches then. What the lineage does not carry (height, width,
 * mass) comes from the state where the walker is still an elite.
 */

import { nicheCount } from "../archive/geometry";
import type { Tree } from "../lineage/tree";
import type { Elite, RunState } from "../protocol";

/** Elites after `batch`, by niche; a measure that is not known any more is NaN. */
export function elitesAfter(tree: Tree, batch: number, known: ReadonlyMap<string, Elite>): Elite[] {
  const rows = new Map<number, number>();
  for (let row = 0; row < tree.size; row++) {
    if (tree.isElite(row, batch)) rows.set(tree.niche[row] as number, row);
  }
  return [...rows.values()]
    .map((row) => known.get(tree.ids[row] as string) ?? sketchOf(tree, row))
    .sort((a, b) => a.niche - b.niche);
}

function sketchOf(tree: Tree, row: number): Elite {
  return {
    niche: tree.niche[row] as number,
    walker: tree.ids[row] as string,
    objective: Number.NaN,
    robust: tree.robust[row] as number,
    height: Number.NaN,
    width: Number.NaN,
    mass: Number.NaN,
    operator: "",
    message: "",
    depth: tree.depth[row] as number,
  };
}

/** Children that were tried up to a batch; batch 0 is the seed alone. */
export function evaluationsAfter(batch: number, batchSize: number, budget: number): number {
  return Math.min(budget, batch * batchSize);
}

/** The state as it would have been after `batch`, as far as pictures need it. */
export function stateAfter(
  state: RunState,
  tree: Tree,
  batch: number,
  batchSize: number,
  known: ReadonlyMap<string, Elite>,
): RunState {
  const elites = elitesAfter(tree, batch, known);
  let admitted = 0;
  while (admitted < tree.size && (tree.batch[admitted] as number) <= batch) admitted += 1;
  const statistics = {
    ...state.statistics,
    evaluations: evaluationsAfter(batch, batchSize, state.budget),
    admitted,
    filled: elites.length,
    coverage: elites.length / nicheCount(state.cells),
    qd_score: elites.reduce((sum, elite) => sum + elite.robust, 0),
    best: elites.reduce((best, elite) => Math.max(best, elite.robust), 0),
  };
  return { ...state, elites, statistics };
}
