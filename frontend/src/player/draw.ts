/** Draws one moment of a walker. Knows colours and shapes; where things are, `View` knows. */

import { channels, mix, token } from "../lib/palette";
import type { View } from "./camera";
import type { Motion, Segment } from "./motion";

export interface Scene {
  readonly motion: Motion;
  readonly view: View;
  /** Joints now: x at `2 j`, y at `2 j + 1`, metres. */
  readonly pose: Float32Array;
  /** Centre of mass of every frame. */
  readonly centres: Float32Array;
  readonly frame: number;
  /** Cards leave out what cannot be seen when small. */
  readonly detail: "card" | "full";
}

const TENSION_STEPS = 8; // colours between slack and tense; muscles of a colour are one path
const FULL_TENSION = 0.24; // share of the built length by which a muscle shortens for full colour

export function drawScene(context: CanvasRenderingContext2D, scene: Scene): void {
  const { width, height } = scene.view.size;
  context.clearRect(0, 0, width, height);
  context.lineJoin = "round";
  drawGrid(context, scene);
  drawTerrain(context, scene);
  drawRule(context, scene);
  drawShadows(context, scene);
  if (scene.detail === "full") drawTrail(context, scene);
  drawMuscles(context, scene);
  drawJoints(context, scene);
}

const startX = (scene: Scene): number => scene.centres[0] ?? 0;

/** Metres between labelled ticks, so that labels keep their distance. */
export function labelStep(scale: number): number {
  return [5, 10, 20, 50, 100, 200, 500].find((step) => step * scale >= 56) ?? 1000;
}

/** Calls back for each multiple of `step` metres from the start that is in sight. */
function eachMark(scene: Scene, step: number, mark: (x: number, metres: number) => void): void {
  const { view } = scene;
  const start = startX(scene);
  const first = Math.ceil((view.worldX(0) - start) / step);
  const last = Math.floor((view.worldX(view.size.width) - start) / step);
  for (let i = first; i <= last; i++) mark(view.x(start + i * step), i * step);
}

/** Faint uprights, like the ruled paper of an instrument: they make speed visible. */
function drawGrid(context: CanvasRenderingContext2D, scene: Scene): void {
  context.beginPath();
  eachMark(scene, labelStep(scene.view.scale), (x) => {
    context.moveTo(Math.round(x) + 0.5, 0);
    context.lineTo(Math.round(x) + 0.5, scene.view.y(0));
  });
  context.strokeStyle = token("--hairline");
  context.lineWidth = 1;
  context.stroke();
}

function drawTerrain(context: CanvasRenderingContext2D, scene: Scene): void {
  const surfaces = [...scene.motion.ground, ...scene.motion.ceiling];
  context.fillStyle = token("--ground");
  for (const segment of surfaces) fillSolidSide(context, scene.view, segment);
  context.beginPath();
  for (const { x0, y0, x1, y1 } of surfaces) {
    context.moveTo(scene.view.x(x0), scene.view.y(y0));
    context.lineTo(scene.view.x(x1), scene.view.y(y1));
  }
  context.strokeStyle = token("--ground-line");
  context.lineWidth = 1.25;
  context.stroke();
}

/** A segment's solid side is on its right: below ground, above a ceiling, behind a wall. */
function fillSolidSide(context: CanvasRenderingContext2D, view: View, segment: Segment): void {
  const { width, height } = view.size;
  const [x0, x1] = [view.x(segment.x0), view.x(segment.x1)];
  const [y0, y1] = [view.y(segment.y0), view.y(segment.y1)];
  if (Math.max(x0, x1) < 0 && segment.x0 !== segment.x1) return;
  if (Math.min(x0, x1) > width && segment.x0 !== segment.x1) return;
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  if (segment.x0 === segment.x1) {
    const edge = segment.y1 > segment.y0 ? Math.max(width, x0) : Math.min(0, x0);
    context.lineTo(edge, y1);
    context.lineTo(edge, y0);
  } else {
    const edge = segment.x1 > segment.x0 ? height : 0;
    context.lineTo(x1, edge);
    context.lineTo(x0, edge);
  }
  context.fill();
}

/** The metre rule in the ground: distance from where the centre of mass started. */
function drawRule(context: CanvasRenderingContext2D, scene: Scene): void {
  const { view, detail } = scene;
  const ground = Math.round(view.y(0)) + 0.5;
  const step = labelStep(view.scale);
  const small = step <= 10 ? 1 : step / 10;
  context.beginPath();
  eachMark(scene, small, (x, metres) => {
    const length = metres % step === 0 ? 9 : metres % (step / 2) === 0 ? 6 : 3.5;
    context.moveTo(Math.round(x) + 0.5, ground);
    context.lineTo(Math.round(x) + 0.5, ground + length);
  });
  context.strokeStyle = token("--tick");
  context.lineWidth = 1;
  context.stroke();
  context.fillStyle = token("--ink-soft");
  context.font = `${detail === "full" ? 12 : 10}px ui-monospace, Menlo, Consolas, monospace`;
  context.textAlign = "center";
  context.textBaseline = "top";
  eachMark(scene, step, (x, metres) => {
    if (view.size.height - ground > 22) context.fillText(`${Math.abs(metres)}`, x, ground + 11);
  });
}

/** Height of the ground below a place, metres. */
export function groundAt(ground: readonly Segment[], x: number): number {
  for (const { x0, y0, x1, y1 } of ground) {
    if (x0 < x1 && x >= x0 && x <= x1) return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
  }
  return 0;
}

function drawShadows(context: CanvasRenderingContext2D, scene: Scene): void {
  const { motion, view, pose } = scene;
  context.beginPath();
  for (let j = 0; j < motion.joints; j++) {
    const [x, y] = [pose[2 * j] ?? 0, pose[2 * j + 1] ?? 0];
    const floor = groundAt(motion.ground, x);
    // The higher a joint, the smaller its shadow.
    const radius = (motion.radius * 2.2 * view.scale) / (1 + 0.25 * Math.max(y - floor, 0));
    const [px, py] = [view.x(x), view.y(floor) + 1];
    context.moveTo(px + radius, py);
    context.ellipse(px, py, radius, radius * 0.22, 0, 0, 2 * Math.PI);
  }
  context.fillStyle = token("--shadow-cast");
  context.fill();
}

/** The centre of mass so far, with a dot for each second. */
function drawTrail(context: CanvasRenderingContext2D, scene: Scene): void {
  const { motion, view, centres, frame } = scene;
  const at = (t: number): [number, number] => [
    view.x(centres[2 * t] ?? 0),
    view.y(centres[2 * t + 1] ?? 0),
  ];
  context.strokeStyle = context.fillStyle = token("--trail");
  context.lineWidth = 1.5;
  context.globalAlpha = 0.55;
  context.beginPath();
  for (let t = 0; t <= frame; t++) context.lineTo(...at(t));
  context.stroke();
  context.globalAlpha = 1;
  context.beginPath();
  for (let t = 0; t <= frame; t += motion.fps) {
    const [x, y] = at(t);
    context.moveTo(x + 2.5, y);
    context.arc(x, y, 2.5, 0, 2 * Math.PI);
  }
  context.fill();
}

/** How tense each muscle is, 0 (fully stretched) to 1 (fully contracted); 0.5 as built. */
export function tension(motion: Motion, pose: Float32Array, spring: number): number {
  const muscle = motion.springs[spring];
  if (!muscle) return 0.5;
  const built = distance(motion.positions, muscle.a, muscle.b);
  if (built <= 0) return 0.5;
  const shortening = 1 - distance(pose, muscle.a, muscle.b) / built;
  return Math.min(Math.max(0.5 + shortening / FULL_TENSION / 2, 0), 1);
}

function distance(points: Float32Array, a: number, b: number): number {
  return Math.hypot(
    (points[2 * a] ?? 0) - (points[2 * b] ?? 0),
    (points[2 * a + 1] ?? 0) - (points[2 * b + 1] ?? 0),
  );
}

/** A joint's radius in pixels: true to scale, but a walker far away keeps a firm pen. */
function penRadius({ motion, view }: Scene): number {
  const least = Math.min(Math.max(view.size.width / 160, 2.4), 4);
  return Math.max(motion.radius * view.scale, least);
}

function drawMuscles(context: CanvasRenderingContext2D, scene: Scene): void {
  const { motion, view, pose } = scene;
  const unit = penRadius(scene);
  const passive = new Path2D();
  const active = Array.from({ length: TENSION_STEPS }, () => new Path2D());
  for (const [i, spring] of motion.springs.entries()) {
    const ends = [
      view.x(pose[2 * spring.a] ?? 0),
      view.y(pose[2 * spring.a + 1] ?? 0),
      view.x(pose[2 * spring.b] ?? 0),
      view.y(pose[2 * spring.b + 1] ?? 0),
    ] as const;
    if (!spring.active) {
      passive.moveTo(ends[0], ends[1]);
      passive.lineTo(ends[2], ends[3]);
      continue;
    }
    const tense = tension(motion, pose, i);
    const step = Math.min(Math.floor(tense * TENSION_STEPS), TENSION_STEPS - 1);
    const path = active[step];
    if (path) belly(path, ends, unit * (0.45 + 0.8 * tense));
  }
  context.strokeStyle = token("--muscle-passive");
  context.lineWidth = Math.max(unit * 0.32, 1.5);
  context.stroke(passive);
  const colours = [channels(token("--muscle-slack")), channels(token("--muscle-tense"))];
  context.lineWidth = 1;
  for (const [step, path] of active.entries()) {
    context.fillStyle = context.strokeStyle = mix(colours, step / (TENSION_STEPS - 1));
    context.fill(path);
    context.stroke(path); // keeps the tips visible
  }
}

const BELLY_STEPS = 12; // straight pieces to each side: canvases draw flat curves with corners

/** A muscle's belly: a spindle between two joints, thick when it is short. */
function belly(
  path: Path2D,
  [x0, y0, x1, y1]: readonly [number, number, number, number],
  thickness: number,
): void {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = Math.hypot(dx, dy) || 1;
  const half = Math.min(thickness, length / 3);
  const steps = length < 60 ? 4 : BELLY_STEPS;
  path.moveTo(x0, y0);
  for (const side of [1, -1]) {
    for (let i = 1; i <= steps; i++) {
      const along = side === 1 ? i / steps : 1 - i / steps;
      const out = (side * half * 2 * along * (1 - along)) / length;
      path.lineTo(x0 + dx * along - dy * out, y0 + dy * along + dx * out);
    }
  }
  path.closePath();
}

function drawJoints(context: CanvasRenderingContext2D, scene: Scene): void {
  const { motion, view, pose } = scene;
  const radius = penRadius(scene);
  const line = Math.max(Math.min(radius * 0.4, 2), 1);
  context.beginPath();
  for (let j = 0; j < motion.joints; j++) {
    const [x, y] = [view.x(pose[2 * j] ?? 0), view.y(pose[2 * j + 1] ?? 0)];
    const r = Math.max(radius - line / 2, 0.8);
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
  }
  context.fillStyle = radius < 3.5 ? token("--joint") : token("--joint-core");
  context.fill();
  context.strokeStyle = token("--joint");
  context.lineWidth = line;
  context.stroke();
}
