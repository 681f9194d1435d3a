// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from "vitest";
import { Hands, type Intents } from "./change";

type Call = [name: string, ...values: unknown[]];

const calls: Call[] = [];
let zoomed = true;
let canvas: HTMLCanvasElement;

const intents: Intents = {
  pan: (by) => calls.push(["pan", by.x, by.y]),
  zoom: (factor, at) => calls.push(["zoom", Math.round(factor * 1000) / 1000, at.x, at.y]),
  hover: (at) => calls.push(["hover", at]),
  press: (at, touch) => calls.push(["press", at.x, at.y, touch]),
  key: (event) => event.key === "Home",
  zoomed: () => zoomed,
};

function point(type: string, x: number, y: number, id = 1, pointerType = "touch"): void {
  const init = { clientX: x, clientY: y, pointerId: id, pointerType, button: 0, bubbles: true };
  canvas.dispatchEvent(new PointerEvent(type, init));
}

function wheel(init: WheelEventInit): boolean {
  return canvas.dispatchEvent(new WheelEvent("wheel", { cancelable: true, ...init }));
}

beforeEach(() => {
  calls.length = 0;
  zoomed = true;
  canvas = document.createElement("canvas");
  canvas.setPointerCapture = () => {}; // not in jsdom
  new Hands(canvas, intents);
});

describe("one pointer", () => {
  it("presses, even when it trembles", () => {
    point("pointerdown", 10, 10);
    point("pointermove", 12, 11);
    point("pointerup", 12, 11);
    expect(calls).toEqual([["press", 12, 11, true]]);
  });

  it("drags without pressing", () => {
    point("pointerdown", 10, 10, 1, "mouse");
    point("pointermove", 30, 5, 1, "mouse");
    point("pointermove", 33, 5, 1, "mouse");
    point("pointerup", 33, 5, 1, "mouse");
    expect(calls).toEqual([
      ["pan", 20, -5],
      ["pan", 3, 0],
    ]);
  });

  it("hovers with a mouse, not with a finger", () => {
    point("pointermove", 4, 5, 1, "mouse");
    point("pointermove", 4, 5, 2, "touch");
    point("pointerleave", 0, 0, 1, "mouse");
    expect(calls).toEqual([
      ["hover", { x: 4, y: 5 }],
      ["hover", null],
    ]);
  });
});

it("two fingers zoom around their middle and do not press", () => {
  point("pointerdown", 100, 100, 1);
  point("pointerdown", 200, 100, 2);
  point("pointermove", 300, 100, 2);
  point("pointerup", 300, 100, 2);
  point("pointerup", 100, 100, 1);
  expect(calls).toEqual([
    ["zoom", 2, 200, 100],
    ["pan", 50, 0],
  ]);
});

describe("the wheel", () => {
  it("zooms where the pointer is and keeps the page still", () => {
    expect(wheel({ deltaY: -100, clientX: 7, clientY: 8 })).toBe(false);
    expect(calls).toEqual([["zoom", 1.174, 7, 8]]);
  });

  it("pans sideways with Shift", () => {
    wheel({ deltaY: 40, shiftKey: true });
    expect(calls).toEqual([["pan", -40, 0]]);
  });

  it("lets the page scroll on when there is nothing to zoom out of", () => {
    zoomed = false;
    expect(wheel({ deltaY: 100 })).toBe(true);
    expect(calls).toEqual([]);
    expect(wheel({ deltaY: -100 })).toBe(false);
  });
});

it("takes only the keys that mean something, and no shortcuts", () => {
  const press = (init: KeyboardEventInit) =>
    canvas.dispatchEvent(new KeyboardEvent("keydown", { cancelable: true, ...init }));
  expect(press({ key: "Home" })).toBe(false);
  expect(press({ key: "q" })).toBe(true);
  expect(press({ key: "Home", ctrlKey: true })).toBe(true);
});
