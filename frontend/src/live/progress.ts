/** How far a run is, in words. */
import { count, duration } from "../lib/format";
import type { RunState } from "../protocol";

type Progress = Pick<RunState, "status" | "budget" | "statistics">;

export function rate(perSecond: number): string {
  if (perSecond <= 0) return "";
  return `${perSecond < 10 ? perSecond.toFixed(1) : count(perSecond)} / s`;
}

/** Seconds until the budget is spent at the present rate; null when unknown. */
export function secondsLeft({ status, budget, statistics }: Progress): number | null {
  if (status !== "running" || statistics.rate <= 0) return null;
  return Math.max(0, budget - statistics.evaluations) / statistics.rate;
}

export function remaining(run: Progress): string {
  const seconds = secondsLeft(run);
  if (seconds !== null) return seconds < 1 ? "almost done" : `about ${duration(seconds)} left`;
  switch (run.status) {
    case "queued":
      return "waiting for a worker";
    case "running":
      return "measuring the pace";
    case "paused":
      return "paused";
    case "finished":
      return "complete";
    case "cancelled":
      return "stopped early";
    case "failed":
      return "stopped by a failure";
  }
}

export interface FailureRow {
  name: string;
  count: number;
  /** Of all children. */
  share: number;
}

/** Failures by count, and the share of the children that lived to be measured. */
export function failureRows(
  { evaluations, failures }: RunState["statistics"],
  names: Readonly<Record<string, string>>,
): { valid: number; rows: FailureRow[] } {
  const rows = Object.entries(failures)
    .map(([code, times]) => ({
      name: names[code] ?? code,
      count: times,
      share: evaluations > 0 ? times / evaluations : 0,
    }))
    .sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
  const failed = rows.reduce((sum, row) => sum + row.count, 0);
  return { valid: evaluations > 0 ? 1 - failed / evaluations : 1, rows };
}
