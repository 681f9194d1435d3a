/** The head of the run page: status, progress, banners, and the buttons of its owner. */
import { make, need, setText } from "../lib/dom";
import { count, metres, percent } from "../lib/format";
import { rate, remaining } from "../live/progress";
import { champion } from "../live/reducer";
import type { RunState, RunStatus } from "../protocol";

const FITTING: Record<string, readonly RunStatus[]> = {
  pause: ["queued", "running"],
  resume: ["paused"],
  cancel: ["queued", "running", "paused"],
};

export function showHead(root: HTMLElement, state: RunState): void {
  const { statistics } = state;
  showStatus(root, state);
  need<HTMLProgressElement>("[data-progress]", root).value = statistics.evaluations;
  setText(root.querySelector("[data-evaluations]"), count(statistics.evaluations));
  setText(
    root.querySelector("[data-rate]"),
    rate(state.status === "running" ? statistics.rate : 0),
  );
  setText(root.querySelector("[data-remaining]"), remaining(state));
  for (const button of root.querySelectorAll<HTMLButtonElement>("[data-controls] button")) {
    button.hidden = !FITTING[button.value]?.includes(state.status);
  }
}

export function showTiles(root: HTMLElement, statistics: RunState["statistics"]): void {
  setText(root.querySelector("[data-stat=best]"), metres(statistics.best));
  setText(root.querySelector("[data-stat=coverage]"), percent(statistics.coverage));
  setText(root.querySelector("[data-stat=qd_score]"), metres(statistics.qd_score));
  setText(root.querySelector("[data-stat=admitted]"), count(statistics.admitted));
}

export function showBadge(root: HTMLElement, status: RunStatus): void {
  const badge = need("[data-status]", root);
  if (badge.textContent === status) return;
  badge.textContent = status;
  badge.className = `badge badge--${status}`;
}

function showStatus(root: HTMLElement, state: RunState): void {
  showBadge(root, state.status);
  for (const banner of root.querySelectorAll<HTMLElement>("[data-banner]")) {
    banner.hidden = banner.dataset.banner !== state.status;
    setText(banner.querySelector("[data-reason]"), state.reason);
  }
  if (state.status !== "finished") return;
  const best = champion(state);
  setText(root.querySelector("[data-done]"), doneWords(state));
  const again = root.querySelector<HTMLAnchorElement>("[data-continue]");
  if (best && again) again.search = `?from=${best.walker}`;
}

export function doneWords(state: RunState): string {
  const { evaluations, filled } = state.statistics;
  const best = champion(state);
  if (best === null) return `${count(evaluations)} children were tried.`;
  const age = `${count(best.depth)} generation${best.depth === 1 ? "" : "s"}`;
  return (
    `${count(evaluations)} children were tried, ${count(filled)} niches are filled, and the ` +
    `champion goes ${metres(best.robust)} in ten seconds, ${age} from its seed.`
  );
}

/** Sends the buttons' forms without leaving the page; the new status comes by the socket. */
export function wireControls(root: HTMLElement): void {
  const form = root.querySelector<HTMLFormElement>("[data-controls]");
  const message = root.querySelector<HTMLElement>("[data-control-message]");
  const dialog = root.ownerDocument.querySelector<HTMLDialogElement>("[data-cancel-dialog]");
  if (form === null || message === null) return;
  let confirmed: HTMLButtonElement | null = null;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter as HTMLButtonElement;
    if (button.value === "cancel" && dialog !== null && confirmed === null) {
      confirmed = button;
      dialog.returnValue = "";
      dialog.showModal();
      return;
    }
    confirmed = null;
    void send(form, button, message);
  });
  dialog?.addEventListener("close", () => {
    const button = confirmed;
    if (dialog.returnValue === "cancel" && button) form.requestSubmit(button);
    else confirmed = null;
  });
}

async function send(
  form: HTMLFormElement,
  button: HTMLButtonElement,
  message: HTMLElement,
): Promise<void> {
  const answer = post(form, button); // reads the form, where a disabled button is left out
  button.disabled = true;
  message.hidden = true;
  const problem = await answer;
  button.disabled = false;
  if (problem === null) return;
  message.replaceChildren(make("strong", {}, "That did not work. "), problem);
  message.hidden = false;
}

/** Null when the server agreed, else its reason. */
async function post(form: HTMLFormElement, button: HTMLButtonElement): Promise<string | null> {
  try {
    // The attribute: `form.action` is the buttons, which are named so.
    const response = await fetch(form.getAttribute("action") ?? "", {
      method: "POST",
      body: new FormData(form, button),
      headers: { Accept: "application/json" },
    });
    if (response.ok) return null;
    const isJson = response.headers.get("content-type")?.includes("json");
    const { reason } = isJson ? ((await response.json()) as { reason?: string }) : {};
    return reason ?? `The server answered ${response.status}. Reload the page and try again.`;
  } catch {
    return "The server cannot be reached. Try again in a moment.";
  }
}
