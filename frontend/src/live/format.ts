/** Numbers as people read them. */
import type { RunState } from "../protocol";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export function count(value: number): string {
  return whole.format(value);
}

/** Three figures are enough to compare walkers: 0.42, 4.21, 42.1, 421 m. */
export function metres(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return `${(Object.is(Math.round(value * 100), -0) ? 0 : value).toFixed(digits)} m`;
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value.toFixed(value > 0 && value < 10 ? 1 : 0)}%`;
}

export function rate(perSecond: number): string {
  if (perSecond <= 0) return "–";
  return `${perSecond < 10 ? perSecond.toFixed(1) : count(perSecond)} / s`;
}

/** Seconds as a person would say them. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.round(hours / 24)} days`;
}

/** Seconds until the budget is spent at the present rate; null when unknown. */
export function secondsLeft(
  state: Pick<RunState, "status" | "budget" | "statistics">,
): number | null {
  const { evaluations, rate: perSecond } = state.statistics;
  if (state.status !== "running" || perSecond <= 0) return null;
  return Math.max(0, state.budget - evaluations) / perSecond;
}

export function remaining(state: Pick<RunState, "status" | "budget" | "statistics">): string {
  const seconds = secondsLeft(state);
  if (seconds !== null) return seconds < 1 ? "almost done" : `about ${duration(seconds)} left`;
  switch (state.status) {
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

/** Failure codes are kebab-case names: `time-limit` reads "time limit". */
export function failureName(code: string): string {
  const words = code.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
