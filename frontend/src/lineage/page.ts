/** The lineage page: loads the tree, lets it grow with the run, remembers the place. */
import { make, need, setText } from "../lib/dom";
import { count } from "../lib/format";
import { type Session, startSession } from "../live/session";
import { TimeSlider } from "../live/time";
import { showBadge } from "../run/head";
import { Throttle } from "../run/throttle";
import { formatPlace, parsePlace } from "./address";
import { TreeCanvas } from "./canvas";
import type { Axis } from "./layout";
import { fetchFrom, Loader } from "./loader";
import { Panel } from "./panel";
import { NO_ROW, Tree } from "./tree";

const GROWTH_PAUSE = 1500; // ms between two looks for newcomers
const ADDRESS_PAUSE = 300; // ms: browsers refuse quicker changes of the address

export function startLineagePage(): void {
  const root = need<HTMLElement>("[data-run]");
  new LineagePage(root, startSession()).start();
}

class LineagePage {
  private readonly tree = new Tree();
  private readonly loader: Loader;
  private readonly canvas: TreeCanvas;
  private readonly panel: Panel;
  private readonly time: TimeSlider;
  private readonly growth = new Throttle(GROWTH_PAUSE);
  private readonly address = new Throttle(ADDRESS_PAUSE);
  private readonly message: HTMLElement;

  constructor(
    private readonly root: HTMLElement,
    private readonly session: Session,
  ) {
    const { addresses } = session;
    this.loader = new Loader(this.tree, fetchFrom(addresses.lineage));
    this.panel = new Panel(root, addresses, this.tree);
    this.message = need("[data-tree-message]", root);
    const handlers = {
      select: (row: number) => this.selected(row),
      open: (row: number) => window.location.assign(addresses.walker(this.tree.ids[row] ?? "")),
      moved: () => this.remember(),
    };
    const legend = need<HTMLCanvasElement>("[data-tree-legend]", root);
    this.canvas = new TreeCanvas(need("[data-tree-canvas]", root), this.tree, handlers, legend);
    this.time = new TimeSlider(root, (batch) => {
      this.canvas.upTo = batch ?? Number.POSITIVE_INFINITY;
      this.canvas.paintSoon();
      this.remember();
    });
  }

  async start(): Promise<void> {
    need<HTMLElement>("[data-tree]", this.root).hidden = false;
    this.wireTools();
    const place = parsePlace(window.location.search);
    this.canvas.axis = place.axis;
    this.showAxis();
    await this.load();
    if (place.view) this.canvas.show(place.view);
    if (place.upTo !== null) this.time.set(place.upTo);
    const row = place.walker === null ? NO_ROW : (this.tree.rows.get(place.walker) ?? NO_ROW);
    this.canvas.select(row, row !== NO_ROW && place.view === null);
    this.panelFor(row === NO_ROW ? this.canvas.champion : row);
    this.session.store.subscribe(({ state, niches }) => {
      showBadge(this.root, state.status);
      if (niches.size > 0) this.growth.run(() => void this.grow());
    });
  }

  private async load(): Promise<void> {
    try {
      await this.loader.all((loaded, total) => {
        setText(this.message, `${count(loaded)} of ${count(total)} walkers`);
        this.arrange();
      });
      this.message.hidden = this.tree.size > 0;
      if (this.tree.size === 0) setText(this.message, "No walker has been admitted yet.");
    } catch {
      const again = make("button", { type: "button", class: "button" }, "Try again");
      again.addEventListener("click", () => void this.load());
      this.message.replaceChildren("The lineage could not be loaded. ", again);
    }
  }

  private async grow(): Promise<void> {
    try {
      if ((await this.loader.more()) === 0) return;
    } catch {
      return; // the next event tries again
    }
    this.message.hidden = true;
    this.arrange();
    if (this.canvas.selected === NO_ROW) this.panelFor(this.canvas.champion);
  }

  private arrange(): void {
    this.canvas.relayOut();
    this.time.grow(this.tree.lastBatch);
    setText(this.root.querySelector("[data-tree-count]"), count(this.tree.size));
  }

  private selected(row: number): void {
    if (row === NO_ROW) {
      this.panelFor(this.canvas.champion);
      return;
    }
    this.panelFor(row);
    this.panel.speak(row);
  }

  private panelFor(row: number): void {
    if (row !== NO_ROW) this.panel.show(row, row === this.canvas.champion);
  }

  private remember(): void {
    this.address.run(() => {
      const { axis, selected, view, upTo } = this.canvas;
      const place = {
        axis,
        walker: this.tree.ids[selected] ?? null,
        view,
        upTo: Number.isFinite(upTo) ? upTo : null,
      };
      const query = formatPlace(place, window.location.search);
      window.history.replaceState(null, "", `${window.location.pathname}${query}`);
    });
  }

  private wireTools(): void {
    const tools: Record<string, () => void> = {
      in: () => this.canvas.zoomBy(2.2),
      out: () => this.canvas.zoomBy(1 / 2.2),
      whole: () => this.canvas.showWhole(),
      champion: () => {
        this.canvas.select(this.canvas.champion, true);
        this.selected(this.canvas.champion);
      },
    };
    for (const button of this.root.querySelectorAll<HTMLButtonElement>("[data-tool]")) {
      button.addEventListener("click", () => tools[button.dataset.tool ?? ""]?.());
    }
    for (const button of this.root.querySelectorAll<HTMLButtonElement>("[data-axis]")) {
      button.addEventListener("click", () => {
        this.canvas.axis = button.dataset.axis as Axis;
        this.canvas.relayOut();
        this.showAxis();
        this.remember();
      });
    }
  }

  private showAxis(): void {
    for (const button of this.root.querySelectorAll<HTMLElement>("[data-axis]")) {
      button.setAttribute("aria-pressed", String(button.dataset.axis === this.canvas.axis));
    }
  }
}
