/**
 * The lineage as columns of numbers: one row a walker, in order of admission,
 * parents always before children. Grows at the end only, so rows stay valid.
 */
import type { LineageNode } from "../protocol";

export const NO_ROW = -1;

export class Tree {
  readonly ids: string[] = [];
  /** What each operator was asked for; empty for a seed. */
  readonly messages: string[] = [];
  readonly rows = new Map<string, number>();
  /** Row of the parent, `NO_ROW` for a seed. */
  parent = new Int32Array(1024);
  depth = new Int32Array(1024);
  batch = new Int32Array(1024);
  robust = new Float32Array(1024);
  niche = new Int32Array(1024);
  /** Row of the walker that took this one's niche, `NO_ROW` while it is an elite. */
  successor = new Int32Array(1024);
  private readonly holder = new Map<number, number>();

  get size(): number {
    return this.ids.length;
  }

  /** Adds walkers that are not known yet; returns how many were new. */
  add(nodes: readonly LineageNode[]): number {
    const before = this.size;
    for (const node of nodes) if (!this.rows.has(node.id)) this.append(node);
    return this.size - before;
  }

  /** Whether a walker held its niche after `batch`; by default, now. */
  isElite(row: number, batch = Number.POSITIVE_INFINITY): boolean {
    const next = this.successor[row] as number;
    return (
      (this.batch[row] as number) <= batch &&
      (next === NO_ROW || (this.batch[next] as number) > batch)
    );
  }

  /** The walker that goes farthest among those admitted up to `batch`. */
  champion(batch = Number.POSITIVE_INFINITY): number {
    let best = NO_ROW;
    for (let row = 0; row < this.size && (this.batch[row] as number) <= batch; row++) {
      if (best === NO_ROW || (this.robust[row] as number) > (this.robust[best] as number))
        best = row;
    }
    return best;
  }

  /** `row`, its parent, and so on to the seed. */
  ancestry(row: number): number[] {
    const line: number[] = [];
    for (let at = row; at !== NO_ROW; at = this.parent[at] as number) line.push(at);
    return line;
  }

  get lastBatch(): number {
    return this.size === 0 ? 0 : (this.batch[this.size - 1] as number);
  }

  private append(node: LineageNode): void {
    const row = this.size;
    if (row === this.parent.length) this.grow();
    this.ids.push(node.id);
    this.messages.push(node.message);
    this.rows.set(node.id, row);
    this.parent[row] = node.parent === null ? NO_ROW : (this.rows.get(node.parent) ?? NO_ROW);
    this.depth[row] = node.depth;
    this.batch[row] = node.batch;
    this.robust[row] = node.robust;
    this.niche[row] = node.niche;
    this.successor[row] = NO_ROW;
    const previous = this.holder.get(node.niche);
    if (previous !== undefined) this.successor[previous] = row;
    this.holder.set(node.niche, row);
  }

  private grow(): void {
    const longer = <T extends Int32Array | Float32Array>(column: T): T => {
      const next = new (column.constructor as new (length: number) => T)(column.length * 2);
      next.set(column);
      return next;
    };
    this.parent = longer(this.parent);
    this.depth = longer(this.depth);
    this.batch = longer(this.batch);
    this.robust = longer(this.robust);
    this.niche = longer(this.niche);
    this.successor = longer(this.successor);
  }
}
