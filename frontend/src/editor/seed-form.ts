/** The page's parts working together; without this script the form simply posts. */

import { need, readJson } from "../lib/dom";
import type { PreviewResult } from "../protocol";
import type { ProgramEditor } from "./editor";
import { type Preview, PreviewTrouble, previewProgram } from "./preview";
import { problemList, ResultView } from "./result";

export class SeedForm {
  private readonly textarea = need<HTMLTextAreaElement>("textarea[name=program]");
  private readonly problems = need<HTMLElement>("[data-problems]");
  private readonly button = need<HTMLButtonElement>("[data-preview-button]");
  private readonly status = need<HTMLElement>("[data-preview-state]");
  private readonly runForm = need<HTMLFormElement>("[data-run-form]");
  private readonly result = new ResultView(
    need<HTMLElement>("[data-preview]"),
    readJson<Record<string, string>>("repair-words"),
  );
  private editor: ProgramEditor | null = null;
  private waiting: AbortController | null = null;
  private previewed: string | null; // the text that the run would start from

  constructor(private readonly form: HTMLFormElement) {
    this.previewed = this.runForm.querySelector("[name=walker]") ? this.textarea.value : null;
  }

  connect(): void {
    this.restoreDraft();
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.preview();
    });
    this.form.addEventListener("input", () => this.onEdit());
    this.problems.addEventListener("click", (event) => this.onProblemClick(event));
    this.connectSeeds();
    this.runForm.hidden = false;
    this.showStart();
    void this.loadEditor();
  }

  private async loadEditor(): Promise<void> {
    // A chunk of its own: the page works before it is there.
    const { createEditor } = await import("./editor");
    this.editor = createEditor(this.textarea, () => void this.preview());
    const shortcut = this.form.querySelector<HTMLElement>("[data-shortcut]");
    if (shortcut) shortcut.hidden = false;
    this.form.dataset.editor = "ready";
  }

  // -- The text --------------------------------------------------------------

  private get draftName(): string {
    return `draft:${location.pathname}${location.search}`;
  }

  private restoreDraft(): void {
    const draft = sessionStorage.getItem(this.draftName);
    if (draft !== null) this.textarea.value = draft;
  }

  private onEdit(): void {
    sessionStorage.setItem(this.draftName, this.textarea.value);
    this.showStart();
  }

  private setText(text: string): void {
    if (this.editor) this.editor.replace(text);
    else this.textarea.value = text;
    this.onEdit();
  }

  private connectSeeds(): void {
    const list = need<HTMLElement>("[data-seeds]");
    list.addEventListener("click", (event) => {
      const link = (event.target as Element).closest("a");
      const name = link?.closest<HTMLElement>("[data-seed]")?.dataset.seed;
      if (!link || !name || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const program = document.querySelector<HTMLTemplateElement>(
        `template[data-program="${CSS.escape(name)}"]`,
      );
      if (!program) return;
      event.preventDefault();
      history.replaceState(null, "", link.href);
      this.setText(program.content.textContent ?? "");
      for (const card of list.querySelectorAll("article")) {
        if (card.contains(link)) card.setAttribute("aria-current", "true");
        else card.removeAttribute("aria-current");
      }
      void this.preview();
    });
  }

  // -- The preview -----------------------------------------------------------

  private async preview(): Promise<void> {
    this.waiting?.abort();
    const waiting = new AbortController();
    this.waiting = waiting;
    const text = this.textarea.value;
    this.setBusy(true);
    try {
      this.show(await previewProgram(this.form, waiting.signal), text);
    } catch (error) {
      if (waiting.signal.aborted) return;
      this.explain(error);
    } finally {
      if (this.waiting === waiting) this.setBusy(false);
    }
  }

  private setBusy(busy: boolean): void {
    this.button.setAttribute("aria-disabled", String(busy));
    this.form.toggleAttribute("aria-busy", busy);
    if (busy) this.status.textContent = "Trying it in the sandbox …";
  }

  private show({ submission, result }: Preview, text: string): void {
    this.showProblems(result);
    if (result.state !== "accepted" || submission === null) {
      this.status.textContent = "This program gives no walker yet.";
      return;
    }
    this.status.textContent = this.result.show(result);
    this.previewed = text;
    this.setSource(submission);
    this.showStart();
  }

  private showProblems(result: PreviewResult): void {
    this.problems.replaceChildren(...problemList(result.problems));
    this.editor?.mark(result.problems);
  }

  private onProblemClick(event: Event): void {
    const line = (event.target as Element).closest<HTMLElement>("[data-line]")?.dataset.line;
    if (!line || !this.editor) return;
    event.preventDefault();
    this.editor.goTo(Number(line));
  }

  private explain(error: unknown): void {
    const isOurs = error instanceof PreviewTrouble || error instanceof TypeError;
    if (!isOurs) throw error;
    // fetch reports a lost connection as a TypeError.
    const reason =
      error instanceof PreviewTrouble
        ? error.message
        : "The server is away. Try again in a moment.";
    this.problems.replaceChildren(...problemList([{ code: "trouble", reason, line: null }]));
    this.status.textContent = "";
  }

  // -- The run ---------------------------------------------------------------

  private setSource(submission: string): void {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = "submission";
    input.value = submission;
    for (const old of this.runForm.querySelectorAll("[name=walker], [name=submission]"))
      old.remove();
    this.runForm.append(input);
  }

  /** A run starts from what was seen, so an edit after the preview asks for another one. */
  private showStart(): void {
    const isSeen = this.previewed !== null && this.previewed === this.textarea.value;
    need<HTMLButtonElement>("[data-start-button]").disabled = !isSeen;
    need<HTMLElement>("[data-start-hint]").hidden = isSeen;
  }
}
