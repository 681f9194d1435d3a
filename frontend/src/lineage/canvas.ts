/** The living tree: keeps layout, view and selection, and paints them once a frame. */
import { scaleTop } from "../archive/colour";
import { drawLegend } from "../archive/draw";
import { fitCanvas } from "../lib/dom";
import { movesByItself } from "../lib/moving";
import { onThemeChange } from "../lib/theme";
import { Hands } from "./change";
import { drawTree, lineageRamp } from "./draw";
import { type Axis, type Layout, layOut, nearest, neighbour } from "./layout";
import { NO_ROW, type Tree } from "./tree";
import {
  between,
  centredOn,
  clampView,
  type Frame,
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
const GROWTH = 600; // ms for newcomers to find their place

export interface CanvasHandlers {
  /** A walker was pointed at or walked to. */
  select(row: number): void;
  open(row: number): void;
  /** View or selection changed: worth remembering in the address. */
  moved(): void;
}

interface Transition {
  start: number;
  length: number;
}

export class TreeCanvas {
  axis: Axis = "depth";
  upTo = Number.POSITIVE_INFINITY;
  selected = NO_ROW;
  view: View = WHOLE;
  private layout: Layout;
  private xs = new Float32Array(0);
  private ys = new Float32Array(0);
  private oldXs = new Float32Array(0);
  private oldYs = new Float32Array(0);
  private growth: Transition | null = null;
  private journey: (Transition & { from: View; to: View }) | null = null;
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

  /** The tree or the axis changed: everybody moves to the new place. */
  relayOut(): void {
    this.settle(performance.now());
    const [fromXs, fromYs] = [this.xs, this.ys];
    this.layout = layOut(this.tree, this.axis);
    const { size, x, y, width, height } = this.layout;
    const targetXs = x.map((value) => value / width);
    const targetYs = y.map((value) => value / height);
    if (movesByItself() && fromXs.length > 0) {
      this.oldXs = new Float32Array(size);
      this.oldYs = new Float32Array(size);
      for (let row = 0; row < size; row++) {
        const parent = this.tree.parent[row] as number;
        const known = row < fromXs.length;
        this.oldXs[row] = known ? (fromXs[row] as number) : (this.oldXs[parent] ?? 0);
        this.oldYs[row] = known ? (fromYs[row] as number) : (this.oldYs[parent] ?? 0);
      }
      this.growth = { start: performance.now(), length: GROWTH };
    }
    this.xs = targetXs;
    this.ys = targetYs;
    this.view = clampView(this.view, this.frame);
    this.paintSoon();
  }

  select(row: number, travel = false): void {
    this.selected = row;
    if (travel && row !== NO_ROW) this.travelTo(row);
    this.paintSoon();
  }

  travelTo(row: number): void {
    const place = { x: this.xs[row] ?? 0.5, y: this.ys[row] ?? 0.5 };
    this.travel(centredOn(this.view, this.frame, place, 0.55));
  }

  zoomBy(factor: number): void {
    const { frame } = this;
    const at = { x: frame.width / 2, y: frame.height / 2 };
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
    const { frame } = this;
    const place = { x: this.xs[row] as number, y: this.ys[row] as number };
    const { x, y } = toScreen(this.view, frame, place);
    const inSight = x > 20 && y > 50 && x < frame.width - 20 && y < frame.height - 20;
    if (!inSight) this.travel(clampView({ ...place, zoom: this.view.zoom }, frame));
  }

  /** Ends a growth under way at where it is now. */
  private settle(now: number): void {
    if (this.growth === null) return;
    const { xs, ys } = this.positions(now);
    this.growth = null;
    this.xs = xs.slice();
    this.ys = ys.slice();
  }

  private positions(now: number): { xs: Float32Array; ys: Float32Array } {
    if (this.growth === null) return { xs: this.xs, ys: this.ys };
    const share = ease((now - this.growth.start) / this.growth.length);
    if (share >= 1) {
      this.growth = null;
      return { xs: this.xs, ys: this.ys };
    }
    const mix = (from: Float32Array, to: Float32Array) =>
      to.map((value, row) => (from[row] as number) + (value - (from[row] as number)) * share);
    return { xs: mix(this.oldXs, this.xs), ys: mix(this.oldYs, this.ys) };
  }

  private paint(now: number): void {
    this.frameRequest = 0;
    this.advanceJourney(now);
    const { frame, tree, layout, view, upTo, line, champion, selected } = this;
    if (frame.width === 0 || layout.size === 0) return;
    const { xs, ys } = this.positions(now);
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
    if (this.growth !== null || this.journey !== null) this.paintSoon();
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

/** Quick first, gentle at the end; 0 to 1. */
function ease(share: number): number {
  const rest = 1 - Math.min(1, Math.max(0, share));
  return 1 - rest ** 3;
}
