/** The state a page shows, and who wants to know when it changes. */
import type { Event, RunState } from "../protocol";
import { applyEvent, GapError } from "./reducer";

export interface Change {
  state: RunState;
  /** Niches that got a new elite since the last change was drawn. */
  niches: ReadonlySet<number>;
}

export type Listener = (change: Change) => void;

/** Tells its listeners once a frame, however many events arrived. */
export class RunStore {
  private readonly listeners = new Set<Listener>();
  private changed = new Set<number>();
  private scheduled = false;

  constructor(
    private current: RunState,
    private readonly schedule: (draw: () => void) => void = (draw) => requestAnimationFrame(draw),
  ) {}

  get state(): RunState {
    return this.current;
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Applies events in order; false when one before them is missing. */
  receive(events: readonly Event[]): boolean {
    try {
      for (const event of events) {
        const next = applyEvent(this.current, event);
        if (next !== this.current && event.kind === "batch") {
          for (const elite of event.elites) this.changed.add(elite.niche);
        }
        this.current = next;
      }
    } catch (error) {
      if (error instanceof GapError) return false;
      throw error;
    } finally {
      this.announce();
    }
    return true;
  }

  /** A fresh state from the server. */
  replace(state: RunState): void {
    this.current = state;
    this.announce();
  }

  private announce(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.schedule(() => {
      this.scheduled = false;
      const niches = this.changed;
      this.changed = new Set();
      for (const listener of this.listeners) listener({ state: this.current, niches });
    });
  }
}
