import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Event } from "../protocol";
import { backoff, LiveConnection, type Phase, parseMessage, type SocketLike } from "./socket";

class FakeSocket implements SocketLike {
  onopen: SocketLike["onopen"] = null;
  onmessage: SocketLike["onmessage"] = null;
  onclose: SocketLike["onclose"] = null;
  sent: unknown[] = [];
  closed = false;
  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }
  close(): void {
    this.closed = true;
  }
  accept(): void {
    this.onopen?.(undefined as never);
  }
  deliver(message: unknown): void {
    this.onmessage?.({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }
  fail(): void {
    this.onclose?.(undefined as never);
  }
}

const event = (number: number): Event => ({
  kind: "status",
  number,
  status: "running",
  reason: "",
});

function open(initial = 7) {
  const sockets: FakeSocket[] = [];
  const phases: Phase[] = [];
  const page = { after: initial, refetches: 0, refetched: initial, reachable: true };
  const live = new LiveConnection(
    "ws://test/",
    {
      after: () => page.after,
      receive: (events) => {
        for (const { number } of events) {
          if (number > page.after + 1) return false;
          page.after = Math.max(page.after, number);
        }
        return true;
      },
      refetch: async () => {
        page.refetches += 1;
        if (!page.reachable) throw new Error("unreachable");
        page.after = page.refetched;
      },
      phase: (phase) => phases.push(phase),
    },
    {
      connect: () => {
        const socket = new FakeSocket();
        sockets.push(socket);
        return socket;
      },
      random: () => 1,
      silence: 45,
    },
  );
  live.open();
  const last = () => sockets[sockets.length - 1] as FakeSocket;
  return { live, sockets, phases, page, last, phase: () => phases[phases.length - 1] };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("the live connection", () => {
  it("resumes after the last number", () => {
    const { last, page, phase } = open();
    last().accept();
    expect(last().sent).toEqual([{ kind: "resume", after: 7 }]);
    expect(phase()).toEqual({ name: "live" });
    last().deliver({ kind: "events", events: [event(8), event(9)] });
    expect(page.after).toBe(9);
  });

  it("reconnects after a loss, from where it stood", () => {
    const { last, sockets, phase } = open();
    last().accept();
    last().deliver({ kind: "events", events: [event(8)] });
    last().fail();
    expect(phase()).toEqual({ name: "waiting", seconds: 0.5 });
    vi.advanceTimersByTime(499);
    expect(sockets).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(sockets).toHaveLength(2);
    last().accept();
    expect(last().sent).toEqual([{ kind: "resume", after: 8 }]);
  });

  it("waits longer each time and forgets that once connected", () => {
    const { last, phase } = open();
    const waits = [0, 1, 2].map(() => {
      last().fail();
      const now = phase();
      const seconds = now?.name === "waiting" ? now.seconds : Number.NaN;
      vi.advanceTimersByTime(seconds * 1000);
      return seconds;
    });
    expect(waits).toEqual([0.5, 1, 2]);
    last().accept();
    last().fail();
    expect(phase()).toEqual({ name: "waiting", seconds: 0.5 });
  });

  it("does not wait when the network is back", () => {
    const { live, last, sockets } = open();
    last().fail();
    live.hurry();
    expect(sockets).toHaveLength(2);
    vi.advanceTimersByTime(5000);
    expect(sockets).toHaveLength(2);
  });

  it("fetches a fresh state when an event is missing", async () => {
    const { last, page, sockets } = open();
    page.refetched = 20;
    last().accept();
    last().deliver({ kind: "events", events: [event(10)] });
    await vi.advanceTimersByTimeAsync(0);
    expect(page.refetches).toBe(1);
    expect(sockets[0]?.closed).toBe(true);
    last().accept();
    expect(last().sent).toEqual([{ kind: "resume", after: 20 }]);
  });

  it("tries again later when the fresh state cannot be had", async () => {
    const { last, page, phase } = open();
    page.reachable = false;
    last().accept();
    last().deliver({ kind: "events", events: [event(10)] });
    await vi.advanceTimersByTimeAsync(0);
    expect(phase()?.name).toBe("waiting");
  });

  it("shows a refusal and stays away", () => {
    const { last, sockets, phase } = open();
    last().accept();
    last().deliver({ kind: "refused", reason: "No such run." });
    expect(phase()).toEqual({ name: "refused", reason: "No such run." });
    vi.advanceTimersByTime(120_000);
    expect(sockets).toHaveLength(1);
  });

  it("replaces a connection that died without a word", () => {
    const { last, sockets } = open();
    last().accept();
    vi.advanceTimersByTime(44_000);
    last().deliver({ kind: "events", events: [event(8)] });
    vi.advanceTimersByTime(44_000);
    expect(sockets).toHaveLength(1);
    vi.advanceTimersByTime(1_000);
    expect(sockets).toHaveLength(2);
    expect(sockets[0]?.closed).toBe(true);
  });

  it("leaves a server that talks nonsense and tries again later", () => {
    const { last, phase } = open();
    last().accept();
    last().deliver("<html>");
    expect(phase()?.name).toBe("waiting");
  });

  it("ends for good", () => {
    const { live, last, sockets, phase } = open();
    last().accept();
    live.end();
    live.hurry();
    vi.advanceTimersByTime(120_000);
    expect(sockets).toHaveLength(1);
    expect(phase()).toEqual({ name: "ended" });
  });
});

it("backs off to a bound, with half of it left to chance", () => {
  expect(backoff(1, 0)).toBe(0.25);
  expect(backoff(50, 1)).toBe(20);
  expect(backoff(50, 0)).toBe(10);
});

it("takes only the server's messages", () => {
  expect(parseMessage('{"kind":"events","events":[]}')).toEqual({ kind: "events", events: [] });
  expect(parseMessage('{"kind":"refused","reason":"x"}')).not.toBeNull();
  for (const bad of ["", "null", "[]", '{"kind":"events"}', '{"kind":"other"}', 5]) {
    expect(parseMessage(bad)).toBeNull();
  }
});
