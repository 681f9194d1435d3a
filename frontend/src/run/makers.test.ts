// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from "vitest";
import type { OperatorShare, Statistics } from "../protocol";
import { earned, OperatorWords, showMakers } from "./makers";

const words = new OperatorWords(
  { "diff-model": "Language model", "syntax-tree": "Genetic programming", seed: "Seed" },
  ["syntax-tree"],
);
const share = (name: string, part: number, tried: number, admitted: number): OperatorShare => ({
  name,
  share: part,
  tried,
  admitted,
});

describe("words", () => {
  it("tell the operator and what it was asked for", () => {
    const elite = { operator: "diff-model", message: "Added a leg." };
    expect(words.madeBy(elite)).toBe("Language model: Added a leg.");
  });

  it("do not claim that a blind operator read the message", () => {
    const elite = { operator: "syntax-tree", message: "Added a leg." };
    expect(words.madeBy(elite)).toBe("Genetic programming");
    expect(words.message(elite)).toBe("");
  });

  it("know the seed, strangers and elites of the past", () => {
    expect(words.madeBy({ operator: "seed", message: "" })).toBe("Seed");
    expect(words.madeBy({ operator: "new-one", message: "Hop." })).toBe("new-one: Hop.");
    expect(words.madeBy({ operator: "", message: "" })).toBe("");
  });
});

describe("the panel", () => {
  beforeEach(() => {
    document.body.innerHTML = `<section>
      <span data-maker-bar="diff-model"></span><span data-maker-bar="syntax-tree"></span>
      <table>${["diff-model", "syntax-tree"]
        .map(
          (name) => `<tr data-maker="${name}"><td data-share></td><td data-tried></td>
            <td data-admitted></td><td data-earned></td></tr>`,
        )
        .join("")}</table></section>`;
  });

  it("shows shares as bars and numbers", () => {
    const root = document.querySelector("section") as HTMLElement;
    const operators = [
      share("diff-model", 0.75, 1200, 60),
      share("syntax-tree", 0.25, 800, 8),
      share("from-a-newer-server", 0, 1, 1),
    ];
    showMakers(root, { operators } as Statistics);
    const bars = [...root.querySelectorAll<HTMLElement>("[data-maker-bar]")];
    expect(bars.map((bar) => Number(bar.style.flexGrow))).toEqual([0.75, 0.25]);
    const cells = [...root.querySelectorAll('[data-maker="diff-model"] td')];
    expect(cells.map((cell) => cell.textContent)).toEqual(["75.0%", "1,200", "60", "5.0%"]);
  });
});

it("nothing tried has earned nothing", () => {
  expect(earned(share("diff-model", 1, 0, 0))).toBe(0);
});
