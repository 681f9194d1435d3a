import { describe, expect, it } from "vitest";
import type { LineageNode } from "../protocol";
import { layOut, nearest, neighbour } from "./layout";
import { NO_ROW, Tree } from "./tree";

function node(id: string, parent: string | null, batch: number, extra: Partial<LineageNode> = {}) {
  return {
    id,
    parent,
    batch,
    depth: 0,
    robust: 1,
    niche: 0,
    message: "",
    is_elite: true,
    ...extra,
  };
}

/** a - b - d, a - b - e, a - c */
function family(): Tree {
  const tree = new Tree();
  tree.add([
    node("a", null, 0, { niche: 1, robust: 1 }),
    node("b", "a", 1, { niche: 2, robust: 4, depth: 1 }),
    node("c", "a", 2, { niche: 1, robust: 2, depth: 1 }),
    node("d", "b", 3, { niche: 3, robust: 9, depth: 2 }),
    node("e", "b", 4, { niche: 2, robust: 5, depth: 2 }),
  ]);
  return tree;
}

/** A random tree, parents before children. */
function grown(size: number, favour: number): Tree {
  const tree = new Tree();
  let state = 12345;
  const random = () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
  const nodes: LineageNode[] = [];
  for (let i = 0; i < size; i++) {
    const parent = i === 0 ? -1 : Math.floor(random() ** favour * i);
    const depth = parent < 0 ? 0 : (nodes[parent] as LineageNode).depth + 1;
    nodes.push(
      node(`n${i}`, parent < 0 ? null : `n${parent}`, Math.floor(i / 10), {
        depth,
        niche: i % 700,
      }),
    );
  }
  tree.add(nodes);
  return tree;
}

describe("the tree", () => {
  it("takes each walker once, in any paging", () => {
    const tree = family();
    expect(tree.add([node("e", "b", 4), node("f", "e", 5, { niche: 9 })])).toBe(1);
    expect(tree.size).toBe(6);
    expect(tree.parent[5]).toBe(4);
  });

  it("knows who still holds its niche", () => {
    const tree = family();
    expect([0, 1, 2, 3, 4].map((row) => tree.isElite(row))).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
    expect(tree.successor[0]).toBe(2);
    const then = [0, 1, 2, 3, 4].filter((row) => tree.isElite(row, 2));
    expect(then).toEqual([1, 2]);
  });

  it("finds the champion and its line of descent", () => {
    const tree = family();
    expect(tree.champion()).toBe(3);
    expect(tree.champion(2)).toBe(1);
    expect(tree.ancestry(3)).toEqual([3, 1, 0]);
    expect(new Tree().champion()).toBe(NO_ROW);
  });
});

describe("the layout", () => {
  it("puts leaves one apart and parents between their children", () => {
    const layout = layOut(family(), "batch");
    expect([...layout.y]).toEqual([1.25, 0.5, 2, 0, 1]);
    expect([...layout.x]).toEqual([0, 1, 2, 3, 4]);
    expect([...layout.weight]).toEqual([5, 3, 1, 1, 1]);
    expect([layout.width, layout.height]).toEqual([4, 2]);
    expect([...layOut(family(), "depth").x]).toEqual([0, 1, 1, 2, 2]);
  });

  it.each([1, 0.2])("never lets two families overlap (favour %f)", (favour) => {
    const tree = grown(4000, favour);
    const layout = layOut(tree, "batch");
    const wrong: number[] = [];
    for (let row = 0; row < tree.size; row++) {
      const [first, end] = [layout.firstChild[row] as number, layout.firstChild[row + 1] as number];
      let lowest = Number.NEGATIVE_INFINITY;
      for (const child of layout.children.subarray(first, end)) {
        const [top, y, bottom] = [layout.top[child], layout.y[child], layout.bottom[child]] as [
          number,
          number,
          number,
        ];
        const inside =
          top >= (layout.top[row] as number) && bottom <= (layout.bottom[row] as number);
        const ordered = top > lowest && y >= top && y <= bottom;
        if (tree.parent[child] !== row || !inside || !ordered) wrong.push(child);
        lowest = bottom;
      }
    }
    expect(wrong).toEqual([]);
    const ys = [...layout.byY].map((row) => layout.y[row] as number);
    expect(ys).toEqual([...ys].sort((a, b) => a - b));
  });

  it("bears a single line of descent and several seeds", () => {
    const line = grown(3000, 1e-9);
    expect(layOut(line, "depth").width).toBeGreaterThan(2500);
    const seeds = new Tree();
    seeds.add([node("a", null, 0), node("b", null, 0), node("orphan", "unknown", 1)]);
    expect([...layOut(seeds, "batch").y]).toEqual([0, 1, 2]);
    expect(layOut(new Tree(), "batch").size).toBe(0);
  });
});

describe("pointing", () => {
  it("agrees with looking at every walker", () => {
    const tree = grown(2000, 1);
    const layout = layOut(tree, "batch");
    const reach = { x: 3, y: 2 };
    const gap = (row: number, x: number, y: number) => {
      const dx = ((layout.x[row] as number) - x) / reach.x;
      const dy = ((layout.y[row] as number) - y) / reach.y;
      return dx * dx + dy * dy;
    };
    let hits = 0;
    for (let i = 0; i < 200; i++) {
      const [x, y] = [(i * 37) % layout.width, (i * 53.3) % layout.height];
      const best = Math.min(...tree.ids.map((_, row) => gap(row, x, y)));
      const found = nearest(layout, x, y, reach);
      if (best > 1) expect(found).toBe(NO_ROW);
      else {
        hits += 1;
        expect(gap(found, x, y)).toBe(best);
      }
    }
    expect(hits).toBeGreaterThan(20);
  });

  it("sees nothing out of reach or hidden", () => {
    const layout = layOut(family(), "batch");
    expect(nearest(layout, 3, 0.1, { x: 1, y: 0.5 })).toBe(3);
    expect(nearest(layout, 3, 0.1, { x: 1, y: 0.5 }, (row) => row !== 3)).toBe(NO_ROW);
    expect(nearest(layout, 30, 0, { x: 1, y: 1 })).toBe(NO_ROW);
  });
});

describe("arrow keys", () => {
  const tree = family();
  const layout = layOut(tree, "depth");
  it.each([
    ["ArrowLeft", 3, 1],
    ["ArrowLeft", 0, NO_ROW],
    ["ArrowRight", 0, 1],
    ["ArrowRight", 3, NO_ROW],
    ["ArrowDown", 3, 4],
    ["ArrowUp", 4, 3],
    ["ArrowDown", 1, 2],
    ["ArrowUp", 0, NO_ROW],
    ["x", 0, NO_ROW],
  ])("%s from row %i leads to %i", (key, row, expected) => {
    expect(neighbour(layout, tree, row, key)).toBe(expected);
  });
});
