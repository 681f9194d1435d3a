/** Whether pictures may move by themselves: the system's wish, and the page's own switch. */

const KEY = "motion";
const reduced = (): MediaQueryList => matchMedia("(prefers-reduced-motion: reduce)");

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage can be forbidden
  }
}

/** Whether things may start to move without being asked. */
export function movesByItself(): boolean {
  const chosen = document.documentElement.dataset.motion;
  if (chosen) return chosen === "on";
  return !reduced().matches;
}

/** Calls back when that changes. */
export function onMovingChange(callback: () => void): () => void {
  document.addEventListener("elm:motion", callback);
  return () => document.removeEventListener("elm:motion", callback);
}

/** Wires `[data-motion-toggle]`: one switch that stops everything that moves by itself. */
export function connectMotionToggle(): void {
  const root = document.documentElement;
  const chosen = stored();
  if (chosen === "on" || chosen === "off") root.dataset.motion = chosen;
  const announce = () => document.dispatchEvent(new CustomEvent("elm:motion"));
  reduced().addEventListener("change", announce);
  const button = document.querySelector<HTMLButtonElement>("[data-motion-toggle]");
  if (!button) return;
  const show = () => {
    const label = movesByItself() ? "Stop all motion" : "Let the walkers move";
    button.setAttribute("aria-label", label);
    button.title = label;
    button.dataset.moving = String(movesByItself());
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.motion = movesByItself() ? "off" : "on";
    try {
      localStorage.setItem(KEY, root.dataset.motion);
    } catch {
      // Storage can be forbidden; the choice then lasts for this page.
    }
    announce();
  });
  onMovingChange(show);
  show();
}
