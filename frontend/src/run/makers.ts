/** Who makes the children: the operators' shares, live, and what each has earned. */
import { readJson, setText } from "../lib/dom";
import { count, percent } from "../lib/format";
import type { Elite, OperatorShare, Statistics } from "../protocol";

/** How operators are called, and which of them do not read messages. */
export class OperatorWords {
  constructor(
    private readonly names: Readonly<Record<string, string>>,
    private readonly blind: readonly string[],
  ) {}

  static ofPage(): OperatorWords {
    return new OperatorWords(
      readJson<Record<string, string>>("operator-names"),
      readJson<string[]>("blind-operators"),
    );
  }

  name(operator: string): string {
    return this.names[operator] ?? operator;
  }

  /** What the operator was asked for; empty where it did not read that. */
  message({ operator, message }: Pick<Elite, "operator" | "message">): string {
    return this.blind.includes(operator) ? "" : message;
  }

  /** As `elmweb/runs/operators.py` writes it: "Language model: Added a leg." */
  madeBy(elite: Pick<Elite, "operator" | "message">): string {
    const message = this.message(elite);
    if (elite.operator === "") return message;
    return message === "" ? this.name(elite.operator) : `${this.name(elite.operator)}: ${message}`;
  }
}

/** Walkers that entered the archive, of those tried. */
export const earned = ({ tried, admitted }: OperatorShare): number =>
  tried > 0 ? admitted / tried : 0;

export function showMakers(root: HTMLElement, { operators }: Statistics): void {
  const shares = new Map(operators.map((operator) => [operator.name, operator]));
  for (const row of root.querySelectorAll<HTMLElement>("[data-maker]")) {
    const operator = shares.get(row.dataset.maker ?? "");
    if (operator === undefined) continue;
    setText(row.querySelector("[data-share]"), percent(operator.share));
    setText(row.querySelector("[data-tried]"), count(operator.tried));
    setText(row.querySelector("[data-admitted]"), count(operator.admitted));
    setText(row.querySelector("[data-earned]"), percent(earned(operator)));
  }
  for (const bar of root.querySelectorAll<HTMLElement>("[data-maker-bar]")) {
    const operator = shares.get(bar.dataset.makerBar ?? "");
    if (operator !== undefined) bar.style.flexGrow = operator.share.toFixed(4);
  }
}
