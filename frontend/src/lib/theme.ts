/** The theme: the system's by default, a person's choice when there is one. */

export type Theme = "light" | "dark";

const KEY = "theme";
const systemIsDark = (): MediaQueryList => matchMedia("(prefers-color-scheme: dark)");

/** The theme that is shown now. */
export function currentTheme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return systemIsDark().matches ? "dark" : "light";
}

/** Calls back whenever the shown theme changes; canvases repaint then. */
export function onThemeChange(callback: () => void): () => void {
  document.addEventListener("elm:theme", callback);
  return () => document.removeEventListener("elm:theme", callback);
}

function announce(): void {
  document.documentElement.dataset.themeNow = currentTheme();
  document.dispatchEvent(new CustomEvent("elm:theme"));
}

function choose(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Storage can be forbidden; the choice then lasts for this page.
  }
  announce();
}

/** Wires `[data-theme-toggle]`, which stays hidden without this script. */
export function connectThemeToggle(): void {
  systemIsDark().addEventListener("change", announce);
  announce();
  const button = document.querySelector<HTMLButtonElement>("[data-theme-toggle]");
  if (!button) return;
  const label = () => {
    const next = currentTheme() === "dark" ? "light" : "dark";
    button.setAttribute("aria-label", `Switch to the ${next} theme`);
  };
  button.hidden = false;
  button.addEventListener("click", () => choose(currentTheme() === "dark" ? "light" : "dark"));
  onThemeChange(label);
  label();
}
