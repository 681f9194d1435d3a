/**
 * The window onto the tree: world (batch or depth, leaf order) to CSS pixels.
 * Vertical zoom is free; horizontal zoom follows it slowly, because a run is far
 * taller (thousands of leaves) than wide (hundreds of batches).
 */

export interface View {
  /** World point at the middle of the canvas. */
  x: number;
  y: number;
  /** 1 shows the whole tree. */
  zoom: number;
}

export interface Frame {
  /** Size of the canvas, CSS pixels. */
  width: number;
  height: number;
  /** Extent of the tree, world units. */
  worldWidth: number;
  worldHeight: number;
}

export interface Scale {
  x: number;
  y: number;
}

export const MARGIN = { left: 36, right: 56, top: 34, bottom: 34 } as const;
const LEAF_PITCH = 34; // CSS pixels between leaves when zoomed in fully
const COLUMN_PITCH = 90; // CSS pixels between batches when zoomed in fully

export function whole(frame: Frame): View {
  return { x: frame.worldWidth / 2, y: frame.worldHeight / 2, zoom: 1 };
}

function fit(frame: Frame): Scale {
  return {
    x: Math.max(1, frame.width - MARGIN.left - MARGIN.right) / Math.max(1, frame.worldWidth),
    y: Math.max(1, frame.height - MARGIN.top - MARGIN.bottom) / Math.max(1, frame.worldHeight),
  };
}

export function largestZoom(frame: Frame): number {
  const { x, y } = fit(frame);
  return Math.max(2, LEAF_PITCH / y, COLUMN_PITCH / x);
}

/** Pixels a world unit. Both axes reach their largest pitch at the largest zoom. */
export function scale(frame: Frame, zoom: number): Scale {
  const base = fit(frame);
  const share = Math.log(Math.max(1, zoom)) / Math.log(largestZoom(frame));
  const reach = (from: number, pitch: number) => from * Math.max(1, pitch / from) ** share;
  return { x: reach(base.x, COLUMN_PITCH), y: reach(base.y, LEAF_PITCH) };
}

export function toScreen(view: View, frame: Frame, x: number, y: number): Scale {
  const k = scale(frame, view.zoom);
  return { x: (x - view.x) * k.x + middleX(frame), y: (y - view.y) * k.y + middleY(frame) };
}

export function toWorld(view: View, frame: Frame, x: number, y: number): Scale {
  const k = scale(frame, view.zoom);
  return { x: (x - middleX(frame)) / k.x + view.x, y: (y - middleY(frame)) / k.y + view.y };
}

const middleX = ({ width }: Frame) => (width + MARGIN.left - MARGIN.right) / 2;
const middleY = ({ height }: Frame) => (height + MARGIN.top - MARGIN.bottom) / 2;

/** Zooms by `factor` and keeps the world point under (x, y) where it is. */
export function zoomAt(view: View, frame: Frame, factor: number, x: number, y: number): View {
  const anchor = toWorld(view, frame, x, y);
  const zoom = Math.min(largestZoom(frame), Math.max(1, view.zoom * factor));
  const k = scale(frame, zoom);
  return clampView(
    { zoom, x: anchor.x - (x - middleX(frame)) / k.x, y: anchor.y - (y - middleY(frame)) / k.y },
    frame,
  );
}

/** Moves the tree by pixels, as a hand on paper does. */
export function panBy(view: View, frame: Frame, dx: number, dy: number): View {
  const k = scale(frame, view.zoom);
  return clampView({ ...view, x: view.x - dx / k.x, y: view.y - dy / k.y }, frame);
}

/** Keeps a part of the tree in sight: no more empty space than at zoom 1. */
export function clampView(view: View, frame: Frame): View {
  const zoom = Math.min(largestZoom(frame), Math.max(1, view.zoom));
  const base = fit(frame);
  const k = scale(frame, zoom);
  const within = (value: number, extent: number, full: number, now: number) => {
    const half = (extent * full) / now / 2; // half of what is visible, world units
    return (
      extent / 2 + Math.min(extent / 2 - half, Math.max(half - extent / 2, value - extent / 2))
    );
  };
  return {
    zoom,
    x: within(view.x, frame.worldWidth, base.x, k.x),
    y: within(view.y, frame.worldHeight, base.y, k.y),
  };
}

/** A view that shows a row in the middle, at least at `zoom`. */
export function centredOn(view: View, frame: Frame, x: number, y: number, zoom: number): View {
  return clampView({ x, y, zoom: Math.max(view.zoom, zoom) }, frame);
}

/** The same place of a tree that has grown: shares of its extent stay equal. */
export function rescaled(view: View, before: Frame, after: Frame): View {
  if (view.zoom <= 1) return whole(after);
  return clampView(
    {
      ...view,
      x: (view.x / Math.max(1, before.worldWidth)) * after.worldWidth,
      y: (view.y / Math.max(1, before.worldHeight)) * after.worldHeight,
    },
    after,
  );
}
