/**
 * State + events = fresh state: what the server would send if the page were
 * loaded anew. Pure; the same rules as `elmweb/runs/selectors.py`, and a test
 * holds both to the same recorded events.
 */
import type { BatchEvent, Elite, Event, RunState } from "../protocol";

/** How many ids `RunState.newest` keeps. */
export const NEWEST_KEPT = 12;

/** An event is missing between the state and the next event. */
export class GapError extends Error {
  constructor(
    readonly expected: number,
    readonly received: number,
  ) {
    super(`Expected event ${expected}, received ${received}.`);
    this.name = "GapError";
  }
}

/** The state after `event`. An event that is already in the state changes nothing. */
export function applyEvent(state: RunState, event: Event): RunState {
  if (event.number <= state.number) return state;
  if (event.number !== state.number + 1) throw new GapError(state.number + 1, event.number);
  switch (event.kind) {
    case "status":
      return { ...state, number: event.number, status: event.status, reason: event.reason };
    case "batch":
      return applyBatch(state, event);
  }
}

export function applyEvents(state: RunState, events: readonly Event[]): RunState {
  return events.reduce(applyEvent, state);
}

function applyBatch(state: RunState, event: BatchEvent): RunState {
  const { evaluations, coverage, qd_score, best } = event.statistics;
  return {
    ...state,
    number: event.number,
    statistics: event.statistics,
    elites: mergeElites(state.elites, event.elites),
    newest: mergeNewest(state.newest, event.elites),
    history: [...state.history, { evaluations, coverage, qd_score, best }],
  };
}

/** Elites by niche, the changed ones in place of those they replaced. */
function mergeElites(elites: readonly Elite[], changed: readonly Elite[]): Elite[] {
  if (changed.length === 0) return elites as Elite[];
  const byNiche = new Map(elites.map((elite) => [elite.niche, elite]));
  for (const elite of changed) byNiche.set(elite.niche, elite);
  return [...byNiche.values()].sort((a, b) => a.niche - b.niche);
}

/** The walkers admitted last, newest first. */
function mergeNewest(newest: string[], admitted: readonly Elite[]): string[] {
  if (admitted.length === 0) return newest;
  const ids = admitted.map((elite) => elite.walker).reverse();
  return [...ids, ...newest].slice(0, NEWEST_KEPT);
}

/** The elite that goes farthest (robust objective), the first niche at a tie. */
export function champion(state: Pick<RunState, "elites">): Elite | null {
  let best: Elite | null = null;
  for (const elite of state.elites) if (best === null || elite.robust > best.robust) best = elite;
  return best;
}

/** A run that will not change any more. */
export function isOver(status: RunState["status"]): boolean {
  return status === "finished" || status === "cancelled" || status === "failed";
}
