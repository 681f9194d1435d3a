import { describe, expect, it } from "vitest";
import {
  binRange,
  binsOf,
  type Cells,
  cellRect,
  layoutSlices,
  nicheAt,
  nicheByKey,
  nicheCount,
  nicheOf,
} from "./geometry";

const CELLS: Cells = [12, 12, 12];
const UNEVEN: Cells = [3, 5, 4];

describe("niches", () => {
  it("are numbered height-major", () => {
    expect(nicheOf({ height: 1, width: 2, mass: 3 }, CELLS)).toBe((1 * 12 + 2) * 12 + 3);
    for (let niche = 0; niche < nicheCount(UNEVEN); niche++) {
      expect(nicheOf(binsOf(niche, UNEVEN), UNEVEN)).toBe(niche);
    }
  });

  it.each([320, 358, 768, 1180])("are found again under their own middle at %i px", (width) => {
    for (const cells of [CELLS, UNEVEN]) {
      const geometry = layoutSlices(width, cells);
      expect(geometry.width).toBeLessThanOrEqual(width);
      for (let niche = 0; niche < nicheCount(cells); niche++) {
        const { x, y, size } = cellRect(geometry, niche);
        expect(nicheAt(geometry, x + size / 2, y + size / 2)).toBe(niche);
      }
    }
  });

  it("are not found between slices, in titles or outside", () => {
    const geometry = layoutSlices(1180, CELLS);
    const side = geometry.pitch * 12;
    expect(nicheAt(geometry, side + geometry.gap / 2, geometry.title + 5)).toBeNull();
    expect(nicheAt(geometry, 5, geometry.title / 2)).toBeNull();
    expect(nicheAt(geometry, -1, 50)).toBeNull();
    expect(nicheAt(geometry, geometry.width + 30, 50)).toBeNull();
    expect(nicheAt(geometry, 5, geometry.height + 1)).toBeNull();
  });

  it("put tall above low and wide right of narrow", () => {
    const geometry = layoutSlices(1180, CELLS);
    const low = cellRect(geometry, nicheOf({ height: 0, width: 0, mass: 0 }, CELLS));
    const tall = cellRect(geometry, nicheOf({ height: 11, width: 0, mass: 0 }, CELLS));
    const wide = cellRect(geometry, nicheOf({ height: 0, width: 11, mass: 0 }, CELLS));
    expect(tall.y).toBeLessThan(low.y);
    expect(wide.x).toBeGreaterThan(low.x);
  });
});

describe("keys", () => {
  const geometry = layoutSlices(1180, CELLS);
  const at = (height: number, width: number, mass: number) =>
    nicheOf({ height, width, mass }, CELLS);

  it("move by one within a slice", () => {
    expect(nicheByKey(at(5, 5, 2), "ArrowUp", geometry)).toBe(at(6, 5, 2));
    expect(nicheByKey(at(5, 5, 2), "ArrowDown", geometry)).toBe(at(4, 5, 2));
    expect(nicheByKey(at(5, 5, 2), "ArrowLeft", geometry)).toBe(at(5, 4, 2));
    expect(nicheByKey(at(5, 5, 2), "ArrowRight", geometry)).toBe(at(5, 6, 2));
    expect(nicheByKey(at(5, 5, 2), "PageDown", geometry)).toBe(at(5, 5, 3));
    expect(nicheByKey(at(5, 5, 2), "a", geometry)).toBeNull();
  });

  it("cross into the slice beside and stop at the outer edge", () => {
    const { columns } = geometry;
    expect(columns).toBeGreaterThan(1);
    expect(nicheByKey(at(5, 11, 0), "ArrowRight", geometry)).toBe(at(5, 0, 1));
    expect(nicheByKey(at(5, 0, 1), "ArrowLeft", geometry)).toBe(at(5, 11, 0));
    expect(nicheByKey(at(5, 0, 0), "ArrowLeft", geometry)).toBe(at(5, 0, 0));
    expect(nicheByKey(at(5, 11, columns - 1), "ArrowRight", geometry)).toBe(at(5, 11, columns - 1));
    expect(nicheByKey(at(0, 5, 0), "ArrowDown", geometry)).toBe(at(11, 5, columns));
    expect(nicheByKey(at(11, 5, columns), "ArrowUp", geometry)).toBe(at(0, 5, 0));
    expect(nicheByKey(at(11, 5, 0), "ArrowUp", geometry)).toBe(at(11, 5, 0));
  });
});

it("a bin's edges are in its measure's unit", () => {
  expect(binRange(0, 12, [0, 24])).toEqual([0, 2]);
  expect(binRange(11, 12, [1, 49])).toEqual([45, 49]);
});
