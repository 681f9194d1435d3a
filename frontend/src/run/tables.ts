/** The tables behind the pictures; written only while they are open. */
import { make, need } from "../lib/dom";
import { count, metres, percent } from "../lib/format";
import { failureRows } from "../live/progress";
import type { Addresses } from "../live/session";
import type { HistoryPoint, RunState } from "../protocol";
import type { OperatorWords } from "./makers";
import { Throttle } from "./throttle";

const ROWS = 50;
const POINTS = 24;
const PAUSE = 2500; // ms: a table that changes faster cannot be read

const cell = (text: string) => make("td", { class: "number" }, text);

/** About `limit` points, evenly, the last one always. */
export function thinned(points: readonly HistoryPoint[], limit: number): HistoryPoint[] {
  const stride = Math.max(1, Math.ceil(points.length / limit));
  return points.filter((_, i) => (points.length - 1 - i) % stride === 0);
}

export class Tables {
  private readonly throttle = new Throttle(PAUSE);
  private readonly elites: HTMLDetailsElement;
  private readonly history: HTMLDetailsElement;

  constructor(
    root: HTMLElement,
    private readonly addresses: Addresses,
    private readonly words: OperatorWords,
    private state: RunState,
  ) {
    this.elites = need("[data-elites-table]", root);
    this.history = need("[data-charts-table]", root);
    for (const table of [this.elites, this.history]) {
      table.addEventListener("toggle", () => this.write());
    }
  }

  update(state: RunState): void {
    this.state = state;
    this.throttle.run(() => this.write());
  }

  private write(): void {
    if (this.elites.open && !this.elites.matches(":hover, :focus-within")) this.writeElites();
    else if (this.elites.open && this.elites.querySelector("tbody tr") === null) this.writeElites();
    if (this.history.open) this.writeHistory();
  }

  private writeElites(): void {
    const best = [...this.state.elites].sort((a, b) => b.robust - a.robust).slice(0, ROWS);
    const rows = best.map((elite) =>
      make(
        "tr",
        {},
        make("td", {}, make("a", { href: this.addresses.walker(elite.walker) }, elite.walker)),
        cell(metres(elite.robust)),
        cell(metres(elite.height)),
        cell(metres(elite.width)),
        cell(`${Math.round(elite.mass)} kg`),
        cell(String(elite.depth)),
        make("td", {}, this.words.madeBy(elite)),
      ),
    );
    need("tbody", this.elites).replaceChildren(...rows);
  }

  private writeHistory(): void {
    const rows = thinned(this.state.history, POINTS).map((point) =>
      make(
        "tr",
        {},
        cell(count(point.evaluations)),
        cell(percent(point.coverage)),
        cell(metres(point.qd_score)),
        cell(metres(point.best)),
      ),
    );
    need("tbody", this.history).replaceChildren(...rows);
  }
}

/** Named failures as bars, the most frequent first. */
export function showFailures(
  root: HTMLElement,
  state: RunState,
  names: Readonly<Record<string, string>>,
): void {
  const { valid, rows } = failureRows(state.statistics, names);
  need("[data-failures-valid]", root).textContent = percent(valid);
  need<HTMLElement>("[data-failures-none]", root).hidden = rows.length > 0;
  const list = need("[data-failures-list]", root);
  list.replaceChildren(
    ...rows.map((row) => {
      const fill = make("span");
      fill.style.inlineSize = `${(row.share * 100).toFixed(2)}%`;
      return make(
        "li",
        { class: "failures__row" },
        make("span", { class: "failures__name" }, row.name),
        make("span", { class: "failures__bar" }, fill),
        make("span", { class: "number" }, count(row.count)),
        make("span", { class: "number soft" }, percent(row.share)),
      );
    }),
  );
}
