/** The archive on a canvas. Knows where and in which colour, not when or why. */
import { metres } from "../lib/format";
import { token } from "../lib/palette";
import type { Elite } from "../protocol";
import { stepOf } from "./colour";
import { binRange, type Cells, cellRect, type Geometry, nicheCount, sliceOrigin } from "./geometry";

export interface Picture {
  geometry: Geometry;
  elites: ReadonlyMap<number, Elite>;
  ramp: readonly string[];
  /** Metres at the ramp's end. */
  top: number;
  champion: number | null;
  selected: number | null;
  hovered: number | null;
  /** Niche -> how fresh its elite is, 1 (now) to 0. */
  fresh: ReadonlyMap<number, number>;
  massRange: readonly [number, number];
}

export function drawArchive(context: CanvasRenderingContext2D, picture: Picture): void {
  const { geometry } = picture;
  context.clearRect(0, 0, geometry.width, geometry.height);
  drawTitles(context, picture);
  drawCells(context, picture);
  for (const [niche, freshness] of picture.fresh) drawPulse(context, geometry, niche, freshness);
  if (picture.champion !== null) {
    outline(context, geometry, picture.champion, token("--alive"), 2);
  }
  if (picture.hovered !== null) outline(context, geometry, picture.hovered, token("--ink"), 1.5);
  if (picture.selected !== null) {
    outline(context, geometry, picture.selected, token("--sheet"), 4.5);
    outline(context, geometry, picture.selected, token("--ink"), 2.25);
  }
}

function drawTitles(context: CanvasRenderingContext2D, { geometry, massRange }: Picture): void {
  const { cells, pitch, title } = geometry;
  context.font = "12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace";
  context.textBaseline = "alphabetic";
  context.fillStyle = token("--ink-soft");
  const tidy = (value: number) => String(Math.round(value * 10) / 10);
  for (let mass = 0; mass < cells[2]; mass++) {
    const { x, y } = sliceOrigin(geometry, mass);
    const [from, to] = binRange(mass, cells[2], massRange);
    const text = `${tidy(from)}–${tidy(to)} kg`;
    context.fillText(text, x, y - (title - 14), pitch * cells[1]);
  }
}

function drawCells(context: CanvasRenderingContext2D, picture: Picture): void {
  const { geometry, elites, ramp, top } = picture;
  const gap = geometry.pitch >= 7 ? 1 : 0.5;
  const empty = token("--heat-empty");
  const cells: Cells = geometry.cells;
  for (let niche = 0; niche < nicheCount(cells); niche++) {
    const { x, y, size } = cellRect(geometry, niche);
    const elite = elites.get(niche);
    context.fillStyle = elite ? (ramp[stepOf(elite.robust, top)] as string) : empty;
    context.fillRect(x, y, size - gap, size - gap);
  }
}

function drawPulse(
  context: CanvasRenderingContext2D,
  geometry: Geometry,
  niche: number,
  freshness: number,
): void {
  const { x, y, size } = cellRect(geometry, niche);
  const grow = (1 - freshness) * size * 0.6;
  context.globalAlpha = freshness * 0.9;
  context.strokeStyle = token("--alive");
  context.lineWidth = 1.5;
  context.strokeRect(x - grow, y - grow, size - 1 + 2 * grow, size - 1 + 2 * grow);
  context.globalAlpha = 1;
}

function outline(
  context: CanvasRenderingContext2D,
  geometry: Geometry,
  niche: number,
  colour: string,
  width: number,
): void {
  const { x, y, size } = cellRect(geometry, niche);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.strokeRect(x - 0.5, y - 0.5, size, size);
}

/** The scale as a bar with its ends and middle in metres. */
export function drawLegend(
  context: CanvasRenderingContext2D,
  width: number,
  ramp: readonly string[],
  top: number,
): void {
  const [bar, tick] = [10, 4];
  context.clearRect(0, 0, width, 40);
  for (let x = 0; x < width; x++) {
    context.fillStyle = ramp[Math.floor((x / width) * ramp.length)] as string;
    context.fillRect(x, 0, 1, bar);
  }
  context.font = "12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace";
  context.fillStyle = token("--ink-soft");
  context.textBaseline = "top";
  for (const [share, align] of [
    [0, "left"],
    [0.5, "center"],
    [1, "right"],
  ] as const) {
    const x = Math.min(width - 1, share * width);
    context.fillRect(x, bar, 1, tick);
    context.textAlign = align;
    context.fillText(metres(share * top), x, bar + tick + 3);
  }
  context.textAlign = "left";
}
