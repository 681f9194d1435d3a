/** The slider of batches: how things stood then, by hand or playing. */
import { need, setText } from "../lib/dom";
import { count } from "../lib/format";

const WHOLE_RUN = 12_000; // ms for a replay of the whole run

export class TimeSlider {
  private readonly range: HTMLInputElement;
  private readonly button: HTMLButtonElement;
  private readonly output: HTMLElement;
  private last = 0;
  private playing = false;
  /** At the end the slider goes along with the run. */
  private following = true;

  constructor(
    root: HTMLElement,
    private readonly changed: (batch: number | null) => void,
  ) {
    this.range = need("[data-time-range]", root);
    this.button = need("[data-time-play]", root);
    this.output = need("[data-time-output]", root);
    this.range.addEventListener("input", () => {
      this.stop();
      this.set(Number(this.range.value));
    });
    this.button.addEventListener("click", () => (this.playing ? this.stop() : this.play()));
  }

  /** The run has come to this batch. */
  grow(last: number): void {
    this.last = last;
    this.range.max = String(last);
    if (this.following) this.range.value = String(last);
    this.write();
  }

  /** Null: with the run. */
  set(batch: number | null): void {
    this.following = batch === null || batch >= this.last;
    this.range.value = String(this.following ? this.last : batch);
    this.write();
    this.changed(this.following ? null : batch);
  }

  private write(): void {
    const at = count(Number(this.range.value));
    const words = this.following ? `Batch ${at}, now` : `Batch ${at} of ${count(this.last)}`;
    setText(this.output, words);
    this.range.setAttribute("aria-valuetext", words);
  }

  private play(): void {
    this.playing = true;
    this.label();
    const from = this.following ? 0 : Number(this.range.value);
    const began = performance.now() - (from / Math.max(1, this.last)) * WHOLE_RUN;
    const step = (now: number) => {
      if (!this.playing) return;
      const batch = Math.floor(((now - began) / WHOLE_RUN) * this.last);
      this.set(Math.max(0, batch));
      if (this.following) this.stop();
      else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  private stop(): void {
    this.playing = false;
    this.label();
  }

  private label(): void {
    const words = this.playing ? "Stop" : "Replay the run";
    setText(this.button, words);
  }
}
