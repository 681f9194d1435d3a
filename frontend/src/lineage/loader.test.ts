import { expect, it } from "vitest";
import type { LineageNode, LineagePage } from "../protocol";
import { Loader } from "./loader";
import { Tree } from "./tree";

/** A server as `elmweb/runs/selectors.py` answers: a cursor only after a full page. */
function server(first: number) {
  const nodes: LineageNode[] = [];
  const grow = (count: number) => {
    for (let i = 0; i < count; i++) {
      const at = nodes.length;
      const parent = at === 0 ? null : `n${at - 1}`;
      nodes.push({
        id: `n${at}`,
        parent,
        depth: at,
        batch: at,
        robust: 1,
        niche: at,
        message: "",
        is_elite: true,
      });
    }
  };
  grow(first);
  const sent = { nodes: 0 };
  const page = async (after: number, limit: number): Promise<LineagePage> => {
    const part = nodes.slice(after, after + limit);
    sent.nodes += part.length;
    const cursor = part.length === limit ? after + limit : null;
    return { nodes: part, cursor, total: nodes.length };
  };
  return { grow, page, sent };
}

it("loads all pages and then only what is new", async () => {
  const { grow, page, sent } = server(12_345);
  const tree = new Tree();
  const loader = new Loader(tree, page);
  const seen: number[] = [];
  await loader.all((loaded) => seen.push(loaded));
  expect(seen).toEqual([5000, 10_000, 12_345]);
  await loader.more();
  sent.nodes = 0;
  grow(70);
  expect(await loader.more()).toBe(70);
  expect(tree.size).toBe(12_415);
  expect(sent.nodes).toBeLessThan(500 + 70);
  expect(tree.parent[12_414]).toBe(12_413);
});

it("does not ask twice at once and recovers from a failure", async () => {
  const { page } = server(3);
  let calls = 0;
  const tree = new Tree();
  const loader = new Loader(tree, async (after, limit) => {
    calls += 1;
    if (calls === 1) throw new Error("unreachable");
    return page(after, limit);
  });
  await expect(loader.more()).rejects.toThrow("unreachable");
  const both = await Promise.all([loader.more(), loader.more()]);
  expect(both).toEqual([3, 0]);
  expect(calls).toBe(2);
});
