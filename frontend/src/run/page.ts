/** The run page: every part takes the same state and shows its share of it. */

import { nicheCount } from "../archive/geometry";
import { ArchiveMap } from "../archive/map";
import { describeNiche } from "../archive/words";
import { Charts } from "../charts/history";
import { need, readJson } from "../lib/dom";
import { champion } from "../live/reducer";
import { type Session, startSession } from "../live/session";
import { formatNiche, parseNiche } from "./address";
import { ChampionCard } from "./champion";
import { showHead, wireControls } from "./head";
import { Inspector } from "./inspector";
import { NewestStrip } from "./newest";
import { showFailures, Tables } from "./tables";

export function startRunPage(): void {
  const root = need<HTMLElement>("[data-run]");
  const session = startSession();
  const { store, addresses } = session;
  const part = (name: string) => need<HTMLElement>(`[data-${name}]`, root);
  wireControls(root);
  const showArchive = startArchive(session, root);
  const stage = new ChampionCard(part("champion"), addresses, store.state);
  const newest = new NewestStrip(part("newest"), addresses, store.state);
  const charts = new Charts(part("charts-plots"), store.state.history);
  const failureNames = readJson<Record<string, string>>("failure-names");
  const tables = new Tables(root, addresses, store.state);
  showHead(root, store.state);
  store.subscribe(({ state, niches }) => {
    showHead(root, state);
    showArchive(niches);
    stage.update(state);
    newest.update(state);
    charts.show(state.history);
    tables.update(state);
    showFailures(part("failures"), state, failureNames);
  });
}

/** The map with its inspector beside it and the selected niche in the address. */
function startArchive(
  { store, addresses }: Session,
  root: HTMLElement,
): (changed: ReadonlySet<number>) => void {
  const box = need<HTMLElement>("[data-map]", root);
  box.hidden = false;
  const inspector = new Inspector(need("[data-inspector]", root), addresses);
  const inspect = (niche: number | null) => {
    const at = niche ?? champion(store.state)?.niche;
    if (at === undefined) return;
    inspector.show(describeNiche(store.state, at), map.elite(at));
  };
  const map = new ArchiveMap(box, store.state, {
    select: (niche) => {
      inspect(niche);
      const query = formatNiche(niche, window.location.search);
      window.history.replaceState(null, "", `${window.location.pathname}${query}`);
    },
    open: (elite) => window.location.assign(addresses.walker(elite.walker)),
  });
  map.select(parseNiche(window.location.search, nicheCount(store.state.cells)));
  inspect(map.selection);
  return (changed) => {
    map.show(store.state, changed);
    if (map.selection === null || changed.has(map.selection)) inspect(map.selection);
  };
}
