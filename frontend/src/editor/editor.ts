/** The program editor: CodeMirror over the form's textarea, which stays what is submitted. */

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** A fault in the program; without a line it belongs to the whole. */
export interface Fault {
  readonly reason: string;
  readonly line: number | null;
}

export interface ProgramEditor {
  readonly text: string;
  replace(text: string): void;
  mark(faults: readonly Fault[]): void;
  goTo(line: number): void;
}

const highlighting = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)" },
  { tag: [tags.string, tags.docString], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: tags.function(tags.variableName), color: "var(--code-name)" },
  { tag: tags.function(tags.definition(tags.variableName)), color: "var(--code-name)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
]);

const theme = EditorView.theme({
  "&": {
    border: "1px solid var(--hairline-strong)",
    borderRadius: "var(--radius)",
    backgroundColor: "var(--sheet)",
    color: "var(--ink)",
    fontSize: "0.875rem",
  },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "2px" },
  ".cm-scroller": {
    fontFamily: "var(--mono)",
    lineHeight: "1.55",
    minHeight: "24rem",
    maxHeight: "70vh",
  },
  ".cm-content": { caretColor: "var(--alive)", padding: "0.5rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--alive)", borderLeftWidth: "2px" },
  ".cm-gutters": {
    backgroundColor: "transparent",
    color: "var(--ink-soft)",
    borderRight: "1px solid var(--hairline)",
  },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--line-active)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground":
    { backgroundColor: "var(--selection)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "transparent",
    outline: "1px solid var(--hairline-strong)",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--sheet)",
    color: "var(--ink)",
    border: "1px solid var(--hairline-strong)",
  },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
});

/** Puts an editor in the textarea's place. `submit` is called for Ctrl+Enter. */
export function createEditor(textarea: HTMLTextAreaElement, submit: () => void): ProgramEditor {
  const label = textarea.labels?.[0]?.textContent ?? "Program";
  const view = new EditorView({
    state: EditorState.create({
      doc: textarea.value,
      extensions: [
        lineNumbers(),
        highlightActiveLineGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of("    "),
        bracketMatching(),
        highlightActiveLine(),
        lintGutter(),
        python(),
        syntaxHighlighting(highlighting),
        theme,
        keymap.of([
          {
            key: "Mod-Enter",
            run: () => {
              submit();
              return true;
            },
          },
          // Tab indents; Escape, then Tab leaves the editor.
          indentWithTab,
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        EditorView.contentAttributes.of({
          "aria-label": label,
          "aria-describedby": "problems",
          tabindex: "0",
        }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          textarea.value = update.state.doc.toString();
          textarea.dispatchEvent(new Event("input", { bubbles: true }));
        }),
      ],
    }),
  });
  textarea.hidden = true;
  textarea.required = false; // a hidden field that is required could not be pointed at
  textarea.after(view.dom);
  return {
    get text() {
      return view.state.doc.toString();
    },
    replace(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    mark(faults) {
      view.dispatch(setDiagnostics(view.state, diagnostics(view.state, faults)));
    },
    goTo(number) {
      const line = view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines));
      view.dispatch({ selection: { anchor: line.from }, scrollIntoView: true });
      view.focus();
    },
  };
}

function diagnostics(state: EditorState, faults: readonly Fault[]): Diagnostic[] {
  return faults.flatMap(({ reason, line }) => {
    if (line === null || line < 1 || line > state.doc.lines) return [];
    const { from, to } = state.doc.line(line);
    return [{ from, to, severity: "error", message: reason }];
  });
}
