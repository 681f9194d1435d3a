/** Going back in time: the slider under the archive, and the lineage it needs for that. */
import { need, setText } from "../lib/dom";
import { fetchFrom, Loader } from "../lineage/loader";
import { Tree } from "../lineage/tree";
import { stateAfter } from "../live/past";
import type { Session } from "../live/session";
import { TimeSlider } from "../live/time";
import type { Elite, RunState } from "../protocol";

export class TimeTravel {
  private readonly tree = new Tree();
  private readonly loader: Loader;
  private readonly slider: TimeSlider;
  private readonly message: HTMLElement;
  private readonly batchSize: number;
  private readonly known = new Map<string, Elite>();
  /** The batch that is shown, null: now. */
  private batch: number | null = null;
  private loading = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly session: Session,
    /** Shows a state of the past; null: the present again. */
    private readonly show: (past: RunState | null) => void,
  ) {
    this.loader = new Loader(this.tree, fetchFrom(session.addresses.lineage));
    this.message = need("[data-time-message]", root);
    this.batchSize = Number(root.dataset.batchSize);
    this.slider = new TimeSlider(root, (batch) => this.go(batch));
    this.grow();
  }

  get isPast(): boolean {
    return this.batch !== null;
  }

  /** The run has gone on. */
  grow(): void {
    const { state } = this.session.store;
    for (const elite of state.elites) this.known.set(elite.walker, elite);
    this.slider.grow(Math.ceil(state.statistics.evaluations / this.batchSize));
  }

  private go(batch: number | null): void {
    this.batch = batch;
    this.linkLineage();
    if (batch === null) this.show(null);
    else if (this.tree.lastBatch >= batch) this.showPast(batch);
    else void this.load();
  }

  private showPast(batch: number): void {
    const { state } = this.session.store;
    this.show(stateAfter(state, this.tree, batch, this.batchSize, this.known));
  }

  private async load(): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    setText(this.message, "Loading the run's past …");
    try {
      await this.loader.all(() => {});
      setText(this.message, "");
      if (this.batch !== null) this.showPast(this.batch);
    } catch {
      setText(this.message, "The run's past could not be loaded. Move the slider to try again.");
    } finally {
      this.loading = false;
    }
  }

  /** The lineage page opens at the same moment. */
  private linkLineage(): void {
    const query = this.batch === null ? "" : `?batch=${this.batch}`;
    for (const link of this.root.querySelectorAll<HTMLAnchorElement>("[data-lineage-link]")) {
      link.search = query;
    }
  }
}
