/**
 * `<walker-player motion-url="..." size="card|full">` replays a recorded motion.
 *
 * Without this script its `<img>` child, the poster, is what people see. Cards play by
 * themselves while they are in sight; the full size has controls. Where motion is unwanted
 * nothing starts by itself: cards then play under the pointer or the focus.
 *
 * Attributes read: motion-url, size, start (seconds), speed, follow ("off"), paused, label.
 * Attributes kept for others: data-state (idle, loading, ready, error), data-frame,
 * data-playing. Event `playerchange` (bubbles) after a person changed something.
 */

import { metres } from "../lib/format";
import { movesByItself, onMovingChange } from "../lib/moving";
import { onThemeChange } from "../lib/theme";
import { Camera, type Size } from "./camera";
import { clock, Playback } from "./clock";
import { type Commands, Controls, type Standing } from "./controls";
import { drawScene } from "./draw";
import { centresOfMass, fetchMotion, interpolate, type Motion, MotionError } from "./motion";

interface Loaded {
  readonly motion: Motion;
  readonly camera: Camera;
  readonly centres: Float32Array;
  readonly playback: Playback;
  readonly pose: Float32Array;
}

const MAX_PIXEL_RATIO = 2; // sharper than this is not seen, only paid

export class WalkerPlayer extends HTMLElement implements Commands {
  static readonly observedAttributes = ["motion-url"];

  private stage: HTMLElement | null = null;
  private canvas: HTMLCanvasElement | null = null;
  private controls: Controls | null = null;
  private loaded: Loaded | null = null;
  private loading: AbortController | null = null;
  private size: Size = { width: 0, height: 0 };
  private follow = true;
  private wanted = false; // should move, as far as it is in sight
  private inSight = false;
  private drawnFrame = -1;
  private release: (() => void)[] = [];

  get isFull(): boolean {
    return this.getAttribute("size") === "full";
  }

  /** What the replay shows now; null before it is loaded. */
  get standing(): Standing | null {
    if (!this.loaded) return null;
    const { playback, centres } = this.loaded;
    return {
      time: playback.time,
      duration: playback.duration,
      distance: Math.abs((centres[2 * playback.frame] ?? 0) - (centres[0] ?? 0)),
      playing: playback.playing,
      speed: playback.speed,
      follow: this.follow,
    };
  }

  connectedCallback(): void {
    if (!this.stage) this.build();
    this.dataset.state ??= "idle";
    this.follow = this.getAttribute("follow") !== "off";
    this.wanted = movesByItself() && !this.hasAttribute("paused");
    this.observe();
    if (!this.isFull) this.playUnderPointer();
  }

  disconnectedCallback(): void {
    this.loading?.abort();
    this.loading = null;
    clock.remove(this.tick);
    for (const release of this.release) release();
    this.release = [];
  }

  attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
    if (before === null || before === after || !this.isConnected) return;
    this.loading?.abort();
    this.loading = null;
    this.loaded = null;
    this.dataset.state = "idle";
    this.setPlaying(false);
    if (this.inSight) void this.load();
  }

  // -- Commands ------------------------------------------------------------

  toggle(): void {
    this.wanted = !(this.loaded?.playback.playing ?? false);
    void this.applyWanted();
    this.announce();
  }

  seek(time: number): void {
    this.loaded?.playback.seek(time);
    this.paint();
    this.announce();
  }

  step(frames: number): void {
    this.loaded?.playback.step(frames);
    this.wanted = false;
    this.setPlaying(false);
    this.paint();
    this.announce();
  }

  setSpeed(speed: number): void {
    if (this.loaded) this.loaded.playback.speed = speed;
    this.paint();
    this.announce();
  }

  setFollow(follow: boolean): void {
    this.follow = follow;
    this.paint();
    this.announce();
  }

  // -- Building and observing ----------------------------------------------

  private build(): void {
    const stage = document.createElement("div");
    stage.className = "player__stage";
    stage.append(...this.childNodes);
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true"); // cards are named by their link
    stage.append(canvas);
    this.append(stage);
    this.stage = stage;
    this.canvas = canvas;
    if (!this.isFull) return;
    this.controls = new Controls(this);
    const hint = document.createElement("p");
    hint.className = "player__hint";
    hint.append("Space plays, the arrow keys step a frame, F follows the walker.");
    this.append(this.controls.element, hint);
    stage.tabIndex = 0;
    stage.setAttribute("role", "img");
    stage.setAttribute("aria-label", this.getAttribute("label") ?? "Replay of the walker");
    stage.addEventListener("click", () => this.toggle());
    this.addEventListener("keydown", (event) => this.onKey(event));
  }

  private observe(): void {
    const sight = new IntersectionObserver(
      (entries) => {
        this.inSight = entries.at(-1)?.isIntersecting ?? false;
        void this.applyWanted();
      },
      { rootMargin: "120px" },
    );
    sight.observe(this);
    const resize = new ResizeObserver(() => this.resize());
    if (this.stage) resize.observe(this.stage);
    this.release.push(
      () => sight.disconnect(),
      () => resize.disconnect(),
      onThemeChange(() => this.paint()),
      onMovingChange(() => {
        this.wanted = movesByItself();
        void this.applyWanted();
      }),
    );
  }

  private playUnderPointer(): void {
    const card = this.closest(".walker-card") ?? this;
    const start = () => {
      this.wanted = true;
      void this.applyWanted();
    };
    const stop = () => {
      this.wanted = movesByItself();
      void this.applyWanted();
    };
    const moments = [
      ["pointerenter", start],
      ["focusin", start],
      ["pointerleave", stop],
      ["focusout", stop],
    ] as const;
    for (const [name, handler] of moments) card.addEventListener(name, handler);
    this.release.push(() => {
      for (const [name, handler] of moments) card.removeEventListener(name, handler);
    });
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onStage = event.target === this.stage;
    const actions: Record<string, (() => void) | undefined> = {
      " ": onStage ? () => this.toggle() : undefined,
      ArrowLeft: onStage ? () => this.step(event.shiftKey ? -10 : -1) : undefined,
      ArrowRight: onStage ? () => this.step(event.shiftKey ? 10 : 1) : undefined,
      Home: onStage ? () => this.seek(0) : undefined,
      f: () => this.setFollow(!this.follow),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  // -- Loading and playing -------------------------------------------------

  private async load(): Promise<void> {
    const url = this.getAttribute("motion-url");
    if (!url || this.loading || this.loaded) return;
    const loading = new AbortController();
    this.loading = loading;
    this.dataset.state = "loading";
    try {
      const motion = await fetchMotion(url, loading.signal);
      if (!loading.signal.aborted) this.accept(motion);
    } catch (error) {
      if (loading.signal.aborted) return;
      this.fail(error instanceof MotionError ? error.message : "The replay could not be loaded.");
    }
  }

  private accept(motion: Motion): void {
    const playback = new Playback(motion.frames, motion.fps);
    playback.speed = Number(this.getAttribute("speed")) || 1;
    playback.seek(Number(this.getAttribute("start")));
    this.loaded = {
      motion,
      playback,
      camera: new Camera(motion),
      centres: centresOfMass(motion),
      pose: new Float32Array(motion.joints * 2),
    };
    const centres = this.loaded.centres;
    const way = Math.abs((centres[2 * (motion.frames - 1)] ?? 0) - (centres[0] ?? 0));
    this.dataset.distance = way.toFixed(2);
    if (this.isFull && !this.hasAttribute("label")) {
      this.stage?.setAttribute("aria-label", `Replay of a walker that goes ${metres(way)}`);
    }
    this.resize();
    this.dataset.state = "ready";
    void this.applyWanted();
  }

  private fail(reason: string): void {
    this.dataset.state = "error";
    this.dispatchEvent(new CustomEvent("playererror", { detail: reason }));
    if (!this.isFull) return; // a card keeps its poster
    const message = document.createElement("p");
    message.className = "player__message";
    message.setAttribute("role", "status");
    message.append(reason);
    this.stage?.append(message);
  }

  /** Moves exactly while it is wanted and in sight. */
  private async applyWanted(): Promise<void> {
    if (this.inSight && !this.loaded && (this.isFull || this.wanted)) await this.load();
    this.setPlaying(this.wanted && this.inSight);
    if (!this.wanted) this.paint();
  }

  private setPlaying(playing: boolean): void {
    const moves = playing && this.loaded !== null;
    if (this.loaded) this.loaded.playback.playing = moves;
    this.dataset.playing = String(moves);
    if (moves) clock.add(this.tick);
    else clock.remove(this.tick);
    this.showControls();
  }

  private readonly tick = (elapsed: number): void => {
    if (!this.loaded) return;
    this.loaded.playback.advance(elapsed);
    // A card shows the recorded frames, thirty a second; the large stage also what is between.
    if (this.isFull || this.loaded.playback.frame !== this.drawnFrame) this.paint();
  };

  // -- Painting ------------------------------------------------------------

  private resize(): void {
    const { stage, canvas } = this;
    if (!stage || !canvas) return;
    const ratio = Math.min(devicePixelRatio || 1, MAX_PIXEL_RATIO);
    this.size = { width: stage.clientWidth, height: stage.clientHeight };
    canvas.width = Math.round(this.size.width * ratio);
    canvas.height = Math.round(this.size.height * ratio);
    this.paint();
  }

  private paint(): void {
    const context = this.canvas?.getContext("2d");
    if (!this.loaded || !context || !this.canvas || this.size.width === 0) return;
    const { motion, camera, centres, playback, pose } = this.loaded;
    const frame = this.isFull ? playback.exactFrame : playback.frame;
    const ratio = this.canvas.width / this.size.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawScene(context, {
      motion,
      centres,
      view: camera.view(frame, this.size, this.follow),
      pose: interpolate(motion.positions, motion.joints * 2, frame, pose),
      frame: playback.frame,
      detail: this.isFull ? "full" : "card",
    });
    this.drawnFrame = playback.frame;
    this.dataset.frame = String(playback.frame);
    this.showControls();
  }

  private showControls(): void {
    const standing = this.standing;
    if (standing) this.controls?.show(standing);
  }

  private announce(): void {
    const detail = this.standing;
    if (detail) this.dispatchEvent(new CustomEvent("playerchange", { detail, bubbles: true }));
  }
}

// Importing this makes the page's players live, once the importing modules have run: a page
// can set attributes first.
queueMicrotask(() => {
  if (!customElements.get("walker-player")) customElements.define("walker-player", WalkerPlayer);
});
