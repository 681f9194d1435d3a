/** The bar under a large player: what a person presses; the player does it. */

import { clockTime, metres, speed as speedName } from "../lib/format";
import { SPEEDS } from "./clock";

export interface Commands {
  toggle(): void;
  seek(time: number): void;
  step(frames: number): void;
  setSpeed(speed: number): void;
  setFollow(follow: boolean): void;
}

export interface Standing {
  readonly time: number; // seconds
  readonly duration: number;
  readonly distance: number; // metres from the start, now
  readonly playing: boolean;
  readonly speed: number;
  readonly follow: boolean;
}

const ICONS = {
  play: "M6 4v12l10-6z",
  pause: "M5 4h3.5v12H5zm6.5 0H15v12h-3.5z",
  follow: "M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4M10 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
} as const;

function icon(name: keyof typeof ICONS): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  const stroked = name === "follow";
  path.setAttribute("fill", stroked ? "none" : "currentColor");
  if (stroked) path.setAttribute("stroke", "currentColor");
  svg.append(path);
  return svg;
}

function iconButton(label: string, press: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "icon-button";
  button.setAttribute("aria-label", label);
  button.title = label;
  button.addEventListener("click", press);
  return button;
}

export class Controls {
  readonly element = document.createElement("div");
  private readonly play: HTMLButtonElement;
  private readonly scrubber = document.createElement("input");
  private readonly readout = document.createElement("output");
  private readonly distance = document.createElement("b");
  private readonly time = document.createTextNode("");
  private readonly speed = document.createElement("select");
  private readonly follow: HTMLButtonElement;
  private shownPlaying: boolean | null = null;

  constructor(commands: Commands) {
    this.element.className = "player__bar";
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", "Replay controls");
    this.play = iconButton("Play", () => commands.toggle());
    this.play.dataset.control = "play";
    this.setUpScrubber(commands);
    this.setUpSpeed(commands);
    this.follow = iconButton("Camera follows the walker", () => {
      commands.setFollow(this.follow.getAttribute("aria-pressed") !== "true");
    });
    this.follow.dataset.control = "follow";
    this.follow.append(icon("follow"));
    this.readout.className = "player__readout";
    // Changes thirty times a second: nothing to read aloud; the scrubber says it on request.
    this.readout.setAttribute("aria-live", "off");
    this.readout.append(this.time, this.distance);
    this.element.append(this.play, this.scrubber, this.readout, this.speed, this.follow);
  }

  private setUpScrubber(commands: Commands): void {
    this.scrubber.type = "range";
    this.scrubber.min = "0";
    this.scrubber.step = "any";
    this.scrubber.setAttribute("aria-label", "Time in the replay");
    this.scrubber.addEventListener("input", () => commands.seek(Number(this.scrubber.value)));
    this.scrubber.addEventListener("keydown", (event) => {
      const frames = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
      if (frames === undefined) return;
      event.preventDefault();
      commands.step(event.shiftKey ? frames * 10 : frames);
    });
  }

  private setUpSpeed(commands: Commands): void {
    this.speed.className = "player__speed";
    this.speed.setAttribute("aria-label", "Speed of the replay");
    for (const value of SPEEDS) this.speed.append(new Option(speedName(value), String(value)));
    this.speed.addEventListener("change", () => commands.setSpeed(Number(this.speed.value)));
  }

  /** Brings the bar to what the replay shows. */
  show(now: Standing): void {
    this.scrubber.max = String(now.duration);
    this.scrubber.value = String(now.time);
    this.time.data = `${clockTime(now.time).padStart(6)} · `;
    this.distance.textContent = metres(now.distance).padStart(7);
    this.scrubber.setAttribute(
      "aria-valuetext",
      `${clockTime(now.time)}, ${metres(now.distance)} from the start`,
    );
    this.speed.value = String(now.speed);
    this.follow.setAttribute("aria-pressed", String(now.follow));
    if (this.shownPlaying === now.playing) return;
    this.shownPlaying = now.playing;
    this.play.replaceChildren(icon(now.playing ? "pause" : "play"));
    this.play.setAttribute("aria-label", now.playing ? "Pause" : "Play");
    this.play.title = now.playing ? "Pause" : "Play";
  }
}
