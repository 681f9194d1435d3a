/**
 * A tidy tree in O(n), in world units and without drawing: x is the batch or
 * the depth, y the order of the leaves, one unit apart; a parent stands at the
 * middle of its first and last child. Typed arrays throughout, no recursion:
 * lines of descent are thousands of walkers long.
 */
import { NO_ROW, type Tree } from "./tree";

export type Axis = "batch" | "depth";

export interface Layout {
  size: number;
  x: Float32Array;
  y: Float32Array;
  /** Children of row r: `children[firstChild[r]]` to `children[firstChild[r + 1] - 1]`, by y. */
  firstChild: Int32Array;
  children: Int32Array;
  /** Rows without a parent. */
  roots: Int32Array;
  /** Highest and lowest y among a row and its descendants: what a view can skip. */
  top: Float32Array;
  bottom: Float32Array;
  /** Descendants admitted so far, the row itself included. */
  weight: Int32Array;
  /** Rows by y, for finding what is near a point. */
  byY: Int32Array;
  width: number;
  height: number;
}

export function layOut(tree: Tree, axis: Axis): Layout {
  const size = tree.size;
  const { firstChild, children, roots } = sortChildren(tree);
  const weight = new Int32Array(size).fill(1);
  for (let row = size - 1; row >= 0; row--) {
    const parent = tree.parent[row] as number;
    if (parent !== NO_ROW) weight[parent] = (weight[parent] as number) + (weight[row] as number);
  }
  const y = new Float32Array(size);
  const top = new Float32Array(size);
  const bottom = new Float32Array(size);
  const leaves = placeLeaves({ firstChild, children, roots }, y, top, bottom);
  for (let row = size - 1; row >= 0; row--) {
    const first = firstChild[row] as number;
    const end = firstChild[row + 1] as number;
    if (first === end) continue;
    const [head, tail] = [children[first] as number, children[end - 1] as number];
    y[row] = ((y[head] as number) + (y[tail] as number)) / 2;
    top[row] = top[head] as number;
    bottom[row] = bottom[tail] as number;
  }
  const column = axis === "batch" ? tree.batch : tree.depth;
  const x = Float32Array.from(column.subarray(0, size));
  let width = 1;
  for (const value of x) if (value > width) width = value;
  const byY = Int32Array.from(y, (_, row) => row).sort(
    (a, b) => (y[a] as number) - (y[b] as number),
  );
  const height = Math.max(1, leaves - 1);
  return { size, x, y, firstChild, children, roots, top, bottom, weight, byY, width, height };
}

type Branches = Pick<Layout, "firstChild" | "children" | "roots">;

/** Children grouped by parent (counting sort), in order of admission. */
function sortChildren(tree: Tree): Branches {
  const size = tree.size;
  const firstChild = new Int32Array(size + 1);
  const roots: number[] = [];
  for (let row = 0; row < size; row++) {
    const parent = tree.parent[row] as number;
    if (parent === NO_ROW) roots.push(row);
    else firstChild[parent + 1] = (firstChild[parent + 1] as number) + 1;
  }
  for (let row = 0; row < size; row++) {
    firstChild[row + 1] = (firstChild[row + 1] as number) + (firstChild[row] as number);
  }
  const next = firstChild.slice(0, size);
  const children = new Int32Array(size - roots.length);
  for (let row = 0; row < size; row++) {
    const parent = tree.parent[row] as number;
    if (parent === NO_ROW) continue;
    const slot = next[parent] as number;
    children[slot] = row;
    next[parent] = slot + 1;
  }
  return { firstChild, children, roots: Int32Array.from(roots) };
}

/** Depth first, one unit of y a leaf; returns the number of leaves. */
function placeLeaves(
  { firstChild, children, roots }: Branches,
  y: Float32Array,
  top: Float32Array,
  bottom: Float32Array,
): number {
  let leaves = 0;
  const stack = Array.from(roots).reverse();
  while (stack.length > 0) {
    const row = stack.pop() as number;
    const first = firstChild[row] as number;
    const end = firstChild[row + 1] as number;
    if (first === end) {
      y[row] = top[row] = bottom[row] = leaves;
      leaves += 1;
    }
    for (let slot = end - 1; slot >= first; slot--) stack.push(children[slot] as number);
  }
  return leaves;
}

/** The row nearest to a point within `reach` (an ellipse, world units), or `NO_ROW`. */
export function nearest(
  layout: Layout,
  x: number,
  y: number,
  reach: { x: number; y: number },
  shown: (row: number) => boolean = () => true,
): number {
  let found = NO_ROW;
  let least = 1;
  for (let i = lowerBound(layout, y - reach.y); i < layout.size; i++) {
    const row = layout.byY[i] as number;
    const dy = ((layout.y[row] as number) - y) / reach.y;
    if (dy > 1) break;
    const dx = ((layout.x[row] as number) - x) / reach.x;
    const distance = dx * dx + dy * dy;
    if (distance <= least && shown(row)) {
      least = distance;
      found = row;
    }
  }
  return found;
}

/** First index in `byY` whose y is not less than `y`. */
export function lowerBound({ byY, y: ys, size }: Layout, y: number): number {
  let [low, high] = [0, size];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ys[byY[middle] as number] as number) < y) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The neighbour that an arrow key leads to: left the parent, right the child
 * with most descendants, up and down the walker above or below in the same column.
 */
export function neighbour(layout: Layout, tree: Tree, row: number, key: string): number {
  switch (key) {
    case "ArrowLeft":
      return tree.parent[row] as number;
    case "ArrowRight":
      return heaviestChild(layout, row);
    case "ArrowUp":
      return beside(layout, row, -1);
    case "ArrowDown":
      return beside(layout, row, 1);
    default:
      return NO_ROW;
  }
}

function heaviestChild({ firstChild, children, weight }: Layout, row: number): number {
  let best = NO_ROW;
  for (let slot = firstChild[row] as number; slot < (firstChild[row + 1] as number); slot++) {
    const child = children[slot] as number;
    if (best === NO_ROW || (weight[child] as number) > (weight[best] as number)) best = child;
  }
  return best;
}

function beside(layout: Layout, row: number, direction: -1 | 1): number {
  const { byY, x, y } = layout;
  const at = byY.indexOf(row, lowerBound(layout, y[row] as number));
  for (let i = at + direction; i >= 0 && i < layout.size; i += direction) {
    const other = byY[i] as number;
    if (x[other] === x[row] && y[other] !== y[row]) return other;
  }
  return NO_ROW;
}
