import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Tree } from "../lineage/tree";
import type { BatchEvent, Event, LineageNode, RunState } from "../protocol";
import { elitesAfter, stateAfter } from "./past";
import { applyEvents } from "./reducer";

const { states, events } = JSON.parse(
  readFileSync("../tests/golden/events/recorded.json", "utf8"),
) as { states: RunState[]; events: Event[] };
const batches = events.filter((event): event is BatchEvent => event.kind === "batch");

/** The lineage of the recorded run: everyone that was ever admitted. */
function lineage(): Tree {
  const nodes = batches.flatMap(({ batch, elites }) =>
    elites.map(
      ({ walker, depth, robust, niche }): LineageNode => ({
        ...{ id: walker, parent: null, depth, batch, robust, niche, message: "" },
        is_elite: false,
      }),
    ),
  );
  const tree = new Tree();
  tree.add(nodes);
  return tree;
}

describe("the archive after an earlier batch", () => {
  const tree = lineage();
  const known = new Map(batches.flatMap((b) => b.elites).map((elite) => [elite.walker, elite]));

  it.each(
    batches.map((event) => [event.batch, event.number]),
  )("equals the state after batch %i", (batch, number) => {
    const then = applyEvents(
      states[0] as RunState,
      events.filter((event) => event.number <= number),
    );
    expect(elitesAfter(tree, batch, known)).toEqual(then.elites);
    const champions = elitesAfter(tree, batch, new Map()).map(({ walker }) => walker);
    expect(champions).toEqual(then.elites.map(({ walker }) => walker));
  });

  it("has the statistics of then", () => {
    const now = states[states.length - 1] as RunState;
    for (const { batch, statistics } of batches) {
      const then = stateAfter(now, tree, batch, 8, known).statistics;
      const { evaluations, admitted, filled, coverage, best } = statistics;
      expect(then).toMatchObject({ evaluations, admitted, filled, coverage, best });
      expect(then.qd_score).toBeCloseTo(statistics.qd_score, 6);
    }
  });
});
