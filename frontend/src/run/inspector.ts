/** The elite that is selected in the archive: its replay and its numbers. */
import { make, need } from "../lib/dom";
import { metres } from "../lib/format";
import type { Addresses } from "../live/session";
import type { Elite } from "../protocol";
import { playerOf } from "./champion";
import type { OperatorWords } from "./makers";

const REST = 90; // ms a pointer must rest on a niche before its motion is fetched

export class Inspector {
  private shown: string | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly stage: HTMLElement;
  private readonly facts: HTMLElement;

  constructor(
    root: HTMLElement,
    private readonly addresses: Addresses,
    private readonly words: OperatorWords,
  ) {
    this.stage = need("[data-inspector-stage]", root);
    this.facts = need("[data-inspector-facts]", root);
    root.hidden = false;
  }

  /** There is nothing to show yet. */
  wait(): void {
    const words = "The walker of a niche plays here once there is one.";
    this.facts.replaceChildren(make("p", { class: "soft small" }, words));
  }

  /** `niche` in words, and its elite if it has one. */
  show(niche: string, elite: Elite | undefined): void {
    this.facts.replaceChildren(...(elite ? this.describe(elite) : [emptyWords(niche)]));
    const walker = elite?.walker ?? null;
    if (walker === this.shown) return;
    this.shown = walker;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const label = walker === null ? "" : `Replay of ${walker}`;
      this.stage.replaceChildren(
        ...(walker === null ? [] : [playerOf(this.addresses, walker, label)]),
      );
    }, REST);
  }

  private describe(elite: Elite): HTMLElement[] {
    const link = make("a", { href: this.addresses.walker(elite.walker) }, elite.walker);
    const row = (name: string, value: string) =>
      make("div", {}, make("dt", {}, name), make("dd", { class: "number" }, value));
    return [
      make(
        "p",
        { class: "inspector__head" },
        make("span", { class: "inspector__name" }, link),
        make("strong", { class: "inspector__distance number" }, metres(elite.robust)),
      ),
      make(
        "dl",
        { class: "facts facts--tight" },
        // Elites of the past are known by their distance only.
        ...(Number.isNaN(elite.height)
          ? []
          : [
              row("First try", metres(elite.objective)),
              row("Height", metres(elite.height)),
              row("Width", metres(elite.width)),
              row("Mass", `${Math.round(elite.mass)} kg`),
            ]),
        row("Generation", elite.depth === 0 ? "seed" : String(elite.depth)),
      ),
      make("p", { class: "inspector__message small soft" }, this.words.madeBy(elite)),
    ];
  }
}

function emptyWords(niche: string): HTMLElement {
  return make("p", { class: "soft small" }, `No walker yet with ${niche}.`);
}
