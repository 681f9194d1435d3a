/** Runs the latest of many jobs: at once, then at most once in `pause` milliseconds. */
export class Throttle {
  private last = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private job: (() => void) | null = null;

  constructor(private readonly pause: number) {}

  run(job: () => void): void {
    this.job = job;
    if (this.timer !== undefined) return;
    const wait = this.last + this.pause - performance.now();
    if (wait <= 0) this.now();
    else this.timer = setTimeout(() => this.now(), wait);
  }

  /** Forgets a job that waits. */
  cancel(): void {
    this.job = null;
  }

  private now(): void {
    this.timer = undefined;
    this.last = performance.now();
    const job = this.job;
    this.job = null;
    job?.();
  }
}
