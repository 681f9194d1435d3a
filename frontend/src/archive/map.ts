/**
 * The archive on the page: looks, points, walks by keyboard. It tells who is
 * selected; what to show for it is somebody else's business.
 */
import { fitCanvas, make, need, setText } from "../lib/dom";
import { movesByItself } from "../lib/moving";
import { onThemeChange } from "../lib/theme";
import type { Elite, RunState } from "../protocol";
import { heatRamp, scaleTop } from "./colour";
import { drawArchive, drawLegend } from "./draw";
import { cellRect, type Geometry, layoutSlices, nicheAt, nicheByKey, nicheCount } from "./geometry";
import { describeElite, describeNiche } from "./words";

const PULSE = 1100; // ms
const LEGEND_WIDTH = 220; // CSS pixels

export interface MapHandlers {
  /** A niche was pointed at or walked to; null: nothing is selected any more. */
  select(niche: number | null): void;
  open(elite: Elite): void;
}

export class ArchiveMap {
  private readonly canvas: HTMLCanvasElement;
  private readonly legend: HTMLCanvasElement;
  private readonly tooltip: HTMLElement;
  private readonly spoken: HTMLElement;
  private geometry: Geometry;
  private elites = new Map<number, Elite>();
  private ramp: string[] = heatRamp();
  private champion: number | null = null;
  private hovered: number | null = null;
  private selected: number | null = null;
  private readonly changedAt = new Map<number, number>();
  private frame = 0;

  constructor(
    private readonly root: HTMLElement,
    private state: RunState,
    private readonly handlers: MapHandlers,
  ) {
    this.canvas = need("[data-map-canvas]", root);
    this.legend = need("[data-map-legend]", root);
    this.spoken = need("[data-map-spoken]", root);
    this.tooltip = make("div", { class: "map__tooltip", hidden: "" });
    this.canvas.after(this.tooltip);
    this.geometry = layoutSlices(this.room, state.cells);
    this.show(state, new Set());
    this.listen();
  }

  /** New elites; the changed niches pulse. */
  show(state: RunState, changed: ReadonlySet<number>): void {
    this.state = state;
    this.elites = new Map(state.elites.map((elite) => [elite.niche, elite]));
    this.champion = null;
    let best = Number.NEGATIVE_INFINITY;
    for (const { niche, robust } of state.elites) {
      if (robust > best) [best, this.champion] = [robust, niche];
    }
    if (movesByItself()) {
      const now = performance.now();
      for (const niche of changed) this.changedAt.set(niche, now);
    }
    this.draw();
  }

  get selection(): number | null {
    return this.selected;
  }

  elite(niche: number): Elite | undefined {
    return this.elites.get(niche);
  }

  /** Selects a niche from outside, e.g. from the address. */
  select(niche: number | null): void {
    if (niche !== null && (niche < 0 || niche >= nicheCount(this.state.cells))) return;
    this.selected = niche;
    this.draw();
  }

  private get room(): number {
    return (this.canvas.parentElement ?? this.root).clientWidth;
  }

  private listen(): void {
    const { canvas } = this;
    new ResizeObserver(() => {
      this.geometry = layoutSlices(this.room, this.state.cells);
      this.draw();
    }).observe(canvas.parentElement ?? this.root);
    onThemeChange(() => {
      this.ramp = heatRamp();
      this.draw();
    });
    canvas.addEventListener("pointermove", (event) => this.point(event));
    canvas.addEventListener("pointerleave", () => this.hover(null));
    canvas.addEventListener("click", (event) => this.click(event));
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("focus", () => {
      if (this.selected === null) this.choose(this.champion ?? 0);
      else this.speak(this.selected);
    });
  }

  private at(event: MouseEvent): number | null {
    const box = this.canvas.getBoundingClientRect();
    return nicheAt(this.geometry, event.clientX - box.left, event.clientY - box.top);
  }

  private point(event: PointerEvent): void {
    if (event.pointerType === "touch") return; // a tap selects instead
    const niche = this.at(event);
    if (niche === this.hovered) return;
    this.hover(niche);
    if (niche !== null && this.elites.has(niche)) this.choose(niche);
  }

  private hover(niche: number | null): void {
    this.hovered = niche;
    this.canvas.style.cursor = niche !== null && this.elites.has(niche) ? "pointer" : "default";
    this.placeTooltip(niche);
    this.draw();
  }

  /** The first tap on an elite selects it, the next one opens it; a mouse has selected before. */
  private click(event: MouseEvent): void {
    const niche = this.at(event);
    const elite = niche === null ? undefined : this.elites.get(niche);
    if (niche === null || elite === undefined) return;
    const touch = (event as PointerEvent).pointerType === "touch";
    if (touch && this.selected !== niche) this.choose(niche);
    else this.handlers.open(elite);
  }

  private key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const from = this.selected ?? this.champion ?? 0;
    const elite = this.elites.get(from);
    let to: number | null;
    if (event.key === "Enter" && elite) {
      event.preventDefault();
      this.handlers.open(elite);
      return;
    }
    if (event.key === "Home") to = this.champion;
    else if (event.key === "Escape") to = null;
    else {
      to = nicheByKey(from, event.key, this.geometry);
      if (to === null) return;
    }
    event.preventDefault();
    this.choose(to);
    if (to !== null) this.speak(to);
  }

  private choose(niche: number | null): void {
    if (this.selected === niche) return;
    this.selected = niche;
    this.draw();
    this.handlers.select(niche);
  }

  private speak(niche: number): void {
    const elite = describeElite(this.elites.get(niche));
    const words = `${elite}; ${describeNiche(this.state, niche)}.`;
    setText(this.spoken, words.charAt(0).toUpperCase() + words.slice(1));
  }

  private placeTooltip(niche: number | null): void {
    this.tooltip.hidden = niche === null;
    if (niche === null) return;
    const { x, y, size } = cellRect(this.geometry, niche);
    this.tooltip.replaceChildren(
      make("strong", {}, describeElite(this.elites.get(niche))),
      make("span", {}, describeNiche(this.state, niche)),
    );
    const width = this.tooltip.offsetWidth;
    const left = Math.min(this.geometry.width - width, Math.max(0, x + size / 2 - width / 2));
    this.tooltip.style.left = `${left + this.canvas.offsetLeft}px`;
    const above = y - this.tooltip.offsetHeight - 8;
    this.tooltip.style.top = `${above > 0 ? above : y + size + 8}px`;
  }

  private draw(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame((now) => this.paint(now));
  }

  private paint(now: number): void {
    this.frame = 0;
    const fresh = new Map<number, number>();
    for (const [niche, since] of this.changedAt) {
      const freshness = 1 - (now - since) / PULSE;
      if (freshness <= 0) this.changedAt.delete(niche);
      else fresh.set(niche, Math.min(1, freshness));
    }
    const { geometry, elites, champion, selected, hovered } = this;
    const ramp = this.ramp;
    const top = scaleTop(this.state.statistics.best);
    const massRange = this.state.ranges[2] ?? [0, 1];
    drawArchive(fitCanvas(this.canvas, geometry.width, geometry.height), {
      geometry,
      elites,
      ramp,
      top,
      champion,
      selected,
      hovered,
      fresh,
      massRange,
    });
    drawLegend(fitCanvas(this.legend, LEGEND_WIDTH, 34), LEGEND_WIDTH, ramp, top);
    if (fresh.size > 0) this.draw();
  }
}
