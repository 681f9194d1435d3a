// @vitest-environment jsdom
import { afterEach, describe, expect, it, vi } from "vitest";
import { PreviewTrouble, previewProgram } from "./preview";

const WAITING = { state: "waiting", problems: [], repairs: {}, walker: null };
const ACCEPTED = { ...WAITING, state: "accepted", walker: "abc", distance: 3 };

/** Answers in turn; the last one again and again. Returns what was asked. */
function serve(...answers: Response[]): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (url: string) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(String(url));
    return answer?.clone();
  });
  return asked;
}

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const submitted = json({ id: "s1", page: "/seeds/s1/", result: "/seeds/s1.json" }, 202);

function preview() {
  const form = document.createElement("form");
  form.action = "/seeds/submit/";
  return previewProgram(form, new AbortController().signal, async () => {});
}

afterEach(() => vi.unstubAllGlobals());

describe("a preview", () => {
  it("is asked for until it is decided", async () => {
    const asked = serve(submitted, json(WAITING), json(WAITING), json(ACCEPTED));
    expect(await preview()).toEqual({ submission: "s1", result: ACCEPTED });
    expect(asked.slice(1)).toEqual(["/seeds/s1.json", "/seeds/s1.json", "/seeds/s1.json"]);
  });

  it.each([422, 429])("that was not stored (%d) is shown like a refusal", async (status) => {
    const refused = { ...WAITING, state: "refused" };
    serve(json(refused, status));
    expect(await preview()).toEqual({ submission: null, result: refused });
  });

  it("gives up when no worker comes", async () => {
    serve(submitted, json(WAITING));
    await expect(preview()).rejects.toThrow(/within a minute/);
  });

  it.each([
    [403, /Reload/],
    [413, /too large/],
    [500, /status 500/],
  ])("says what to do after status %d", async (status, advice) => {
    serve(new Response("", { status }));
    await expect(preview()).rejects.toThrow(PreviewTrouble);
    await expect(preview()).rejects.toThrow(advice);
  });
});
