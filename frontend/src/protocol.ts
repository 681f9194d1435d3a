// Generated from elmweb/runs/protocol.py by `python manage.py generate_protocol`.
// Edit that file, not this one.

export type RunStatus = "queued" | "running" | "paused" | "finished" | "cancelled" | "failed";

/** The champion of one niche, as cells, strips and cards need it. */
export interface Elite {
  niche: number;
  walker: string;
  objective: number;
  robust: number;
  height: number;
  width: number;
  mass: number;
  operator: string;
  message: string;
  depth: number;
}

/** What one operator of a run does and has earned; a run of one operator has one. */
export interface OperatorShare {
  name: string;
  share: number;
  tried: number;
  admitted: number;
}

/** The archive and the counters after a batch. */
export interface Statistics {
  evaluations: number;
  failures: Record<string, number>;
  admitted: number;
  filled: number;
  coverage: number;
  qd_score: number;
  best: number;
  rate: number;
  operators: OperatorShare[];
}

/** A batch was applied: what changed, never the whole archive. */
export interface BatchEvent {
  kind: "batch";
  number: number;
  batch: number;
  statistics: Statistics;
  elites: Elite[];
}

export interface StatusEvent {
  kind: "status";
  number: number;
  status: RunStatus;
  reason: string;
}

export type Event = BatchEvent | StatusEvent;

/** One point of the charts. */
export interface HistoryPoint {
  evaluations: number;
  coverage: number;
  qd_score: number;
  best: number;
}

/** All a run page shows, as of event ``number``. */
export interface RunState {
  id: string;
  name: string;
  status: RunStatus;
  reason: string;
  number: number;
  budget: number;
  cells: [number, number, number];
  ranges: [number, number][];
  terrain: string;
  operator: string;
  may_control: boolean;
  statistics: Statistics;
  elites: Elite[];
  newest: string[];
  history: HistoryPoint[];
}

/** Server to client: at most ten a second; numbers rise by one without gaps. */
export interface EventsMessage {
  kind: "events";
  events: (BatchEvent | StatusEvent)[];
}

/** Server to client, before it closes the socket. */
export interface RefusedMessage {
  kind: "refused";
  reason: string;
}

export type ServerMessage = EventsMessage | RefusedMessage;

/** Client to server, first and only: send what came after event ``after``. */
export interface ResumeMessage {
  kind: "resume";
  after: number;
}

/** One walker of a run's lineage. */
export interface LineageNode {
  id: string;
  parent: string | null;
  depth: number;
  batch: number;
  robust: number;
  niche: number;
  message: string;
  is_elite: boolean;
}

/** Walkers in order of admission; ask again with ``after=cursor`` until null. */
export interface LineagePage {
  nodes: LineageNode[];
  cursor: number | null;
  total: number;
}

/** A repair or a failure, as the seed form shows it. */
export interface Problem {
  code: string;
  reason: string;
  line: number | null;
}

/** What became of a program that a person submitted. */
export interface PreviewResult {
  state: "waiting" | "accepted" | "refused";
  problems: Problem[];
  repairs: Record<string, number>;
  walker: string | null;
  distance: number | null;
  height: number | null;
  width: number | null;
  mass: number | null;
}
