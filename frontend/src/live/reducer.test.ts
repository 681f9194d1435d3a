import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Event, RunState } from "../protocol";
import { applyEvent, applyEvents, champion, GapError, isOver, NEWEST_KEPT } from "./reducer";
import { RunStore } from "./store";

// Written by tests/golden/events/make_fixtures.py from a real run.
const { states, events } = JSON.parse(
  readFileSync("../tests/golden/events/recorded.json", "utf8"),
) as { states: RunState[]; events: Event[] };
const pairs = states.flatMap((from, i) => states.slice(i).map((to) => [from, to] as const));
const between = (from: RunState, to: RunState) =>
  events.filter(({ number }) => number > from.number && number <= to.number);
const first = states[0] as RunState;
const last = states[states.length - 1] as RunState;

describe("state + events = fresh state", () => {
  it.each(
    pairs.map(([from, to]) => [from.number, to.number, from, to] as const),
  )("from event %i to %i", (_, __, from, to) => {
    expect(applyEvents(from, between(from, to))).toEqual(to);
  });

  it("does not mind events that come twice", () => {
    const twice = between(first, last).flatMap((event) => [event, event]);
    expect(applyEvents(first, twice)).toEqual(last);
    expect(applyEvents(last, events)).toBe(last);
  });

  it("refuses to skip an event", () => {
    expect(() => applyEvent(first, events[1] as Event)).toThrow(GapError);
  });

  it("does not change the state that it was given", () => {
    const before = JSON.stringify(first);
    applyEvents(first, events);
    expect(JSON.stringify(first)).toBe(before);
  });
});

describe("what a state says", () => {
  it("names the champion and keeps a bounded number of newest walkers", () => {
    const farthest = Math.max(...last.elites.map((elite) => elite.robust));
    expect(champion(last)?.robust).toBe(farthest);
    expect(farthest).toBeCloseTo(last.statistics.best, 9);
    expect(champion(first)).toBeNull();
    expect(last.newest).toHaveLength(NEWEST_KEPT);
  });

  it("knows when nothing more can happen", () => {
    expect((["queued", "running", "paused"] as const).some(isOver)).toBe(false);
    expect((["finished", "cancelled", "failed"] as const).every(isOver)).toBe(true);
  });
});

describe("the store", () => {
  it("tells once a frame which niches changed", () => {
    const frames: (() => void)[] = [];
    const store = new RunStore(first, (draw) => frames.push(draw));
    const changes: { number: number; niches: number[] }[] = [];
    store.subscribe(({ state, niches }) => {
      changes.push({ number: state.number, niches: [...niches].sort((a, b) => a - b) });
    });
    for (const event of events) expect(store.receive([event])).toBe(true);
    expect(frames).toHaveLength(1);
    frames[0]?.();
    expect(changes).toEqual([
      { number: last.number, niches: last.elites.map((elite) => elite.niche) },
    ]);
    expect(store.receive(events.slice(3))).toBe(true);
    frames[1]?.();
    expect(changes[1]?.niches).toEqual([]);
  });

  it("keeps what came before a gap and says so", () => {
    const store = new RunStore(first, () => {});
    const torn = [...events.slice(0, 3), ...events.slice(4)];
    expect(store.receive(torn)).toBe(false);
    expect(store.state.number).toBe(3);
    store.replace(last);
    expect(store.state).toBe(last);
  });
});
