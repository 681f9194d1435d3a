/** Numbers and times as people read them; one place, so that pages agree. */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compactForm = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** 1234567 -> "1,234,567" */
export const count = (value: number): string => whole.format(value);

/** 1234567 -> "1.2M" */
export const compact = (value: number): string => compactForm.format(value);

/** 12.345 -> "12.3 m"; from 100 m on without a fraction. */
export function metres(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const rounded = Math.abs(value) < 99.95 ? value.toFixed(1) : whole.format(value);
  return `${rounded.replace(/^-(?=0(\.0)?$)/, "").replace("-", "−")} m`;
}

/** 0.1234 -> "12.3%" */
export const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

/** 2.5 -> "2.5 s": the player's clock. */
export const clockTime = (seconds: number): string => `${seconds.toFixed(1)} s`;

/** 3725 -> "1 h 2 min"; 42 -> "42 s". For remaining time: never more exact than it is. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "–";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return minutes % 60 === 0
    ? `${minutes / 60} h`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** 0.25 -> "0.25×" */
export const speed = (factor: number): string => `${factor}×`;
