/**
 * The tree on a canvas. Draws what is in sight, in as much detail as can be
 * seen: families outside the window are skipped as a whole, links that would
 * fall onto the same pixels are drawn once, and links of one colour are one path.
 */
import { heatRamp, STEPS } from "../archive/colour";
import { count, metres } from "../lib/format";
import { token } from "../lib/palette";
import type { Layout } from "./layout";
import { NO_ROW, type Tree } from "./tree";
import { type Frame, middle, scale, type View } from "./view";

export interface Scene {
  tree: Tree;
  layout: Layout;
  /** Positions as shares, perhaps on their way. */
  xs: Float32Array;
  ys: Float32Array;
  view: View;
  frame: Frame;
  /** From `lineageRamp`. */
  ramp: readonly string[];
  /** Metres at the ramp's end. */
  top: number;
  /** Last batch that is shown. */
  upTo: number;
  /** Rows of the line of descent that stands out, youngest first. */
  line: readonly number[];
  champion: number;
  selected: number;
}

const FONT = "12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace";
const SCALE = 26; // CSS pixels of the scale on top
const BUCKETS = 16;
const SAME_PIXELS = 1.5; // CSS pixels within which two links look like one
const SLACK = 0.02; // shares: links curve and rows may be on their way

interface Pixels {
  x: (row: number) => number;
  y: (row: number) => number;
  leafPitch: number;
  columnPitch: number;
}

export function drawTree(context: CanvasRenderingContext2D, scene: Scene): void {
  const { frame, view } = scene;
  context.clearRect(0, 0, frame.width, frame.height);
  const [k, m] = [scale(frame, view.zoom), middle(frame)];
  const pixels: Pixels = {
    x: (row) => ((scene.xs[row] as number) - view.x) * k.x + m.x,
    y: (row) => ((scene.ys[row] as number) - view.y) * k.y + m.y,
    leafPitch: k.y / frame.leaves,
    columnPitch: k.x / frame.columns,
  };
  drawRules(context, scene);
  const rows = rowsInSight(scene, k.y);
  drawLinks(context, scene, pixels, rows);
  drawNodes(context, scene, pixels, rows);
  drawLine(context, scene, pixels);
  drawMark(context, scene, pixels, scene.champion, token("--alive"));
  if (scene.selected !== scene.champion) {
    drawMark(context, scene, pixels, scene.selected, token("--ink"));
  }
  drawScale(context, scene);
}

/** Pixels of the columns that get a rule, by their batch or generation. */
function columnsInSight({ frame, view }: Scene): [number, number][] {
  const [k, m] = [scale(frame, view.zoom), middle(frame)];
  const every = niceStep((72 * frame.columns) / k.x);
  const column = (x: number) => ((x - m.x) / k.x + view.x) * frame.columns;
  const last = Math.min(frame.columns, column(frame.width));
  const found: [number, number][] = [];
  for (let at = Math.max(0, Math.ceil(column(0) / every) * every); at <= last; at += every) {
    found.push([at, Math.round((at / frame.columns - view.x) * k.x + m.x)]);
  }
  return found;
}

function drawRules(context: CanvasRenderingContext2D, scene: Scene): void {
  context.fillStyle = token("--hairline");
  for (const [, x] of columnsInSight(scene)) context.fillRect(x, 0, 1, scene.frame.height);
}

/** The scale on top: a metre rule of batches or generations. */
function drawScale(context: CanvasRenderingContext2D, scene: Scene): void {
  const { frame } = scene;
  context.fillStyle = token("--stage");
  context.fillRect(0, 0, frame.width, SCALE);
  context.fillStyle = token("--hairline-strong");
  context.fillRect(0, SCALE, frame.width, 1);
  context.font = FONT;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const [at, x] of columnsInSight(scene)) {
    context.fillStyle = token("--tick");
    context.fillRect(x, SCALE - 6, 1, 6);
    context.fillStyle = token("--ink-soft");
    context.fillText(count(at), x, 11);
  }
}

/** The smallest of 1, 2, 5 x 10^n that is not less than `least`. */
export function niceStep(least: number): number {
  if (least <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((factor) => factor * power >= least) ?? 10) * power;
}

/** Rows whose family reaches into the window, parents before children. */
function rowsInSight({ layout, view, frame, tree, upTo }: Scene, k: number): number[] {
  const half = frame.height / k / 2 + SLACK;
  const [from, to] = [(view.y - half) * frame.leaves, (view.y + half) * frame.leaves];
  const rows: number[] = [];
  const stack = Array.from(layout.roots);
  while (stack.length > 0) {
    const row = stack.pop() as number;
    if ((layout.bottom[row] as number) < from || (layout.top[row] as number) > to) continue;
    if ((tree.batch[row] as number) > upTo) continue;
    rows.push(row);
    const end = layout.firstChild[row + 1] as number;
    for (let slot = layout.firstChild[row] as number; slot < end; slot++) {
      stack.push(layout.children[slot] as number);
    }
  }
  return rows;
}

/**
 * `BUCKETS` colours from near to far. Hairlines need more contrast than cells:
 * the first quarter of the heat scale is left out.
 */
export function lineageRamp(): string[] {
  const heat = heatRamp();
  return Array.from({ length: BUCKETS }, (_, bucket) => {
    const share = 0.25 + (0.75 * bucket) / (BUCKETS - 1);
    return heat[Math.round(share * (STEPS - 1))] as string;
  });
}

function bucketOf({ tree, top }: Scene, row: number): number {
  const share = (tree.robust[row] as number) / top;
  return Math.min(BUCKETS - 1, Math.max(0, Math.floor(share * BUCKETS)));
}

function drawLinks(
  context: CanvasRenderingContext2D,
  scene: Scene,
  { x, y, leafPitch }: Pixels,
  rows: readonly number[],
): void {
  const { tree, layout } = scene;
  const paths = Array.from({ length: BUCKETS }, () => new Path2D());
  const lastX = new Float32Array(tree.size).fill(Number.NaN);
  const lastY = new Float32Array(tree.size).fill(Number.NaN);
  for (const row of rows) {
    const parent = tree.parent[row] as number;
    if (parent === NO_ROW) continue;
    const [x1, y1] = [x(row), y(row)];
    const isLeaf = layout.weight[row] === 1;
    if (
      isLeaf &&
      Math.abs(y1 - (lastY[parent] as number)) < SAME_PIXELS &&
      Math.abs(x1 - (lastX[parent] as number)) < SAME_PIXELS * 2
    ) {
      continue;
    }
    lastX[parent] = x1;
    lastY[parent] = y1;
    addLink(paths[bucketOf(scene, row)] as Path2D, x(parent), y(parent), x1, y1);
  }
  context.lineWidth = leafPitch > 8 ? 1.5 : 1;
  context.globalAlpha = leafPitch > 2 ? 0.9 : 0.65;
  paths.forEach((path, bucket) => {
    context.strokeStyle = scene.ramp[bucket] as string;
    context.stroke(path);
  });
  context.globalAlpha = 1;
}

function addLink(path: Path2D, x0: number, y0: number, x1: number, y1: number): void {
  path.moveTo(x0, y0);
  if (Math.abs(y1 - y0) < 1) path.lineTo(x1, y1);
  else {
    const bend = x0 + (x1 - x0) * 0.5;
    path.bezierCurveTo(bend, y0, bend, y1, x1, y1);
  }
}

/** Elites are full circles, walkers that were replaced small rings; from afar only elites. */
function drawNodes(
  context: CanvasRenderingContext2D,
  scene: Scene,
  { x, y, leafPitch, columnPitch }: Pixels,
  rows: readonly number[],
): void {
  const { tree, upTo, frame } = scene;
  const radius = Math.min(5, Math.max(1.1, Math.min(leafPitch, columnPitch) * 0.3));
  const paths = Array.from({ length: BUCKETS }, () => new Path2D());
  const rings = new Path2D();
  const labels = leafPitch >= 15 && columnPitch > 40;
  context.font = FONT;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = token("--ink-soft");
  for (const row of rows) {
    const [px, py] = [x(row), y(row)];
    if (px < -9 || py < -9 || px > frame.width + 9 || py > frame.height + 9) continue;
    if (tree.isElite(row, upTo)) {
      const path = paths[bucketOf(scene, row)] as Path2D;
      path.moveTo(px + radius, py);
      path.arc(px, py, radius, 0, 2 * Math.PI);
    } else if (radius > 2) {
      rings.moveTo(px + radius * 0.6, py);
      rings.arc(px, py, radius * 0.6, 0, 2 * Math.PI);
    }
    const marked = row === scene.champion || row === scene.selected;
    if (labels && !marked)
      context.fillText(metres(tree.robust[row] as number), px + radius + 4, py - 8);
  }
  context.lineWidth = 1;
  context.strokeStyle = token("--ink-soft");
  context.fillStyle = token("--stage");
  context.fill(rings);
  context.stroke(rings);
  paths.forEach((path, bucket) => {
    context.fillStyle = scene.ramp[bucket] as string;
    context.fill(path);
    if (radius > 2.5) context.stroke(path);
  });
}

/** The line of descent, from the youngest walker back to its seed. */
function drawLine(context: CanvasRenderingContext2D, scene: Scene, { x, y }: Pixels): void {
  const { line, tree, upTo } = scene;
  const path = new Path2D();
  const dots = new Path2D();
  for (const row of line) {
    if ((tree.batch[row] as number) > upTo) continue;
    const parent = tree.parent[row] as number;
    if (parent !== NO_ROW) addLink(path, x(parent), y(parent), x(row), y(row));
    dots.moveTo(x(row) + 3, y(row));
    dots.arc(x(row), y(row), 3, 0, 2 * Math.PI);
  }
  context.strokeStyle = token("--stage");
  context.lineWidth = 5;
  context.stroke(path);
  context.strokeStyle = context.fillStyle = token("--alive");
  context.lineWidth = 2.25;
  context.stroke(path);
  context.fill(dots);
}

/** A ring around a walker with its distance on a small plate. */
function drawMark(
  context: CanvasRenderingContext2D,
  { tree, upTo, frame }: Scene,
  { x, y }: Pixels,
  row: number,
  colour: string,
): void {
  if (row === NO_ROW || (tree.batch[row] as number) > upTo) return;
  const [px, py] = [x(row), y(row)];
  context.beginPath();
  context.arc(px, py, 8, 0, 2 * Math.PI);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.stroke();
  const text = metres(tree.robust[row] as number);
  context.font = `600 ${FONT}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const width = context.measureText(text).width + 10;
  const left = px + 13 + width > frame.width ? px - 13 - width : px + 13;
  context.fillStyle = token("--stage");
  context.fillRect(left, py - 10, width, 20);
  context.lineWidth = 1;
  context.strokeRect(left + 0.5, py - 9.5, width, 19);
  context.fillStyle = colour;
  context.fillText(text, left + 5, py);
}
