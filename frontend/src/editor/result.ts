/** Shows what became of a previewed program. */

import { count, metres } from "../lib/format";
import type { PreviewResult, Problem } from "../protocol";

/** The list of problems, as `partials/problems.html` writes it; nothing for none. */
export function problemList(problems: readonly Problem[]): HTMLElement[] {
  if (problems.length === 0) return [];
  const note = make("div", "note note--bad");
  note.append(make("p", "note__title", "This cannot be used as it is"));
  const list = make("ul");
  for (const { line, reason } of problems) {
    const item = make("li");
    if (line !== null) {
      const link = document.createElement("a");
      link.href = "#program";
      link.dataset.line = String(line);
      link.textContent = `Line ${line}`;
      item.append(link, ": ");
    }
    item.append(reason);
    list.append(item);
  }
  note.append(list);
  return [note];
}

export class ResultView {
  /** `words`: repair code -> what it means. The place's data names the addresses. */
  constructor(
    private readonly place: HTMLElement,
    private readonly words: Record<string, string>,
  ) {}

  /** Shows an accepted program's walker; returns the sentence for the status line. */
  show(result: PreviewResult): string {
    const id = result.walker ?? "";
    const player = document.createElement("walker-player");
    player.className = "preview__player";
    player.setAttribute("size", "full");
    player.setAttribute("motion-url", this.address("motion", id));
    player.append(this.poster(id));
    this.place.replaceChildren(player, this.tiles(result), ...this.repairs(result.repairs));
    return `It goes ${metres(result.distance ?? 0)} in ten seconds.`;
  }

  private address(name: string, id: string): string {
    return (this.place.dataset[name] ?? "").replace("ID", encodeURIComponent(id));
  }

  private poster(id: string): HTMLImageElement {
    const image = new Image(640, 360);
    image.alt = "The walker on a ruled ground";
    image.src = this.address("poster", id);
    return image;
  }

  private tiles(result: PreviewResult): HTMLElement {
    const tiles = make("dl", "tiles");
    const facts = [
      ["distance", metres(result.distance ?? 0), "tile tile--alive"],
      ["height", metres(result.height ?? 0), "tile"],
      ["width", metres(result.width ?? 0), "tile"],
      ["mass", `${count(result.mass ?? 0)} kg`, "tile"],
    ] as const;
    for (const [name, value, className] of facts) {
      const tile = make("div", className);
      tile.append(make("dt", "", name), make("dd", "number", value));
      tiles.append(tile);
    }
    return tiles;
  }

  private repairs(repairs: Record<string, number>): HTMLElement[] {
    const entries = Object.entries(repairs);
    if (entries.length === 0) return [];
    const note = make("div", "note note--warn");
    note.append(make("p", "note__title", "Mended on the way"));
    const list = make("ul");
    for (const [code, times] of entries) {
      list.append(make("li", "", `${count(times)}× ${this.words[code] ?? code}`));
    }
    note.append(list);
    return [note];
  }
}

function make(tag: string, className = "", text = ""): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
