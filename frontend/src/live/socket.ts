/**
 * The socket of one run: resumes after the last event it applied, reconnects
 * with growing, jittered delays, and asks for a fresh state when an event is
 * missing. It knows nothing about the page.
 */
import type { Event, ResumeMessage, ServerMessage } from "../protocol";

export type Phase =
  | { name: "connecting" }
  | { name: "live" }
  | { name: "waiting"; seconds: number }
  | { name: "refused"; reason: string }
  | { name: "ended" };

/** What this needs of a `WebSocket`, so that tests can stand in for the network. */
export interface SocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: never) => void) | null;
  send(data: string): void;
  close(): void;
}

export interface LiveHandlers {
  /** Number of the last event that the page shows. */
  after(): number;
  /** Applies events; false when one before them is missing. */
  receive(events: Event[]): boolean;
  /** Loads a fresh state; rejects when the server cannot be reached. */
  refetch(): Promise<void>;
  phase(phase: Phase): void;
}

export interface LiveOptions {
  connect?: (url: string) => SocketLike;
  /** Uniform in [0, 1). */
  random?: () => number;
  /** Seconds without a message after which a connection counts as dead. */
  silence?: number;
}

const FIRST_DELAY = 0.5; // seconds
const LONGEST_DELAY = 20;

/** Seconds to wait before attempt number `failures` + 1: 50 to 100% of a doubling delay. */
export function backoff(failures: number, random: number): number {
  const full = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.max(0, failures - 1));
  return full * (0.5 + random / 2);
}

/** One message of the server, or null if it is not one. */
export function parseMessage(data: unknown): ServerMessage | null {
  if (typeof data !== "string") return null;
  let message: unknown;
  try {
    message = JSON.parse(data);
  } catch {
    return null;
  }
  if (typeof message !== "object" || message === null) return null;
  const { kind, events, reason } = message as Record<string, unknown>;
  const known =
    (kind === "events" && Array.isArray(events)) ||
    (kind === "refused" && typeof reason === "string");
  return known ? (message as ServerMessage) : null;
}

export class LiveConnection {
  private socket: SocketLike | null = null;
  private failures = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;
  private readonly connect: (url: string) => SocketLike;
  private readonly random: () => number;
  private readonly silence: number;

  constructor(
    private readonly url: string,
    private readonly handlers: LiveHandlers,
    options: LiveOptions = {},
  ) {
    this.connect = options.connect ?? ((address) => new WebSocket(address) as SocketLike);
    this.random = options.random ?? Math.random;
    this.silence = options.silence ?? 45;
  }

  open(): void {
    this.stopped = false;
    this.drop();
    this.handlers.phase({ name: "connecting" });
    const socket = this.connect(this.url);
    this.socket = socket;
    socket.onopen = () => {
      const resume: ResumeMessage = { kind: "resume", after: this.handlers.after() };
      socket.send(JSON.stringify(resume));
      this.failures = 0;
      this.handlers.phase({ name: "live" });
      this.listen();
    };
    socket.onmessage = ({ data }) => this.receive(data);
    socket.onclose = () => this.reconnect();
  }

  /** Tries at once, e.g. when the network is back or the page is seen again. */
  hurry(): void {
    if (!this.stopped && this.retry !== undefined) this.open();
  }

  /** Nothing more will come: the run is over or the page goes away. */
  end(phase: Phase = { name: "ended" }): void {
    this.stopped = true;
    this.drop();
    this.handlers.phase(phase);
  }

  private receive(data: unknown): void {
    const message = parseMessage(data);
    if (message === null) {
      this.reconnect();
    } else if (message.kind === "refused") {
      this.end({ name: "refused", reason: message.reason });
    } else {
      this.listen();
      if (!this.handlers.receive(message.events)) void this.recover();
    }
  }

  /** An event is missing: a fresh state, then the socket again from there. */
  private async recover(): Promise<void> {
    this.drop();
    this.handlers.phase({ name: "connecting" });
    try {
      await this.handlers.refetch();
      if (!this.stopped) this.open();
    } catch {
      this.reconnect();
    }
  }

  private reconnect(): void {
    this.drop();
    if (this.stopped) return;
    this.failures += 1;
    const seconds = backoff(this.failures, this.random());
    this.handlers.phase({ name: "waiting", seconds });
    this.retry = setTimeout(() => this.open(), seconds * 1000);
  }

  /** A connection can die without a word; reconnecting is cheap, as we resume. */
  private listen(): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.open(), this.silence * 1000);
  }

  private drop(): void {
    clearTimeout(this.retry);
    clearTimeout(this.watchdog);
    this.retry = undefined;
    const socket = this.socket;
    this.socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
