// The front page: walkers move, and the list of runs stays fresh.
import { refreshWhileVisible } from "../lib/refresh";
import "../player/player";

const runs = document.querySelector<HTMLElement>("[data-runs]");
if (runs?.dataset.runs) refreshWhileVisible(runs, runs.dataset.runs, 4000);
