/** Where walkers are drawn, as shares; newcomers grow out of their parent's place. */
import { NO_ROW } from "./tree";

export const GROWTH = 600; // ms for everybody to find the new place

/** Quick first, gentle at the end; 0 to 1. */
export function ease(share: number): number {
  const rest = 1 - Math.min(1, Math.max(0, share));
  return 1 - rest ** 3;
}

export interface Places {
  xs: Float32Array;
  ys: Float32Array;
}

const NOWHERE: Places = { xs: new Float32Array(0), ys: new Float32Array(0) };

export class Positions {
  /** Where they will be. */
  target: Places = NOWHERE;
  private origin: Places = NOWHERE;
  private start: number | null = null;

  get moving(): boolean {
    return this.start !== null;
  }

  /** New places for all; `parent` rows tell where newcomers come from. */
  moveTo(target: Places, parent: Int32Array, animate: boolean, now: number): void {
    const from = this.at(now);
    const known = from.xs.length;
    this.target = target;
    this.start = null;
    if (!animate || known === 0) return;
    const size = target.xs.length;
    const origin = { xs: new Float32Array(size), ys: new Float32Array(size) };
    for (let row = 0; row < size; row++) {
      const source = row < known ? row : (parent[row] as number);
      const places = row < known ? from : origin;
      origin.xs[row] = source === NO_ROW ? 0 : (places.xs[source] as number);
      origin.ys[row] = source === NO_ROW ? 0.5 : (places.ys[source] as number);
    }
    this.origin = origin;
    this.start = now;
  }

  /** Places at a time, milliseconds. */
  at(now: number): Places {
    if (this.start === null) return this.target;
    const share = ease((now - this.start) / GROWTH);
    if (share >= 1) {
      this.start = null;
      return this.target;
    }
    const mix = (from: Float32Array, to: Float32Array) =>
      to.map((value, row) => (from[row] as number) + (value - (from[row] as number)) * share);
    return { xs: mix(this.origin.xs, this.target.xs), ys: mix(this.origin.ys, this.target.ys) };
  }
}
