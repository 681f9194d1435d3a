/**
 * The window onto the tree. Tree coordinates are shares of its extent (0 to 1
 * both ways), so that a view keeps its place while the tree grows, and a link
 * means the same to everyone. Vertical zoom is free; horizontal zoom follows it
 * slowly, because a run is far taller (leaves) than wide (batches).
 */

export interface Point {
  x: number;
  y: number;
}

export interface View extends Point {
  /** (x, y): what is in the middle of the canvas, as shares. 1 shows the whole tree. */
  zoom: number;
}

export interface Frame {
  /** Size of the canvas, CSS pixels. */
  width: number;
  height: number;
  /** Extent of the tree: batches or generations, and leaves. */
  columns: number;
  leaves: number;
}

export const WHOLE: View = { x: 0.5, y: 0.5, zoom: 1 };
export const MARGIN = { left: 28, right: 84, top: 44, bottom: 24 } as const;
const LEAF_PITCH = 34; // CSS pixels between leaves when zoomed in fully
const COLUMN_PITCH = 90; // CSS pixels between columns when zoomed in fully, if they are few
const WIDEST = 8; // widths of the canvas that the tree may have then

/** Pixels of the whole tree at zoom 1. */
function inner({ width, height }: Frame): Point {
  return {
    x: Math.max(1, width - MARGIN.left - MARGIN.right),
    y: Math.max(1, height - MARGIN.top - MARGIN.bottom),
  };
}

/** Pixels of the whole tree when zoomed in fully. */
function outer(frame: Frame): Point {
  const least = inner(frame);
  return {
    x: Math.max(least.x, Math.min(COLUMN_PITCH * frame.columns, WIDEST * least.x)),
    y: Math.max(least.y, LEAF_PITCH * frame.leaves),
  };
}

export function largestZoom(frame: Frame): number {
  const [least, most] = [inner(frame), outer(frame)];
  return Math.max(2, most.x / least.x, most.y / least.y);
}

/** Pixels of the whole tree. Both axes reach their largest pitch at the largest zoom. */
export function scale(frame: Frame, zoom: number): Point {
  const [least, most] = [inner(frame), outer(frame)];
  const share = Math.log(Math.max(1, zoom)) / Math.log(largestZoom(frame));
  return {
    x: least.x * (most.x / least.x) ** share,
    y: least.y * (most.y / least.y) ** share,
  };
}

export function middle({ width, height }: Frame): Point {
  return {
    x: (width + MARGIN.left - MARGIN.right) / 2,
    y: (height + MARGIN.top - MARGIN.bottom) / 2,
  };
}

export function toScreen(view: View, frame: Frame, at: Point): Point {
  const [k, m] = [scale(frame, view.zoom), middle(frame)];
  return { x: (at.x - view.x) * k.x + m.x, y: (at.y - view.y) * k.y + m.y };
}

export function toTree(view: View, frame: Frame, at: Point): Point {
  const [k, m] = [scale(frame, view.zoom), middle(frame)];
  return { x: (at.x - m.x) / k.x + view.x, y: (at.y - m.y) / k.y + view.y };
}

/** Zooms by `factor` and keeps what is under the pixel `at` where it is. */
export function zoomAt(view: View, frame: Frame, factor: number, at: Point): View {
  const anchor = toTree(view, frame, at);
  const zoom = Math.min(largestZoom(frame), Math.max(1, view.zoom * factor));
  const [k, m] = [scale(frame, zoom), middle(frame)];
  return clampView(
    { zoom, x: anchor.x - (at.x - m.x) / k.x, y: anchor.y - (at.y - m.y) / k.y },
    frame,
  );
}

/** Moves the tree by pixels, as a hand on paper does. */
export function panBy(view: View, frame: Frame, by: Point): View {
  const k = scale(frame, view.zoom);
  return clampView({ ...view, x: view.x - by.x / k.x, y: view.y - by.y / k.y }, frame);
}

/** Never more empty space than at zoom 1. */
export function clampView(view: View, frame: Frame): View {
  const zoom = Math.min(largestZoom(frame), Math.max(1, view.zoom));
  const [least, k] = [inner(frame), scale(frame, zoom)];
  const within = (value: number, visible: number) =>
    Math.min(1 - visible / 2, Math.max(visible / 2, value));
  return { zoom, x: within(view.x, least.x / k.x), y: within(view.y, least.y / k.y) };
}

/** A view with a place in the middle, zoomed in to `share` (0 to 1) of what is possible. */
export function centredOn(view: View, frame: Frame, at: Point, share: number): View {
  const zoom = Math.max(view.zoom, largestZoom(frame) ** share);
  return clampView({ ...at, zoom }, frame);
}

/** The view of a changed tree in which a place is where it was on the screen. */
export function follow(
  view: View,
  before: { frame: Frame; place: Point },
  after: { frame: Frame; place: Point },
): View {
  if (view.zoom <= 1) return WHOLE;
  const at = toScreen(view, before.frame, before.place);
  const [k, m] = [scale(after.frame, view.zoom), middle(after.frame)];
  const { x, y } = after.place;
  return clampView(
    { zoom: view.zoom, x: x - (at.x - m.x) / k.x, y: y - (at.y - m.y) / k.y },
    after.frame,
  );
}

/** A view on the way between two. */
export function between(from: View, to: View, share: number): View {
  const mix = (a: number, b: number) => a + (b - a) * share;
  return {
    x: mix(from.x, to.x),
    y: mix(from.y, to.y),
    zoom: Math.exp(mix(Math.log(from.zoom), Math.log(to.zoom))),
  };
}
