import { describe, expect, it } from "vitest";
import { formatPlace, parsePlace } from "./address";
import {
  centredOn,
  clampView,
  type Frame,
  largestZoom,
  MARGIN,
  panBy,
  rescaled,
  scale,
  toScreen,
  toWorld,
  whole,
  zoomAt,
} from "./view";

const FRAME: Frame = { width: 1000, height: 600, worldWidth: 300, worldHeight: 9000 };

describe("the view", () => {
  it("shows the whole tree inside the margins at zoom 1", () => {
    const view = whole(FRAME);
    expect(toScreen(view, FRAME, 0, 0)).toEqual({ x: MARGIN.left, y: MARGIN.top });
    const end = toScreen(view, FRAME, 300, 9000);
    expect(end.x).toBeCloseTo(1000 - MARGIN.right);
    expect(end.y).toBeCloseTo(600 - MARGIN.bottom);
  });

  it("keeps the point under the pointer while zooming", () => {
    const start = zoomAt(whole(FRAME), FRAME, 40, 500, 300);
    const point = toWorld(start, FRAME, 420, 250);
    const zoomed = zoomAt(start, FRAME, 3, 420, 250);
    const screen = toScreen(zoomed, FRAME, point.x, point.y);
    expect(screen.x).toBeCloseTo(420, 6);
    expect(screen.y).toBeCloseTo(250, 6);
    expect(zoomed.zoom).toBeCloseTo(120);
  });

  it("stops at both ends and never loses the tree", () => {
    expect(zoomAt(whole(FRAME), FRAME, 0.01, 0, 0)).toEqual(whole(FRAME));
    const near = zoomAt(whole(FRAME), FRAME, 1e9, 0, 0);
    expect(near.zoom).toBe(largestZoom(FRAME));
    const k = scale(FRAME, near.zoom);
    expect(k.x).toBeCloseTo(90);
    expect(k.y).toBeGreaterThanOrEqual(34 - 1e-9);
    const away = panBy(near, FRAME, 1e9, -1e9);
    expect(toScreen(away, FRAME, 0, 9000)).toEqual({
      x: expect.closeTo(MARGIN.left, 3),
      y: expect.closeTo(600 - MARGIN.bottom, 3),
    });
  });

  it("moves with the hand", () => {
    const view = zoomAt(whole(FRAME), FRAME, 50, 500, 300);
    const before = toScreen(view, FRAME, 150, 4500);
    const after = toScreen(panBy(view, FRAME, 12, -7), FRAME, 150, 4500);
    expect(after.x - before.x).toBeCloseTo(12, 6);
    expect(after.y - before.y).toBeCloseTo(-7, 6);
  });

  it("keeps its place while the tree grows", () => {
    const grown = { ...FRAME, worldWidth: 330, worldHeight: 9900 };
    const view = centredOn(whole(FRAME), FRAME, 150, 4500, 30);
    const next = rescaled(view, FRAME, grown);
    expect([next.x, next.y, next.zoom]).toEqual([165, 4950, 30]);
    expect(rescaled(whole(FRAME), FRAME, grown)).toEqual(whole(grown));
  });

  it("bears a tree of one walker and a tiny canvas", () => {
    const one = { width: 10, height: 10, worldWidth: 1, worldHeight: 1 };
    const view = clampView({ x: 5, y: -3, zoom: 7 }, one);
    for (const value of [view.x, view.y, view.zoom]) expect(Number.isFinite(value)).toBe(true);
  });
});

describe("the address", () => {
  it("comes back as it went", () => {
    const place = {
      axis: "depth",
      walker: "Ab3_x-",
      view: { x: 0.25, y: 0.5, zoom: 12.5 },
      upTo: 40,
    } as const;
    const query = formatPlace(place);
    expect(query).toBe("?axis=depth&walker=Ab3_x-&view=0.25,0.5,12.5&batch=40");
    expect(parsePlace(query)).toEqual(place);
  });

  it("is empty for the default and keeps what is not ours", () => {
    const nothing = { axis: "batch", walker: null, view: null, upTo: null } as const;
    expect(formatPlace(nothing)).toBe("");
    expect(
      formatPlace({ ...nothing, view: { x: 0.5, y: 0.5, zoom: 1 } }, "?lang=en&walker=x"),
    ).toBe("?lang=en");
  });

  it("takes nonsense for nothing", () => {
    expect(parsePlace("?view=1,2&batch=-4&axis=sideways")).toEqual({
      axis: "batch",
      walker: null,
      view: null,
      upTo: null,
    });
    expect(parsePlace("?view=a,b,c&batch=x").view).toBeNull();
    expect(parsePlace("?view=0.5,0.5,0").view).toBeNull();
  });
});
