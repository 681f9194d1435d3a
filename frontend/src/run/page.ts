/** The run page: every part takes the same state and shows its share of it. */
import { nicheCount } from "../archive/geometry";
import { ArchiveMap } from "../archive/map";
import { describeNiche } from "../archive/words";
import { Charts } from "../charts/history";
import { need, readJson } from "../lib/dom";
import { champion } from "../live/reducer";
import { type Session, startSession } from "../live/session";
import type { RunState } from "../protocol";
import { formatNiche, parseNiche } from "./address";
import { ChampionCard } from "./champion";
import { showHead, showTiles, wireControls } from "./head";
import { Inspector } from "./inspector";
import { OperatorWords, showMakers } from "./makers";
import { NewestStrip } from "./newest";
import { showFailures, Tables } from "./tables";
import { TimeTravel } from "./time";

type ShowArchive = (state: RunState, changed: ReadonlySet<number>) => void;

const NOTHING: ReadonlySet<number> = new Set();

export function startRunPage(): void {
  const root = need<HTMLElement>("[data-run]");
  const session = startSession();
  const { store, addresses } = session;
  const part = (name: string) => need<HTMLElement>(`[data-${name}]`, root);
  const words = OperatorWords.ofPage();
  wireControls(root);
  const showArchive = startArchive(session, root, words);
  const stage = new ChampionCard(part("champion"), addresses, store.state);
  const newest = new NewestStrip(part("newest"), addresses, words, store.state);
  const charts = new Charts(part("charts-plots"), store.state.history);
  const failureNames = readJson<Record<string, string>>("failure-names");
  const tables = new Tables(root, addresses, words, store.state);

  /** What the time slider drives: archive, champion, numbers, charts. */
  const showMoment = (state: RunState, changed: ReadonlySet<number>) => {
    showArchive(state, changed);
    showTiles(root, state.statistics);
    stage.update(state);
  };
  const time = new TimeTravel(root, session, (past) => {
    charts.mark(past === null ? null : past.statistics.evaluations);
    showMoment(past ?? store.state, NOTHING);
  });
  showHead(root, store.state);
  store.subscribe(({ state, niches }) => {
    showHead(root, state);
    time.grow();
    if (!time.isPast) showMoment(state, niches);
    newest.update(state);
    charts.show(state.history);
    showMakers(part("makers"), state.statistics);
    tables.update(state);
    showFailures(part("failures"), state, failureNames);
  });
}

/** The map with its inspector beside it and the selected niche in the address. */
function startArchive(
  { store, addresses }: Session,
  root: HTMLElement,
  words: OperatorWords,
): ShowArchive {
  const box = need<HTMLElement>("[data-map]", root);
  box.hidden = false;
  const inspector = new Inspector(need("[data-inspector]", root), addresses, words);
  let shown = store.state;
  const inspect = (niche: number | null) => {
    const at = niche ?? champion(shown)?.niche;
    if (at === undefined) inspector.wait();
    else inspector.show(describeNiche(shown, at), map.elite(at));
  };
  const map = new ArchiveMap(box, shown, {
    select: (niche) => {
      inspect(niche);
      const query = formatNiche(niche, window.location.search);
      window.history.replaceState(null, "", `${window.location.pathname}${query}`);
    },
    open: (elite) => window.location.assign(addresses.walker(elite.walker)),
  });
  map.select(parseNiche(window.location.search, nicheCount(shown.cells)));
  inspect(map.selection);
  return (state, changed) => {
    const jumped = shown.number === state.number || changed.size === 0;
    shown = state;
    map.show(state, changed);
    if (map.selection === null || jumped || changed.has(map.selection)) inspect(map.selection);
  };
}
