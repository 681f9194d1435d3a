/**
 * Where the niches lie on the page: one square slice a mass bin, in each the
 * width grows to the right and the height upwards. Pure: no drawing, no state.
 */

/** Bins of height, width, mass. */
export type Cells = readonly [height: number, width: number, mass: number];

export interface Bins {
  height: number;
  width: number;
  mass: number;
}

export interface Rect {
  x: number;
  y: number;
  size: number;
}

export interface Geometry {
  cells: Cells;
  columns: number;
  rows: number;
  /** Side of one niche with its gap, CSS pixels. */
  pitch: number;
  /** Height of the title above each slice. */
  title: number;
  /** Distance between two slices. */
  gap: number;
  width: number;
  height: number;
}

const NARROWEST_SLICE = 104; // CSS pixels: niches stay wide enough to point at
const WIDEST_SLICE = 190;

export function nicheOf({ height, width, mass }: Bins, cells: Cells): number {
  return (height * cells[1] + width) * cells[2] + mass;
}

export function binsOf(niche: number, cells: Cells): Bins {
  const mass = niche % cells[2];
  const rest = (niche - mass) / cells[2];
  const width = rest % cells[1];
  return { height: (rest - width) / cells[1], width, mass };
}

export function nicheCount(cells: Cells): number {
  return cells[0] * cells[1] * cells[2];
}

/** The most columns that divide the slices evenly and stay wide enough. */
export function layoutSlices(width: number, cells: Cells): Geometry {
  const slices = cells[2];
  const gap = width < 480 ? 10 : 18;
  const fits = (columns: number) => (width - gap * (columns - 1)) / columns;
  let columns = 1;
  for (let candidate = 1; candidate <= slices; candidate++) {
    if (fits(candidate) < NARROWEST_SLICE) break;
    if (slices % candidate === 0 && fits(columns) > WIDEST_SLICE * 0.8) columns = candidate;
  }
  const side = Math.min(WIDEST_SLICE * 1.6, fits(columns));
  const pitch = Math.max(2, Math.floor((side / Math.max(cells[0], cells[1])) * 4) / 4);
  const rows = Math.ceil(slices / columns);
  const title = 22;
  return {
    cells,
    columns,
    rows,
    pitch,
    title,
    gap,
    width: columns * pitch * cells[1] + gap * (columns - 1),
    height: rows * (title + pitch * cells[0]) + gap * (rows - 1),
  };
}

/** Top left corner of a slice's grid, below its title. */
export function sliceOrigin(geometry: Geometry, mass: number): { x: number; y: number } {
  const { cells, columns, pitch, gap, title } = geometry;
  const column = mass % columns;
  const row = Math.floor(mass / columns);
  return {
    x: column * (pitch * cells[1] + gap),
    y: row * (title + pitch * cells[0] + gap) + title,
  };
}

export function cellRect(geometry: Geometry, niche: number): Rect {
  const { height, width, mass } = binsOf(niche, geometry.cells);
  const origin = sliceOrigin(geometry, mass);
  return {
    x: origin.x + width * geometry.pitch,
    y: origin.y + (geometry.cells[0] - 1 - height) * geometry.pitch,
    size: geometry.pitch,
  };
}

/** The niche under a point, null between and around the slices. */
export function nicheAt(geometry: Geometry, x: number, y: number): number | null {
  const { cells, columns, rows, pitch, gap, title } = geometry;
  const column = Math.floor(x / (pitch * cells[1] + gap));
  const row = Math.floor(y / (title + pitch * cells[0] + gap));
  if (column < 0 || column >= columns || row < 0 || row >= rows) return null;
  const mass = row * columns + column;
  if (mass >= cells[2]) return null;
  const origin = sliceOrigin(geometry, mass);
  const width = Math.floor((x - origin.x) / pitch);
  const fromTop = Math.floor((y - origin.y) / pitch);
  if (width < 0 || width >= cells[1] || fromTop < 0 || fromTop >= cells[0]) return null;
  return nicheOf({ height: cells[0] - 1 - fromTop, width, mass }, cells);
}

/**
 * The niche that a key leads to: arrows move within a slice and cross into the
 * slice beside it, Page Up and Page Down change the mass. Null: not our key.
 */
export function nicheByKey(niche: number, key: string, geometry: Geometry): number | null {
  const { cells, columns } = geometry;
  const bins = binsOf(niche, cells);
  switch (key) {
    case "ArrowUp":
      bins.height += 1;
      break;
    case "ArrowDown":
      bins.height -= 1;
      break;
    case "ArrowRight":
      bins.width += 1;
      break;
    case "ArrowLeft":
      bins.width -= 1;
      break;
    case "PageDown":
      bins.mass += 1;
      break;
    case "PageUp":
      bins.mass -= 1;
      break;
    default:
      return null;
  }
  return nicheOf(crossSlices(bins, cells, columns), cells);
}

/** A step over a slice's edge goes on in the slice beside it, if there is one. */
function crossSlices(bins: Bins, cells: Cells, columns: number): Bins {
  const [heights, widths, masses] = cells;
  let { height, width, mass } = bins;
  if (width >= widths && (mass + 1) % columns !== 0 && mass + 1 < masses)
    [width, mass] = [0, mass + 1];
  else if (width < 0 && mass % columns !== 0) [width, mass] = [widths - 1, mass - 1];
  if (height >= heights && mass - columns >= 0) [height, mass] = [0, mass - columns];
  else if (height < 0 && mass + columns < masses) [height, mass] = [heights - 1, mass + columns];
  const within = (value: number, bins: number) => Math.min(bins - 1, Math.max(0, value));
  return {
    height: within(height, heights),
    width: within(width, widths),
    mass: within(mass, masses),
  };
}

/** Edges of one bin in its measure's unit. */
export function binRange(
  bin: number,
  bins: number,
  range: readonly [number, number],
): [number, number] {
  const step = (range[1] - range[0]) / bins;
  return [range[0] + bin * step, range[0] + (bin + 1) * step];
}
