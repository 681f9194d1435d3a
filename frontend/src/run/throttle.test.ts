import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Throttle } from "./throttle";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("runs at once, then the latest after the pause", () => {
  const done: number[] = [];
  const throttle = new Throttle(100);
  for (const job of [1, 2, 3]) throttle.run(() => done.push(job));
  expect(done).toEqual([1]);
  vi.advanceTimersByTime(100);
  expect(done).toEqual([1, 3]);
  throttle.run(() => done.push(4));
  throttle.cancel();
  vi.advanceTimersByTime(500);
  expect(done).toEqual([1, 3]);
  throttle.run(() => done.push(5));
  expect(done).toEqual([1, 3, 5]);
});
