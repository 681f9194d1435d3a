// The pages of models and trainings.
import "../run/run.css";
import "../training/training.css";
import { refreshWhileVisible } from "../lib/refresh";

const live = document.querySelector<HTMLElement>("[data-live]");
if (live?.dataset.live && live.querySelector("[data-is-live]")) {
  const stop = refreshWhileVisible(live, live.dataset.live, 2000);
  new MutationObserver(() => {
    if (live.querySelector("[data-is-live]") === null) stop();
  }).observe(live, { childList: true });
}
