import { describe, expect, it } from "vitest";
import { formatPlace, parsePlace } from "./address";
import {
  between,
  centredOn,
  clampView,
  type Frame,
  follow,
  largestZoom,
  MARGIN,
  panBy,
  scale,
  toScreen,
  toTree,
  WHOLE,
  zoomAt,
} from "./view";

const FRAME: Frame = { width: 1000, height: 600, columns: 300, leaves: 9000 };

describe("the view", () => {
  it("shows the whole tree inside the margins at zoom 1", () => {
    expect(toScreen(WHOLE, FRAME, { x: 0, y: 0 })).toEqual({ x: MARGIN.left, y: MARGIN.top });
    const end = toScreen(WHOLE, FRAME, { x: 1, y: 1 });
    expect(end.x).toBeCloseTo(1000 - MARGIN.right);
    expect(end.y).toBeCloseTo(600 - MARGIN.bottom);
  });

  it("keeps the point under the pointer while zooming", () => {
    const start = zoomAt(WHOLE, FRAME, 40, { x: 500, y: 300 });
    const point = toTree(start, FRAME, { x: 420, y: 250 });
    const zoomed = zoomAt(start, FRAME, 3, { x: 420, y: 250 });
    const screen = toScreen(zoomed, FRAME, point);
    expect(screen.x).toBeCloseTo(420, 6);
    expect(screen.y).toBeCloseTo(250, 6);
    expect(zoomed.zoom).toBeCloseTo(120);
  });

  it("stops at both ends and never loses the tree", () => {
    expect(zoomAt(WHOLE, FRAME, 0.01, { x: 0, y: 0 })).toEqual(WHOLE);
    const near = zoomAt(WHOLE, FRAME, 1e9, { x: 0, y: 0 });
    expect(near.zoom).toBe(largestZoom(FRAME));
    const k = scale(FRAME, near.zoom);
    expect(k.x).toBeCloseTo(8 * (1000 - MARGIN.left - MARGIN.right));
    expect(k.y / FRAME.leaves).toBeCloseTo(34);
    const away = toScreen(panBy(near, FRAME, { x: 1e9, y: -1e9 }), FRAME, { x: 0, y: 1 });
    expect(away.x).toBeCloseTo(MARGIN.left, 3);
    expect(away.y).toBeCloseTo(600 - MARGIN.bottom, 3);
  });

  it("gives few columns no more room than they can use", () => {
    const few = { ...FRAME, columns: 20 };
    expect(scale(few, largestZoom(few)).x / few.columns).toBeCloseTo(90);
  });

  it("moves with the hand", () => {
    const view = zoomAt(WHOLE, FRAME, 50, { x: 500, y: 300 });
    const before = toScreen(view, FRAME, { x: 0.5, y: 0.5 });
    const after = toScreen(panBy(view, FRAME, { x: 12, y: -7 }), FRAME, { x: 0.5, y: 0.5 });
    expect(after.x - before.x).toBeCloseTo(12, 6);
    expect(after.y - before.y).toBeCloseTo(-7, 6);
  });

  it("centres a place and only ever zooms in for it", () => {
    const view = centredOn(WHOLE, FRAME, { x: 0.4, y: 0.6 }, 0.5);
    expect([view.x, view.y]).toEqual([0.4, 0.6]);
    expect(view.zoom).toBeCloseTo(Math.sqrt(largestZoom(FRAME)));
    const near = { x: 0.5, y: 0.5, zoom: 400 };
    expect(centredOn(near, FRAME, { x: 0.5, y: 0.5 }, 0.5).zoom).toBe(400);
  });

  it("keeps a walker where it is on the screen while the tree grows", () => {
    const view = { x: 0.5, y: 0.5, zoom: 60 };
    const [place, later] = [
      { x: 0.52, y: 0.51 },
      { x: 0.5, y: 0.54 },
    ];
    const grown = { ...FRAME, columns: 310, leaves: 9400 };
    const next = follow(view, { frame: FRAME, place }, { frame: grown, place: later });
    const [before, after] = [toScreen(view, FRAME, place), toScreen(next, grown, later)];
    expect(after.x).toBeCloseTo(before.x, 6);
    expect(after.y).toBeCloseTo(before.y, 6);
    expect(follow(WHOLE, { frame: FRAME, place }, { frame: grown, place: later })).toEqual(WHOLE);
  });

  it("bears a tree of one walker and a tiny canvas", () => {
    const one = { width: 10, height: 10, columns: 1, leaves: 1 };
    for (const value of Object.values(clampView({ x: 5, y: -3, zoom: 7 }, one))) {
      expect(Number.isFinite(value)).toBe(true);
    }
  });

  it("travels evenly: equal shares of the way are equal factors of zoom", () => {
    const [from, to] = [WHOLE, { x: 0.1, y: 0.9, zoom: 100 }];
    expect(between(from, to, 0.5).zoom).toBeCloseTo(10);
    expect(between(from, to, 1)).toEqual({
      x: expect.closeTo(0.1),
      y: expect.closeTo(0.9),
      zoom: expect.closeTo(100),
    });
  });
});

describe("the address", () => {
  it("comes back as it went", () => {
    const place = {
      axis: "batch",
      walker: "Ab3_x-",
      view: { x: 0.25, y: 0.5, zoom: 12.5 },
      upTo: 40,
    } as const;
    const query = formatPlace(place);
    expect(query).toBe("?axis=batch&walker=Ab3_x-&view=0.25,0.5,12.5&batch=40");
    expect(parsePlace(query)).toEqual(place);
  });

  it("is empty for the default and keeps what is not ours", () => {
    const nothing = { axis: "depth", walker: null, view: null, upTo: null } as const;
    expect(formatPlace(nothing)).toBe("");
    expect(
      formatPlace({ ...nothing, view: { x: 0.5, y: 0.5, zoom: 1 } }, "?lang=en&walker=x"),
    ).toBe("?lang=en");
  });

  it("takes nonsense for nothing", () => {
    expect(parsePlace("?view=1,2&batch=-4&axis=sideways")).toEqual({
      axis: "depth",
      walker: null,
      view: null,
      upTo: null,
    });
    expect(parsePlace("?view=a,b,c&batch=x").view).toBeNull();
    expect(parsePlace("?view=0.5,0.5,0").view).toBeNull();
  });
});
