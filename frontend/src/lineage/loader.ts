/** The lineage from the server, page by page: all of it first, then what is new. */
import type { LineagePage } from "../protocol";
import type { Tree } from "./tree";

const LARGE = 5000; // nodes a page while loading
const SMALL = 500; // nodes a page while the run goes on

export type FetchPage = (after: number, limit: number) => Promise<LineagePage>;

export function fetchFrom(address: string): FetchPage {
  return async (after, limit) => {
    const response = await fetch(`${address}?after=${after}&limit=${limit}`);
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    return (await response.json()) as LineagePage;
  };
}

export class Loader {
  private after = 0;
  private busy = false;

  constructor(
    private readonly tree: Tree,
    private readonly page: FetchPage,
  ) {}

  /** Loads all there is and tells how far it is. */
  async all(progress: (loaded: number, total: number) => void): Promise<void> {
    await this.read(LARGE, progress);
  }

  /**
   * Loads what was admitted since; returns how many were new. The last page is
   * asked again until it is full: its cursor is not known before. Small pages
   * keep that cheap.
   */
  async more(): Promise<number> {
    if (this.busy) return 0;
    const before = this.tree.size;
    await this.read(SMALL, () => {});
    return this.tree.size - before;
  }

  private async read(
    limit: number,
    progress: (loaded: number, total: number) => void,
  ): Promise<void> {
    this.busy = true;
    try {
      for (;;) {
        const { nodes, cursor, total } = await this.page(this.after, limit);
        this.tree.add(nodes);
        progress(this.tree.size, total);
        if (cursor === null) return;
        this.after = cursor;
      }
    } finally {
      this.busy = false;
    }
  }
}
