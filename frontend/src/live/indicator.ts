/** Whether the page is live, in one short line that says what to do when it is not. */
import { make } from "../lib/dom";
import { duration } from "../lib/format";
import type { Phase } from "./socket";

const WORDS: Record<Phase["name"], string> = {
  connecting: "Connecting …",
  live: "Live",
  waiting: "Connection lost",
  refused: "Not live",
  ended: "Complete record",
};

/** A first connection that takes this long is worth a word, seconds. */
export function describe(phase: Phase): string {
  switch (phase.name) {
    case "waiting":
      return `${WORDS.waiting}. Next attempt in ${duration(phase.seconds)}.`;
    case "refused":
      return `${WORDS.refused}: ${phase.reason}`;
    default:
      return WORDS[phase.name];
  }
}

export function showPhase(element: HTMLElement | null, phase: Phase, hurry: () => void): void {
  if (element === null) return;
  element.dataset.connection = phase.name;
  element.replaceChildren(make("span", {}, describe(phase)));
  if (phase.name !== "waiting") return;
  const again = make("button", { type: "button", class: "text-button" }, "Try now");
  again.addEventListener("click", hurry);
  element.append(" ", again);
}
