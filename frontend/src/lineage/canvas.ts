/** The living tree: keeps layout, view and selection, and paints them once a frame. */
import { scaleTop } from "../archive/colour";
import { drawLegend } from "../archive/draw";
import { fitCanvas } from "../lib/dom";
import { movesByItself } from "../lib/moving";
import { onThemeChange } from "../lib/theme";
import { Hands } from "./change";
import { drawTree, lineageRamp } from "./draw";
import { type Axis, type Layout, layOut, lowerBound, nearest, neighbour } from "./layout";
import { ease, GROWTH, Positions } from "./positions";
import { NO_ROW, type Tree } from "./tree";
import {
  between,
  centredOn,
  clampView,
  type Frame,
  follow,
  largestZoom,
  type Point,
  panBy,
  scale,
  toScreen,
  toTree,
  type View,
  WHOLE,
  zoomAt,
} from "./view";

const LEGEND = 180; // CSS pixels
const REACH = 16; // CSS pixels around a walker that count as pointing at it
const JOURNEY = 450; // ms for a change of place

export interface CanvasHandlers {
  /** A walker was pointed at or walked to. */
  select(row: number): void;
  open(row: number): void;
  /** View or selection changed: worth remembering in the address. */
  moved(): void;
}

interface Journey {
  start: number;
  length: number;
  from: View;
  to: View;
}

export class TreeCanvas {
  axis: Axis = "depth";
  upTo = Number.POSITIVE_INFINITY;
  selected = NO_ROW;
  view: View = WHOLE;
  private layout: Layout;
  private readonly positions = new Positions();
  private journey: Journey | null = null;
  private ramp = lineageRamp();
  private frameRequest = 0;
  private readonly hands: Hands;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly tree: Tree,
    private readonly handlers: CanvasHandlers,
    private readonly legend: HTMLCanvasElement | null = null,
  ) {
    this.layout = layOut(tree, this.axis);
    this.hands = new Hands(canvas, {
      pan: (by) => this.go(panBy(this.view, this.frame, by)),
      zoom: (factor, at) => this.go(zoomAt(this.view, this.frame, factor, at)),
      hover: (at) => this.hover(at),
      press: (at, touch) => this.press(at, touch),
      key: (event) => this.key(event),
      zoomed: () => this.view.zoom > 1.0001,
    });
    new ResizeObserver(() => this.paintSoon()).observe(canvas.parentElement ?? canvas);
    onThemeChange(() => {
      this.ramp = lineageRamp();
      this.paintSoon();
    });
  }

  get champion(): number {
    return this.tree.champion(this.upTo);
  }

  /** The line that stands out: of the selected walker, else of the champion. */
  get line(): number[] {
    return this.tree.ancestry(this.selected === NO_ROW ? this.champion : this.selected);
  }

  /** The tree or the axis changed: everybody moves, what is looked at stays in sight. */
  relayOut(): void {
    const now = performance.now();
    const watched = this.watched();
    const before = { frame: this.frame, place: this.placeOf(watched) };
    this.layout = layOut(this.tree, this.axis);
    const { x, y, width, height } = this.layout;
    const target = { xs: x.map((value) => value / width), ys: y.map((value) => value / height) };
    this.positions.moveTo(target, this.tree.parent, movesByItself(), now);
    if (watched === NO_ROW) {
      this.view = clampView(this.view, this.frame);
    } else {
      const after = { frame: this.frame, place: this.placeOf(watched) };
      this.glideTo(follow(this.journey?.to ?? this.view, before, after));
    }
    this.paintSoon();
  }

  select(row: number, travel = false): void {
    this.selected = row;
    if (travel && row !== NO_ROW) this.travelTo(row);
    this.paintSoon();
  }

  travelTo(row: number): void {
    this.travel(centredOn(this.view, this.frame, this.placeOf(row), 0.55));
  }

  /** Around the selected walker if it is in sight, else around the middle. */
  zoomBy(factor: number): void {
    const { frame } = this;
    const at = this.inSight(this.selected)
      ? toScreen(this.view, frame, this.placeOf(this.selected))
      : { x: frame.width / 2, y: frame.height / 2 };
    this.travel(zoomAt(this.view, frame, factor, at));
  }

  showWhole(): void {
    this.travel(WHOLE);
  }

  show(view: View): void {
    this.view = clampView(view, this.frame);
    this.paintSoon();
  }

  paintSoon(): void {
    if (this.frameRequest === 0) {
      this.frameRequest = requestAnimationFrame((now) => this.paint(now));
    }
  }

  private get frame(): Frame {
    const box = this.canvas.parentElement ?? this.canvas;
    const { width: columns, height: leaves } = this.layout;
    return { width: box.clientWidth, height: box.clientHeight, columns, leaves };
  }

  private placeOf(row: number): Point {
    const { xs, ys } = this.positions.target;
    return { x: xs[row] ?? 0.5, y: ys[row] ?? 0.5 };
  }

  private inSight(row: number): boolean {
    if (row === NO_ROW) return false;
    const { frame } = this;
    const { x, y } = toScreen(this.view, frame, this.placeOf(row));
    return x > 20 && y > 50 && x < frame.width - 20 && y < frame.height - 20;
  }

  /** The walker that should not move under people's eyes: the selected one, or one in the middle. */
  private watched(): number {
    if (this.view.zoom <= 1) return NO_ROW;
    if (this.inSight(this.selected)) return this.selected;
    const at = lowerBound(this.layout, this.view.y * this.layout.height);
    return this.layout.byY[Math.min(at, this.layout.size - 1)] ?? NO_ROW;
  }

  /** Goes along with the growing tree; a journey under way goes on to where it led. */
  private glideTo(to: View): void {
    if (!movesByItself()) this.view = to;
    else this.journey = { start: performance.now(), length: GROWTH, from: this.view, to };
  }

  private go(view: View): void {
    this.journey = null;
    this.view = view;
    this.handlers.moved();
    this.paintSoon();
  }

  private travel(to: View): void {
    if (movesByItself()) {
      this.journey = { start: performance.now(), length: JOURNEY, from: this.view, to };
      this.paintSoon();
    } else {
      this.go(to);
    }
  }

  /** The walker under a pixel; only what is shown counts. */
  private rowAt(at: Point): number {
    const { frame, layout } = this;
    const k = scale(frame, this.view.zoom);
    const place = toTree(this.view, frame, at);
    const reach = { x: (REACH / k.x) * layout.width, y: (REACH / k.y) * layout.height };
    return nearest(
      layout,
      place.x * layout.width,
      place.y * layout.height,
      reach,
      (row) => (this.tree.batch[row] as number) <= this.upTo,
    );
  }

  private hover(at: Point | null): void {
    const row = at === null ? NO_ROW : this.rowAt(at);
    this.canvas.style.cursor = row === NO_ROW ? "grab" : "pointer";
    if (row === NO_ROW || row === this.selected) return;
    this.choose(row);
  }

  private press(at: Point, touch: boolean): void {
    const row = this.rowAt(at);
    if (row === NO_ROW) return;
    if (touch && row !== this.selected) this.choose(row);
    else this.handlers.open(row);
  }

  private choose(row: number): void {
    this.select(row);
    this.handlers.select(row);
    this.handlers.moved();
  }

  private key(event: KeyboardEvent): boolean {
    const step = 60;
    const pans: Record<string, Point> = {
      ArrowLeft: { x: step, y: 0 },
      ArrowRight: { x: -step, y: 0 },
      ArrowUp: { x: 0, y: step },
      ArrowDown: { x: 0, y: -step },
    };
    const pan = pans[event.key];
    if (pan && event.shiftKey) this.go(panBy(this.view, this.frame, pan));
    else if (pan) this.walk(event.key);
    else if (event.key === "+" || event.key === "=") this.zoomBy(1.8);
    else if (event.key === "-") this.zoomBy(1 / 1.8);
    else if (event.key === "0") this.showWhole();
    else if (event.key === "Home") this.walkTo(this.champion);
    else if (event.key === "Enter" && this.selected !== NO_ROW) this.handlers.open(this.selected);
    else if (event.key === "Escape") this.choose(NO_ROW);
    else return false;
    return true;
  }

  private walk(key: string): void {
    if (this.selected === NO_ROW) this.walkTo(this.champion);
    else this.walkTo(neighbour(this.layout, this.tree, this.selected, key));
  }

  /** Selects and keeps the walker in sight. */
  private walkTo(row: number): void {
    if (row === NO_ROW || (this.tree.batch[row] as number) > this.upTo) return;
    this.choose(row);
    if (this.inSight(row)) return;
    this.travel(clampView({ ...this.placeOf(row), zoom: this.view.zoom }, this.frame));
  }

  private paint(now: number): void {
    this.frameRequest = 0;
    this.advanceJourney(now);
    const { frame, tree, layout, view, upTo, line, champion, selected } = this;
    if (frame.width === 0 || layout.size === 0) return;
    const { xs, ys } = this.positions.at(now);
    const best = champion === NO_ROW ? 0 : (tree.robust[champion] as number);
    const top = scaleTop(best);
    const context = fitCanvas(this.canvas, frame.width, frame.height);
    drawTree(context, {
      ...{ tree, layout, xs, ys, view, frame, top, upTo, line, champion, selected },
      ramp: this.ramp,
    });
    if (this.legend) drawLegend(fitCanvas(this.legend, LEGEND, 34), LEGEND, this.ramp, top);
    this.hands.allowScrolling(view.zoom <= 1.0001);
    this.canvas.dataset.zoom = (view.zoom / largestZoom(frame)).toFixed(3);
    if (this.positions.moving || this.journey !== null) this.paintSoon();
  }

  private advanceJourney(now: number): void {
    if (this.journey === null) return;
    const { start, length, from, to } = this.journey;
    const share = ease((now - start) / length);
    this.view = clampView(between(from, to, share), this.frame);
    if (share < 1) return;
    this.journey = null;
    this.handlers.moved();
  }
}
