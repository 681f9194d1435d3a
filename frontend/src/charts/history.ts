/** Coverage, QD score and best over evaluations. uPlot comes only when they are in sight. */

import type uPlot from "uplot";
import { make } from "../lib/dom";
import { compact, count, metres, percent } from "../lib/format";
import { token } from "../lib/palette";
import { onThemeChange } from "../lib/theme";
import type { HistoryPoint } from "../protocol";

type Measure = "best" | "coverage" | "qd_score";

interface Spec {
  measure: Measure;
  title: string;
  format: (value: number) => string;
}

const SPECS: readonly Spec[] = [
  { measure: "best", title: "Best distance", format: metres },
  { measure: "coverage", title: "Coverage", format: percent },
  { measure: "qd_score", title: "QD score", format: metres },
];

const HEIGHT = 190; // CSS pixels

/** One sentence that says what a chart shows. */
export function sentence(
  spec: Pick<Spec, "measure" | "title" | "format">,
  points: readonly HistoryPoint[],
): string {
  const [first, last] = [points[0], points[points.length - 1]];
  if (!first || !last || points.length < 2) return `${spec.title}: not enough points yet.`;
  const [from, to] = [spec.format(first[spec.measure]), spec.format(last[spec.measure])];
  const over = `over ${count(last.evaluations)} evaluations`;
  return from === to
    ? `${spec.title} stays at ${to} ${over}.`
    : `${spec.title} rises from ${from} to ${to} ${over}.`;
}

class Chart {
  private readonly figure = make("figure", { class: "chart" });
  private readonly now = make("span", { class: "chart__now number" });
  private readonly plot = make("div", { class: "chart__plot", role: "img" });
  private drawn: uPlot | null = null;
  private marked: number | null = null;

  constructor(
    private readonly library: typeof uPlot,
    private readonly spec: Spec,
    parent: HTMLElement,
    private points: readonly HistoryPoint[],
  ) {
    const caption = make(
      "figcaption",
      { class: "chart__head" },
      make("h3", {}, spec.title),
      this.now,
    );
    this.figure.append(caption, this.plot);
    parent.append(this.figure);
    this.rebuild();
  }

  show(points: readonly HistoryPoint[]): void {
    this.points = points;
    this.drawn?.setData(this.data());
    this.describe();
  }

  /** A line at a number of evaluations; null: none. */
  mark(evaluations: number | null): void {
    this.marked = evaluations;
    this.drawn?.redraw(false);
  }

  resize(): void {
    this.drawn?.setSize({ width: this.plot.clientWidth, height: HEIGHT });
  }

  rebuild(): void {
    this.drawn?.destroy();
    this.drawn = new this.library(this.options(), this.data(), this.plot);
    this.describe();
  }

  private describe(): void {
    const last = this.points[this.points.length - 1];
    this.now.textContent = last ? this.spec.format(last[this.spec.measure]) : "–";
    this.plot.setAttribute("aria-label", sentence(this.spec, this.points));
  }

  private data(): uPlot.AlignedData {
    const { measure } = this.spec;
    return [this.points.map((p) => p.evaluations), this.points.map((p) => p[measure])];
  }

  private options(): uPlot.Options {
    const [ink, line, grid] = [token("--ink-soft"), token("--alive"), token("--hairline")];
    const font = "12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace";
    const axis = { stroke: ink, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
    return {
      width: this.plot.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      padding: [10, 8, 0, 0],
      cursor: {
        y: false,
        drag: { x: false, y: false },
        sync: { key: "progress" },
        points: { size: 8, fill: line, stroke: token("--sheet") },
      },
      scales: { x: { time: false }, y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] } },
      axes: [
        { ...axis, values: (_, ticks) => ticks.map(compact), space: 64, size: 32 },
        {
          ...axis,
          values: (_, ticks) => ticks.map((tick) => this.tick(tick)),
          size: 58,
          space: 38,
        },
      ],
      series: [{}, { stroke: line, width: 2, points: { show: false }, paths: this.stepped() }],
      hooks: { setCursor: [(plot) => this.readOut(plot)], draw: [(plot) => this.drawMark(plot)] },
    };
  }

  /** Values hold until the next batch: steps for few points, a line for many. */
  private stepped(): uPlot.Series.PathBuilder | undefined {
    return this.library.paths.stepped?.({ align: 1 });
  }

  private tick(value: number): string {
    if (this.spec.measure === "coverage") return `${Number((value * 100).toPrecision(3))}%`;
    return value < 1000 ? String(Number(value.toPrecision(3))) : compact(value);
  }

  private drawMark({ ctx, bbox, valToPos }: uPlot): void {
    if (this.marked === null) return;
    ctx.fillStyle = token("--ink");
    ctx.fillRect(Math.round(valToPos(this.marked, "x", true)), bbox.top, 2, bbox.height);
  }

  private readOut(plot: uPlot): void {
    const point = plot.cursor.idx == null ? undefined : this.points[plot.cursor.idx];
    const value = point && this.spec.format(point[this.spec.measure]);
    if (value === undefined) this.describe();
    else this.now.textContent = `${value} at ${compact(point?.evaluations ?? 0)}`;
  }
}

export class Charts {
  private charts: Chart[] = [];
  private points: readonly HistoryPoint[];
  private marked: number | null = null;

  constructor(
    private readonly parent: HTMLElement,
    points: readonly HistoryPoint[],
  ) {
    this.points = points;
    parent.hidden = false;
    const sight = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        sight.disconnect();
        void this.build();
      },
      { rootMargin: "300px" },
    );
    sight.observe(parent);
  }

  show(points: readonly HistoryPoint[]): void {
    this.points = points;
    for (const chart of this.charts) chart.show(points);
  }

  mark(evaluations: number | null): void {
    this.marked = evaluations;
    for (const chart of this.charts) chart.mark(evaluations);
  }

  private async build(): Promise<void> {
    const [{ default: library }] = await Promise.all([
      import("uplot"),
      import("uplot/dist/uPlot.min.css"),
    ]);
    this.charts = SPECS.map((spec) => new Chart(library, spec, this.parent, this.points));
    this.mark(this.marked);
    new ResizeObserver(() => {
      for (const chart of this.charts) chart.resize();
    }).observe(this.parent);
    onThemeChange(() => {
      for (const chart of this.charts) chart.rebuild();
    });
  }
}
