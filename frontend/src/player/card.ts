/** A walker card as `partials/walker_card.html` writes it, for cards that arrive live. */

import { metres } from "../lib/format";
import "./player";

export interface Card {
  readonly id: string;
  readonly distance: number; // robust objective, metres
  readonly href: string;
  readonly motionUrl: string;
  readonly posterUrl: string;
  readonly detail?: string;
  readonly maker?: string; // the operator, in words
  readonly message?: string; // what it was asked for
}

export function walkerCard(card: Card): HTMLElement {
  const article = element("article", "walker-card");
  const player = element("walker-player", "walker-card__stage");
  player.setAttribute("size", "card");
  player.setAttribute("motion-url", card.motionUrl);
  const poster = new Image(320, 240);
  poster.loading = "lazy";
  poster.alt = "";
  poster.src = card.posterUrl;
  player.append(poster);
  const caption = element("div", "walker-card__caption");
  const name = document.createElement("a");
  name.className = "walker-card__name";
  name.href = card.href;
  name.textContent = card.id;
  const distance = element("span", "walker-card__distance");
  distance.textContent = metres(card.distance);
  caption.append(name, distance);
  const rows = { detail: card.detail, maker: card.maker, message: card.message };
  for (const [name, text] of Object.entries(rows)) {
    if (!text) continue;
    const row = element("span", `walker-card__${name}`);
    row.textContent = text;
    if (name === "message") row.title = text; // long ones are cut off
    caption.append(row);
  }
  article.append(player, caption);
  return article;
}

function element(tag: string, className: string): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  return made;
}
