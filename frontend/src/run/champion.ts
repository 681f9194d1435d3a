/** The farthest walker so far, large and walking. */
import { make, need, setText } from "../lib/dom";
import { metres } from "../lib/format";
import { champion } from "../live/reducer";
import type { Addresses } from "../live/session";
import type { Elite, RunState } from "../protocol";
import { Throttle } from "./throttle";
import "../player/player";

const PAUSE = 1500; // ms a champion may walk before the next one takes the stage

export function eliteWords(elite: Elite): string {
  const age = elite.depth === 0 ? "the seed" : `generation ${elite.depth}`;
  if (Number.isNaN(elite.height)) return age;
  return `${age}, ${metres(elite.height)} tall, ${metres(elite.width)} wide, ${Math.round(elite.mass)} kg`;
}

/** A player for a walker, with its poster until the motion is there. */
export function playerOf(addresses: Addresses, id: string, label = ""): HTMLElement {
  const poster = make("img", {
    src: addresses.poster(id),
    alt: label,
    width: "640",
    height: "480",
  });
  return make(
    "walker-player" as "div",
    { size: "card", "motion-url": addresses.motion(id) },
    poster,
  );
}

export class ChampionCard {
  private shown: string | null;
  private readonly throttle = new Throttle(PAUSE);

  constructor(
    private readonly root: HTMLElement,
    private readonly addresses: Addresses,
    state: RunState,
  ) {
    this.shown = champion(state)?.walker ?? null;
  }

  update(state: RunState): void {
    const best = champion(state);
    if (best === null || best.walker === this.shown) this.throttle.cancel();
    else this.throttle.run(() => this.show(best));
  }

  private show(best: Elite): void {
    this.shown = best.walker;
    const stage = need("[data-champion-stage]", this.root);
    stage.classList.remove("champion__stage--waiting");
    stage.replaceChildren(playerOf(this.addresses, best.walker, "The farthest walker so far"));
    setText(this.root.querySelector("[data-champion-distance]"), metres(best.robust));
    setText(this.root.querySelector("[data-champion-detail]"), eliteWords(best));
    const link = this.root.querySelector<HTMLAnchorElement>("[data-champion-link]");
    if (link === null) return;
    link.href = this.addresses.walker(best.walker);
    setText(link.querySelector(".mono"), best.walker);
    link.hidden = false;
  }
}
