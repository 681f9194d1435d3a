import { describe, expect, it } from "vitest";
import { Clock, Playback } from "./clock";

/** A clock whose frames the test gives out. */
function manualClock() {
  const queue: ((now: number) => void)[] = [];
  const clock = new Clock(
    (callback) => queue.push(callback),
    () => {
      queue.length = 0;
    },
  );
  const frame = (now: number) => {
    for (const callback of queue.splice(0)) callback(now);
  };
  return { clock, frame, queue };
}

describe("the clock", () => {
  it("gives every player the same time from one loop", () => {
    const { clock, frame, queue } = manualClock();
    const seen: number[][] = [[], []];
    clock.add((elapsed) => seen[0]?.push(elapsed));
    clock.add((elapsed) => seen[1]?.push(elapsed));
    expect(queue).toHaveLength(1);
    for (const now of [1000, 1016, 1050]) frame(now);
    expect(seen[0]).toEqual([0, 0.016, 0.034]);
    expect(seen[1]).toEqual(seen[0]);
  });

  it("does not jump after a long pause", () => {
    const { clock, frame } = manualClock();
    const seen: number[] = [];
    clock.add((elapsed) => seen.push(elapsed));
    frame(0);
    frame(60_000);
    expect(seen).toEqual([0, 0.1]);
  });

  it("stops when nobody listens, and starts again", () => {
    const { clock, frame, queue } = manualClock();
    const seen: number[] = [];
    const ticker = (elapsed: number) => seen.push(elapsed);
    clock.add(ticker);
    frame(0);
    clock.remove(ticker);
    expect(queue).toHaveLength(0);
    clock.add(ticker);
    frame(5000);
    expect(seen).toEqual([0, 0]);
  });

  it("lets a player leave while it ticks", () => {
    const { clock, frame, queue } = manualClock();
    const ticker = () => clock.remove(ticker);
    clock.add(ticker);
    frame(0);
    expect(queue).toHaveLength(0);
  });
});

describe("playback", () => {
  const playing = () => Object.assign(new Playback(301, 30), { playing: true });

  it("maps time to recorded frames", () => {
    const playback = playing();
    expect(playback.duration).toBe(10);
    for (let frame = 0; frame <= 300; frame++) {
      playback.seek(frame / 30);
      expect(playback.frame).toBe(frame);
    }
  });

  it("advances by the viewer's time and its speed", () => {
    const playback = playing();
    playback.speed = 0.25;
    playback.advance(2);
    expect(playback.time).toBeCloseTo(0.5);
    playback.speed = 4;
    playback.advance(1);
    expect(playback.time).toBeCloseTo(4.5);
    expect(playback.frame).toBe(135);
  });

  it("starts again after the end", () => {
    const playback = playing();
    playback.seek(9.99);
    playback.advance(0.05);
    expect(playback.time).toBe(0);
  });

  it("stands still when paused", () => {
    const playback = new Playback(301, 30);
    playback.advance(1);
    expect(playback.time).toBe(0);
  });

  it("steps whole frames within the recording, paused", () => {
    const playback = playing();
    playback.seek(0.5);
    playback.step(1);
    expect([playback.frame, playback.playing]).toEqual([16, false]);
    playback.step(-100);
    expect(playback.frame).toBe(0);
    playback.step(1000);
    expect(playback.frame).toBe(300);
  });

  it("survives a seek to nonsense", () => {
    const playback = playing();
    playback.seek(Number.NaN);
    expect(playback.time).toBe(0);
    playback.seek(99);
    expect(playback.frame).toBe(300);
  });

  it("stays on the only frame of a picture", () => {
    const playback = Object.assign(new Playback(1, 30), { playing: true });
    playback.advance(1);
    expect(playback.frame).toBe(0);
  });
});
