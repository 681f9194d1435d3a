import { describe, expect, it } from "vitest";
import { readAddress, writeAddress } from "./address";
import type { Standing } from "./controls";

const now = (changes: Partial<Standing>): Standing => ({
  time: 3.2,
  duration: 10,
  distance: 4,
  playing: false,
  speed: 1,
  follow: true,
  ...changes,
});

describe("the replay's state in the address", () => {
  it("names the moment of a replay that stands still", () => {
    expect(writeAddress("", now({}))).toBe("?t=3.20");
    expect(writeAddress("?t=9", now({ playing: true }))).toBe("");
  });

  it("leaves out what is usual and keeps what others wrote", () => {
    const query = writeAddress("?ref=chat", now({ speed: 0.5, follow: false, playing: true }));
    expect(query).toBe("?ref=chat&speed=0.5&follow=off");
  });

  it("reads what it wrote", () => {
    const query = writeAddress("", now({ speed: 0.25, follow: false }));
    expect(readAddress(query)).toEqual({ start: 3.2, speed: 0.25, follow: false });
  });

  it.each([
    "",
    "?t=",
    "?t=soon&speed=fast",
    "?t=-3&speed=1000&follow=",
    "?t=Infinity",
  ])("takes %j as if it were not there", (query) => {
    const asked = readAddress(query);
    expect(asked.speed).toBeNull();
    expect(asked.follow).toBe(true);
    expect(asked.start === null || asked.start === 0).toBe(true);
  });
});
