/** What the lineage page shows, in the address: a link shows the same place. */
import type { Axis } from "./layout";
import type { View } from "./view";

export interface Place {
  axis: Axis;
  /** Public id of the selected walker. */
  walker: string | null;
  /** Null: the whole tree. */
  view: View | null;
  /** Batch up to which the tree is shown, null for all. */
  upTo: number | null;
}

const round = (value: number) => Number(value.toPrecision(4));

/** Reads a query string; what is missing or malformed falls back to the default. */
export function parsePlace(query: string): Place {
  const params = new URLSearchParams(query);
  const numbers = (params.get("view") ?? "").split(",").map(Number);
  const [x, y, zoom] = numbers;
  const complete = numbers.length === 3 && numbers.every(Number.isFinite) && (zoom as number) >= 1;
  const upTo = Number(params.get("batch") ?? Number.NaN);
  return {
    axis: params.get("axis") === "batch" ? "batch" : "depth",
    walker: params.get("walker"),
    view: complete ? { x: x as number, y: y as number, zoom: zoom as number } : null,
    upTo: Number.isInteger(upTo) && upTo >= 0 ? upTo : null,
  };
}

/** The query string for a place, empty for the default, other parameters kept. */
export function formatPlace(place: Place, query = ""): string {
  const params = new URLSearchParams(query);
  const put = (name: string, value: string | null) =>
    value === null ? params.delete(name) : params.set(name, value);
  put("axis", place.axis === "batch" ? "batch" : null);
  put("walker", place.walker);
  const { view } = place;
  put("view", view && view.zoom > 1 ? [view.x, view.y, view.zoom].map(round).join(",") : null);
  put("batch", place.upTo === null ? null : String(place.upTo));
  const text = params.toString().replaceAll("%2C", ",");
  return text === "" ? "" : `?${text}`;
}
