/** Submits a program and waits for what becomes of it. No page elements here. */

import type { PreviewResult } from "../protocol";

interface Accepted {
  readonly id: string;
  readonly page: string;
  readonly result: string;
}

export interface Preview {
  readonly submission: string | null; // null where nothing was stored
  readonly result: PreviewResult;
}

export class PreviewTrouble extends Error {
  override name = "PreviewTrouble";
}

const WAITS_MS = [150, 250, 400, 600, 1000]; // then every second
const PATIENCE_MS = 60_000;

const JSON_ONLY = { Accept: "application/json" };

/** Sends the form; polls until the program was accepted or refused. `signal` gives up. */
export async function previewProgram(
  form: HTMLFormElement,
  signal: AbortSignal,
  sleep: (ms: number) => Promise<void> = (ms) => new Promise((done) => setTimeout(done, ms)),
): Promise<Preview> {
  const response = await fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    headers: JSON_ONLY,
    signal,
  });
  if (response.status === 422 || response.status === 429) {
    return { submission: null, result: await response.json() };
  }
  if (!response.ok) throw new PreviewTrouble(explain(response.status));
  const accepted: Accepted = await response.json();
  let waited = 0;
  for (let i = 0; waited < PATIENCE_MS; i++) {
    const pause = WAITS_MS[Math.min(i, WAITS_MS.length - 1)] ?? 1000;
    await sleep(pause);
    waited += pause;
    const result = await poll(accepted.result, signal);
    if (result.state !== "waiting") return { submission: accepted.id, result };
  }
  throw new PreviewTrouble("No worker looked at the program within a minute. Try again later.");
}

async function poll(url: string, signal: AbortSignal): Promise<PreviewResult> {
  const response = await fetch(url, { headers: JSON_ONLY, signal });
  if (!response.ok) throw new PreviewTrouble(explain(response.status));
  return response.json();
}

function explain(status: number): string {
  if (status === 403) return "This page was open for too long. Reload it; your text stays here.";
  if (status === 400 || status === 413) return "The program is too large to be sent.";
  return `The server answered with status ${status}. Try again in a moment.`;
}
