/** The replay's state in the page's address, so that a link shows the same moment. */

import { SPEEDS } from "./clock";
import type { Standing } from "./controls";

export interface Asked {
  readonly start: number | null; // seconds; a moment to stand still at
  readonly speed: number | null;
  readonly follow: boolean;
}

/** Reads `?t=3.2&speed=0.5&follow=off`; nonsense is as if it were not there. */
export function readAddress(search: string): Asked {
  const query = new URLSearchParams(search);
  const t = query.has("t") ? Number(query.get("t")) : Number.NaN;
  const speed = Number(query.get("speed"));
  return {
    start: Number.isFinite(t) && t >= 0 ? t : null,
    speed: (SPEEDS as readonly number[]).includes(speed) ? speed : null,
    follow: query.get("follow") !== "off",
  };
}

/** The address's query for what the replay shows; a playing one names no moment. */
export function writeAddress(search: string, now: Standing): string {
  const query = new URLSearchParams(search);
  const set = (name: string, value: string | null) => {
    if (value === null) query.delete(name);
    else query.set(name, value);
  };
  set("t", now.playing ? null : now.time.toFixed(2));
  set("speed", now.speed === 1 ? null : String(now.speed));
  set("follow", now.follow ? null : "off");
  const text = query.toString();
  return text ? `?${text}` : "";
}

/** Gives the player what the address asks for, and keeps the address at what it shows. */
export function keepPlayerInAddress(player: HTMLElement): void {
  const asked = readAddress(location.search);
  if (asked.speed !== null) player.setAttribute("speed", String(asked.speed));
  if (!asked.follow) player.setAttribute("follow", "off");
  if (asked.start !== null) {
    player.setAttribute("start", String(asked.start));
    player.setAttribute("paused", "");
  }
  player.addEventListener("playerchange", (event) => {
    const search = writeAddress(location.search, (event as CustomEvent<Standing>).detail);
    history.replaceState(null, "", `${location.pathname}${search}${location.hash}`);
  });
}
