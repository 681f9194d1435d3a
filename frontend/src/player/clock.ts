/**
 * Time: one animation-frame loop for every player on the page, and a playback head.
 */

/** Called before a paint with the seconds since the last one. */
export type Ticker = (elapsed: number) => void;

// After a hidden tab or a long task a replay goes on where it was, it does not jump.
const LONGEST_STEP = 0.1; // seconds

/** One requestAnimationFrame loop that runs while anyone listens. */
export class Clock {
  private readonly tickers = new Set<Ticker>();
  private last: number | null = null;
  private request = 0;

  constructor(
    private readonly schedule: (callback: (now: number) => void) => number = (callback) =>
      requestAnimationFrame(callback),
    private readonly unschedule: (request: number) => void = (request) =>
      cancelAnimationFrame(request),
  ) {}

  add(ticker: Ticker): void {
    this.tickers.add(ticker);
    if (this.tickers.size === 1) {
      this.last = null;
      this.request = this.schedule(this.tick);
    }
  }

  remove(ticker: Ticker): void {
    if (this.tickers.delete(ticker) && this.tickers.size === 0) this.unschedule(this.request);
  }

  private readonly tick = (now: number): void => {
    const elapsed = this.last === null ? 0 : Math.min((now - this.last) / 1000, LONGEST_STEP);
    this.last = now;
    for (const ticker of [...this.tickers]) ticker(elapsed);
    if (this.tickers.size > 0) this.request = this.schedule(this.tick);
  };
}

/** The page's clock. */
export const clock = new Clock();

export const SPEEDS = [0.25, 0.5, 1, 2, 4] as const;

/** Where a replay stands. Frames are recorded; the head moves over them. */
export class Playback {
  playing = false;
  speed = 1;
  private head = 0; // seconds

  constructor(
    readonly frames: number,
    readonly fps: number,
  ) {}

  get duration(): number {
    return (this.frames - 1) / this.fps;
  }

  get time(): number {
    return this.head;
  }

  /** The recorded frame that is shown, 0 to frames - 1. */
  get frame(): number {
    // A hair more than the exact product, or frame 3 at 0.1 s would be frame 2.
    return Math.min(Math.floor(this.head * this.fps + 1e-6), this.frames - 1);
  }

  /** Where between frames the head is; fractions are for interpolation. */
  get exactFrame(): number {
    return this.head * this.fps;
  }

  /** Moves on by `elapsed` seconds of the viewer's time; starts again after the end. */
  advance(elapsed: number): void {
    if (!this.playing || this.duration <= 0) return;
    const next = this.head + elapsed * this.speed;
    this.head = next > this.duration ? 0 : next;
  }

  /** Goes to a time in seconds, within the recording. */
  seek(time: number): void {
    this.head = Number.isFinite(time) ? Math.min(Math.max(time, 0), this.duration) : 0;
  }

  /** Pauses and goes `frames` frames further, or back. */
  step(frames: number): void {
    this.playing = false;
    this.seek((this.frame + frames) / this.fps);
  }
}
