/**
 * The newest elites, walking. However fast the run, one card at a time comes in,
 * slowly enough to be seen; nothing moves under a pointer or the focus.
 */
import { make, need } from "../lib/dom";
import type { Addresses } from "../live/session";
import { walkerCard } from "../player/card";
import type { Elite, RunState } from "../protocol";
import type { OperatorWords } from "./makers";

const CARDS = 8;
const PAUSE = 1600; // ms between two arrivals

/**
 * The next card to bring in: the oldest of the wanted ones that is newer than
 * all shown, or the newest wanted one when nothing of what is shown is wanted.
 */
export function nextArrival(wanted: readonly string[], shown: readonly string[]): string | null {
  const known = wanted.findIndex((id) => shown.includes(id));
  if (known === 0) return null;
  return wanted[known < 0 ? 0 : known - 1] ?? null;
}

export class NewestStrip {
  private readonly strip: HTMLElement;
  private readonly shown: string[] = [];
  /** Elites by id: a newcomer can lose its niche before its card has come in. */
  private readonly known = new Map<string, Elite>();
  private wanted: string[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private held = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly addresses: Addresses,
    private readonly words: OperatorWords,
    state: RunState,
  ) {
    this.strip = need("[data-newest-strip]", root);
    const hold = need<HTMLButtonElement>("[data-newest-hold]", root);
    hold.addEventListener("click", () => {
      this.held = !this.held;
      hold.setAttribute("aria-pressed", String(this.held));
      if (!this.held) this.plan();
    });
    this.learn(state);
    for (const id of this.wanted.slice(0, CARDS).reverse()) this.bringIn(id);
  }

  update(state: RunState): void {
    this.learn(state);
    this.plan();
  }

  private learn(state: RunState): void {
    const ids = new Set(state.newest);
    for (const elite of state.elites)
      if (ids.has(elite.walker)) this.known.set(elite.walker, elite);
    for (const id of this.known.keys()) {
      if (!ids.has(id) && !this.shown.includes(id)) this.known.delete(id);
    }
    this.wanted = state.newest.filter((id) => this.known.has(id));
  }

  private get busy(): boolean {
    return this.held || document.hidden || this.strip.matches(":hover, :focus-within");
  }

  private plan(): void {
    if (this.timer !== undefined || nextArrival(this.wanted, this.shown) === null) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      const id = nextArrival(this.wanted, this.shown);
      if (id !== null && !this.busy) this.bringIn(id);
      if (!this.held) this.plan();
    }, PAUSE);
  }

  private bringIn(id: string): void {
    const elite = this.known.get(id);
    if (elite === undefined) return;
    const card = walkerCard({
      id,
      distance: elite.robust,
      href: this.addresses.walker(id),
      motionUrl: this.addresses.motion(id),
      posterUrl: this.addresses.poster(id),
      detail: elite.depth === 0 ? "the seed" : `generation ${elite.depth}`,
      maker: elite.depth === 0 ? "" : this.words.name(elite.operator),
      message: this.words.message(elite),
    });
    this.root.hidden = false;
    this.shown.unshift(id);
    const atStart = this.strip.scrollLeft < 40;
    this.strip.prepend(make("li", { class: "newest__card" }, card));
    if (atStart) this.strip.scrollLeft = 0;
    while (this.shown.length > CARDS) {
      this.shown.pop();
      this.strip.lastElementChild?.remove();
    }
  }
}
