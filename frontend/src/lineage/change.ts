/** Hands, wheels and keys on the canvas, turned into what they mean. */
import type { Point } from "./view";

export interface Intents {
  pan(by: Point): void;
  zoom(factor: number, at: Point): void;
  /** The pointer rests at a place; null: it has left. */
  hover(at: Point | null): void;
  /** A click or tap that was not a drag. */
  press(at: Point, touch: boolean): void;
  /** Returns whether the key meant something. */
  key(event: KeyboardEvent): boolean;
  /** Whether there is room to zoom out or pan; if not, the page scrolls. */
  zoomed(): boolean;
}

const DRAG = 5; // CSS pixels a press may tremble
const WHEEL = 0.0016; // zoom a pixel of wheel, as a power of e

export class Hands {
  private readonly pointers = new Map<number, Point>();
  private travelled = 0;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly intents: Intents,
  ) {
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.up(event));
    canvas.addEventListener("pointercancel", (event) => this.forget(event));
    canvas.addEventListener("pointerleave", () => intents.hover(null));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("keydown", (event) => {
      if (!event.altKey && !event.ctrlKey && !event.metaKey && intents.key(event)) {
        event.preventDefault();
      }
    });
  }

  /** At the whole tree a finger scrolls the page; zoomed in, it pans the tree. */
  allowScrolling(allow: boolean): void {
    this.canvas.style.touchAction = allow ? "pan-x pan-y" : "none";
  }

  private at(event: MouseEvent): Point {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0) return;
    if (this.pointers.size === 0) this.travelled = 0;
    this.pointers.set(event.pointerId, this.at(event));
    if (event.pointerType === "mouse") this.canvas.setPointerCapture(event.pointerId);
  }

  private move(event: PointerEvent): void {
    const now = this.at(event);
    const before = this.pointers.get(event.pointerId);
    if (before === undefined) {
      if (event.pointerType !== "touch") this.intents.hover(now);
      return;
    }
    const by = { x: now.x - before.x, y: now.y - before.y };
    this.travelled += Math.hypot(by.x, by.y);
    if (this.pointers.size === 2) this.pinch(event.pointerId, before, now);
    else if (this.travelled > DRAG) this.intents.pan(by);
    this.pointers.set(event.pointerId, now);
  }

  private pinch(id: number, before: Point, now: Point): void {
    const other = [...this.pointers].find(([key]) => key !== id)?.[1];
    if (other === undefined) return;
    const apart = (p: Point) => Math.max(1, Math.hypot(p.x - other.x, p.y - other.y));
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
    this.intents.zoom(apart(now) / apart(before), middle);
    this.intents.pan({ x: (now.x - before.x) / 2, y: (now.y - before.y) / 2 });
  }

  private up(event: PointerEvent): void {
    const known = this.pointers.has(event.pointerId);
    const alone = this.pointers.size === 1;
    this.forget(event);
    if (known && alone && this.travelled <= DRAG) {
      this.intents.press(this.at(event), event.pointerType === "touch");
    }
  }

  private forget(event: PointerEvent): void {
    this.pointers.delete(event.pointerId);
  }

  private wheel(event: WheelEvent): void {
    const out = event.deltaY > 0;
    if (out && !this.intents.zoomed() && !event.ctrlKey) return; // the page scrolls on
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    if (event.shiftKey) {
      this.intents.pan({ x: -event.deltaY * lines, y: 0 });
      return;
    }
    const strength = event.ctrlKey ? WHEEL * 6 : WHEEL;
    this.intents.zoom(Math.exp(-event.deltaY * lines * strength), this.at(event));
  }
}
