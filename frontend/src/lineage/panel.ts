/** The walker that is pointed at: its replay, its numbers, and in words for screen readers. */
import { make, need, setText } from "../lib/dom";
import { count, metres } from "../lib/format";
import type { Addresses } from "../live/session";
import { playerOf } from "../run/champion";
import type { Tree } from "./tree";

const REST = 110; // ms a pointer must rest before a motion is fetched

export class Panel {
  private shown = "";
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly stage: HTMLElement;
  private readonly facts: HTMLElement;
  private readonly spoken: HTMLElement;

  constructor(
    root: HTMLElement,
    private readonly addresses: Addresses,
    private readonly tree: Tree,
  ) {
    this.stage = need("[data-panel-stage]", root);
    this.facts = need("[data-panel-facts]", root);
    this.spoken = need("[data-panel-spoken]", root);
  }

  show(row: number, isChampion: boolean): void {
    const id = this.tree.ids[row];
    if (id === undefined) return;
    this.facts.replaceChildren(...this.describe(row, id, isChampion));
    if (id === this.shown) return;
    this.shown = id;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.stage.replaceChildren(playerOf(this.addresses, id, `Replay of ${id}`));
    }, REST);
  }

  speak(row: number): void {
    const { tree } = this;
    const age = tree.depth[row] === 0 ? "a seed" : `generation ${tree.depth[row]}`;
    const held = tree.isElite(row) ? "an elite" : "no longer an elite";
    setText(
      this.spoken,
      `Walker ${tree.ids[row]}, ${metres(tree.robust[row] as number)}, ${age}, batch ${tree.batch[row]}, ${held}.`,
    );
  }

  private describe(row: number, id: string, isChampion: boolean): HTMLElement[] {
    const { tree } = this;
    const line = (name: string, value: string) =>
      make("div", {}, make("dt", {}, name), make("dd", { class: "number" }, value));
    const standing = isChampion ? "champion" : tree.isElite(row) ? "elite" : "was replaced";
    const made = tree.messages[row];
    const link = make("a", { href: this.addresses.walker(id) }, id);
    return [
      make(
        "p",
        { class: "inspector__head" },
        make("span", { class: "inspector__name" }, link),
        make("strong", { class: "inspector__distance number" }, metres(tree.robust[row] as number)),
      ),
      make(
        "dl",
        { class: "facts facts--tight" },
        line("Generation", tree.depth[row] === 0 ? "seed" : count(tree.depth[row] as number)),
        line("Batch", count(tree.batch[row] as number)),
        line("In the archive", standing),
      ),
      ...(made ? [make("p", { class: "inspector__message small soft" }, made)] : []),
    ];
  }
}
