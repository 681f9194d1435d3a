// @vitest-environment jsdom
import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Standing } from "./controls";
import type { WalkerPlayer } from "./player";

// jsdom has no canvas, layout or observers: the parts below stand for the browser's, the
// player, its clock and its camera are real. What is painted is tested in a browser.
let sight: ((entries: { isIntersecting: boolean }[]) => void)[] = [];
let reduced = false;

beforeEach(async () => {
  sight = [];
  vi.stubGlobal(
    "IntersectionObserver",
    class {
      constructor(callback: (entries: { isIntersecting: boolean }[]) => void) {
        sight.push(callback);
      }
      observe() {}
      disconnect() {}
    },
  );
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      disconnect() {}
    },
  );
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
  vi.stubGlobal("matchMedia", () => ({ matches: reduced, addEventListener() {} }));
  const { decodeMotion } = await import("./motion");
  const golden = readFileSync("../tests/golden/motion/wave.bin");
  const motion = await import("./motion");
  vi.spyOn(motion, "fetchMotion").mockImplementation(async (url) => {
    if (url.includes("missing")) throw new motion.MotionError("The replay is not there.");
    return decodeMotion(new Uint8Array(inflateSync(golden)));
  });
  await import("./player");
  await Promise.resolve(); // the element is defined in a microtask
});

afterEach(() => {
  document.body.replaceChildren();
  delete document.documentElement.dataset.motion;
  reduced = false;
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function player(attributes: Record<string, string> = {}): Promise<WalkerPlayer> {
  const element = document.createElement("walker-player") as WalkerPlayer;
  const given = { "motion-url": "/w/a/motion", size: "full", ...attributes };
  for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
  element.append(document.createElement("img"));
  document.body.append(element);
  return element;
}

async function seen(element: WalkerPlayer, isIntersecting = true): Promise<WalkerPlayer> {
  for (const callback of sight) callback([{ isIntersecting }]);
  await vi.waitFor(() => expect(element.dataset.state).not.toBe("loading"));
  await new Promise((done) => setTimeout(done));
  return element;
}

describe("<walker-player>", () => {
  it("loads and plays only once it is in sight, and rests when it is not", async () => {
    const element = await player();
    expect(element.dataset.state).toBe("idle");
    await seen(element);
    expect([element.dataset.state, element.dataset.playing]).toEqual(["ready", "true"]);
    await seen(element, false);
    expect(element.dataset.playing).toBe("false");
  });

  it("does not start by itself where motion is unwanted", async () => {
    reduced = true;
    const element = await seen(await player());
    expect([element.dataset.state, element.dataset.playing]).toEqual(["ready", "false"]);
    element.querySelector<HTMLButtonElement>("[data-control=play]")?.click();
    expect(element.dataset.playing).toBe("true");
  });

  it("as a card fetches nothing where motion is unwanted, until it is pointed at", async () => {
    reduced = true;
    const element = await seen(await player({ size: "card" }));
    expect(element.dataset.state).toBe("idle");
    element.dispatchEvent(new Event("pointerenter"));
    await seen(element);
    expect([element.dataset.state, element.dataset.playing]).toEqual(["ready", "true"]);
  });

  it("steps, scrubs and tells what it shows", async () => {
    const element = await seen(await player());
    const told: Standing[] = [];
    element.addEventListener("playerchange", (event) =>
      told.push((event as CustomEvent<Standing>).detail),
    );
    element.seek(1);
    element.step(2);
    element.setSpeed(0.5);
    element.setFollow(false);
    expect(told.at(-1)).toMatchObject({ playing: false, speed: 0.5, follow: false });
    expect(told.at(-1)?.time).toBeCloseTo(32 / 30);
    const scrubber = element.querySelector<HTMLInputElement>("input[type=range]");
    expect(Number(scrubber?.value)).toBeCloseTo(32 / 30);
    expect(scrubber?.getAttribute("aria-valuetext")).toMatch(/^1\.1 s, \d+\.\d m from the start$/);
  });

  it("stands still at the moment its link names", async () => {
    const element = await seen(await player({ start: "2", paused: "", speed: "4" }));
    expect(element.standing).toMatchObject({ time: 2, playing: false, speed: 4 });
  });

  it("shows another walker when it gets another address", async () => {
    const element = await seen(await player());
    element.seek(2);
    element.setAttribute("motion-url", "/w/b/motion");
    await seen(element);
    expect(element.dataset.state).toBe("ready");
    expect(element.standing?.time).toBeLessThan(0.5);
  });

  it("keeps its poster and says why when the replay is missing", async () => {
    const element = await seen(await player({ "motion-url": "/w/missing/motion" }));
    expect(element.dataset.state).toBe("error");
    expect(element.textContent).toContain("The replay is not there.");
    expect(element.querySelector("img")).not.toBeNull();
  });

  it("answers to the switch that stops all motion", async () => {
    const element = await seen(await player());
    document.documentElement.dataset.motion = "off";
    document.dispatchEvent(new CustomEvent("elm:motion"));
    expect(element.dataset.playing).toBe("false");
  });
});
