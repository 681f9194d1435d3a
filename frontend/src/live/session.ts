/** One run on one page: its first state from the template, then the live socket. */
import { need, readJson } from "../lib/dom";
import type { RunState } from "../protocol";
import { showPhase } from "./indicator";
import { isOver } from "./reducer";
import { LiveConnection } from "./socket";
import { RunStore } from "./store";

/** Addresses as the template writes them, with `ID` where a walker's id belongs. */
export class Addresses {
  constructor(private readonly data: DOMStringMap) {}

  private of(name: string): string {
    const address = this.data[name];
    if (address === undefined) throw new Error(`The page lacks data-${name}.`);
    return address;
  }

  get state(): string {
    return this.of("state");
  }

  get lineage(): string {
    return this.of("lineage");
  }

  get socket(): string {
    const url = new URL(this.of("socket"), window.location.href);
    url.protocol = url.protocol.replace("http", "ws");
    return url.href;
  }

  walker(id: string): string {
    return this.of("walker").replace("ID", encodeURIComponent(id));
  }

  motion(id: string): string {
    return this.of("motion").replace("ID", encodeURIComponent(id));
  }

  poster(id: string): string {
    return this.of("poster").replace("ID", encodeURIComponent(id));
  }
}

export interface Session {
  store: RunStore;
  addresses: Addresses;
}

/** Reads the page, connects, and keeps the store fresh until the run is over. */
export function startSession(): Session {
  const root = need<HTMLElement>("[data-run]");
  const addresses = new Addresses(root.dataset);
  const store = new RunStore(readJson<RunState>("run-state"));
  const indicator = root.querySelector<HTMLElement>("[data-connection]");
  const live = new LiveConnection(addresses.socket, {
    after: () => store.state.number,
    receive: (events) => store.receive(events),
    refetch: async () => store.replace(await fetchState(addresses.state)),
    phase: (phase) => showPhase(indicator, phase, () => live.hurry()),
  });
  store.subscribe(({ state }) => {
    if (isOver(state.status)) live.end();
  });
  if (isOver(store.state.status)) live.end();
  else live.open();
  window.addEventListener("online", () => live.hurry());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") live.hurry();
  });
  window.addEventListener("pagehide", () => live.end());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && !isOver(store.state.status)) live.open();
  });
  return { store, addresses };
}

async function fetchState(address: string): Promise<RunState> {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return (await response.json()) as RunState;
}
