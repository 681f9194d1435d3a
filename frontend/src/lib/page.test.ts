// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connectCopyButtons } from "./copy";
import { connectMotionToggle, movesByItself } from "./moving";
import { refreshWhileVisible } from "./refresh";
import { connectThemeToggle, currentTheme, onThemeChange } from "./theme";

let dark = false;
let reduced = false;

beforeEach(() => {
  [dark, reduced] = [false, false];
  vi.stubGlobal("matchMedia", (query: string) => ({
    get matches() {
      return query.includes("dark") ? dark : reduced;
    },
    addEventListener() {},
  }));
});

afterEach(() => {
  document.body.replaceChildren();
  localStorage.clear();
  for (const name of Object.keys(document.documentElement.dataset)) {
    delete document.documentElement.dataset[name];
  }
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function button(attribute: string): HTMLButtonElement {
  document.body.innerHTML = `<button ${attribute} hidden></button>`;
  return document.querySelector("button") as HTMLButtonElement;
}

describe("the theme", () => {
  it("is the system's until a person chooses, and then theirs", () => {
    dark = true;
    const toggle = button("data-theme-toggle");
    connectThemeToggle();
    expect([toggle.hidden, currentTheme()]).toEqual([false, "dark"]);
    expect(toggle.getAttribute("aria-label")).toBe("Switch to the light theme");
    const told = vi.fn();
    const stop = onThemeChange(told);
    toggle.click();
    stop();
    expect(told).toHaveBeenCalledOnce();
    expect([currentTheme(), localStorage.getItem("theme")]).toEqual(["light", "light"]);
    expect(toggle.getAttribute("aria-label")).toBe("Switch to the dark theme");
  });

  it("can be chosen where storage is forbidden", () => {
    vi.stubGlobal("localStorage", {
      setItem() {
        throw new DOMException("denied", "SecurityError");
      },
      clear() {},
    });
    const toggle = button("data-theme-toggle");
    connectThemeToggle();
    toggle.click();
    expect(currentTheme()).toBe("dark");
  });
});

describe("the switch that stops all motion", () => {
  it("is on by default, remembers, and obeys the system", () => {
    const toggle = button("data-motion-toggle");
    connectMotionToggle();
    expect([movesByItself(), toggle.getAttribute("aria-label")]).toEqual([true, "Stop all motion"]);
    toggle.click();
    expect([movesByItself(), localStorage.getItem("motion")]).toEqual([false, "off"]);
    toggle.click();
    expect(movesByItself()).toBe(true);
  });

  it("starts off where the system wants less motion", () => {
    reduced = true;
    expect(movesByItself()).toBe(false);
  });

  it("keeps an earlier choice on the next page", () => {
    localStorage.setItem("motion", "off");
    button("data-motion-toggle");
    connectMotionToggle();
    expect(movesByItself()).toBe(false);
  });
});

describe("a part that stays fresh", () => {
  async function refreshed(answer: () => Promise<Response>, act = () => {}): Promise<HTMLElement> {
    vi.useFakeTimers();
    vi.stubGlobal("fetch", answer);
    document.body.innerHTML = '<div id="part"><a href="#x">old</a></div>';
    const part = document.getElementById("part") as HTMLElement;
    act();
    const stop = refreshWhileVisible(part, "/?part=runs", 1000);
    await vi.advanceTimersByTimeAsync(1100);
    stop();
    return part;
  }

  it("shows what the server renders", async () => {
    const part = await refreshed(async () => new Response("<p>new</p><p>newer</p>"));
    expect(part.innerHTML).toBe("<p>new</p><p>newer</p>");
  });

  it("leaves what a person has the focus in", async () => {
    const focus = () => document.querySelector("a")?.focus();
    const part = await refreshed(async () => new Response("<p>new</p>"), focus);
    expect(part.textContent).toBe("old");
  });

  it.each([
    ["a fault of the server", async () => new Response("broken", { status: 500 })],
    ["a lost connection", () => Promise.reject(new TypeError("network"))],
  ])("keeps what it has after %s", async (_name, answer) => {
    expect((await refreshed(answer)).textContent).toBe("old");
  });
});

describe("a button that copies", () => {
  function copyField(): HTMLButtonElement {
    document.body.innerHTML = `<input id="link" value="https://walkers.example/w/a/">
      <button data-copy="link" hidden>Copy</button><p data-copied></p>`;
    connectCopyButtons();
    return document.querySelector("button") as HTMLButtonElement;
  }

  it("copies its field and says so", async () => {
    const writeText = vi.fn(async () => {});
    vi.stubGlobal("navigator", { clipboard: { writeText } });
    const copy = copyField();
    copy.click();
    await vi.waitFor(() => expect(copy.textContent).toBe("Copied"));
    expect(writeText).toHaveBeenCalledWith("https://walkers.example/w/a/");
    expect(document.querySelector("[data-copied]")?.textContent).toContain("Copied");
  });

  it("leaves the text selected where the clipboard is out of reach", async () => {
    vi.stubGlobal("navigator", {});
    const copy = copyField();
    copy.click();
    await vi.waitFor(() => expect(copy.textContent).toBe("Press Ctrl+C"));
    const field = document.querySelector("input") as HTMLInputElement;
    expect([field.selectionStart, field.selectionEnd]).toEqual([0, field.value.length]);
  });
});
