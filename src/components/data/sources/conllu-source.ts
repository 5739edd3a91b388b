import { Type } from "typebox";
import { component } from "../../../registry/component.js";
import { filesOf, sourceOptions, splitFiles } from "./file-source.js";
import { type SentenceLine, SentenceSource } from "./sentence-source.js";

/** The ten columns of CoNLL-U, in order (https://universaldependencies.org/format.html). */
const CELLS = ["id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc"] as const;
/** What comments say of a whole sentence: `# text = ...`. */
const ABOUT = ["text", "sent_id"] as const;

const ABOUT_LINE = /^#\s*(text|sent_id)\s*=\s*(.*)$/u;
const WORD = /^[1-9]\d*$/;
const RANGE = /^[1-9]\d*-[1-9]\d*$/;
const EMPTY_NODE = /^\d+\.[1-9]\d*$/;

/** Sentences of CoNLL-U: a row's tokens are the syntactic words. */
class UniversalDependencies extends SentenceSource {
  protected override readonly cellNames = CELLS;

  protected override async header(): Promise<readonly string[]> {
    return [...CELLS, ...ABOUT];
  }

  protected override line(text: string, tokens: number): SentenceLine {
    if (text.startsWith("#")) {
      const [, key, value] = ABOUT_LINE.exec(text) ?? [];
      return { about: key === undefined ? {} : { [key]: value! } };
    }
    const cells = text.split("\t");
    if (cells.length !== CELLS.length) {
      const found = `${cells.length} ${cells.length === 1 ? "cell" : "cells"}`;
      return {
        wrong: "wrong number of columns",
        detail: `${found} between tabs where CoNLL-U has ${CELLS.length} (${CELLS.join(", ")})`,
      };
    }
    const [id] = cells as [string];
    if (RANGE.test(id)) return { passedOver: "multi-word tokens (their words are kept)" };
    if (EMPTY_NODE.test(id)) return { passedOver: "empty nodes" };
    if (!WORD.test(id) || Number(id) !== tokens + 1) {
      return {
        wrong: "wrong word id",
        detail: `the id "${id}" where the word ${tokens + 1} of the sentence is expected`,
      };
    }
    if (cells.includes(""))
      return { wrong: "an empty column", detail: 'a column of the line is empty: CoNLL-U writes "_"' };
    return { cells };
  }

  protected override missing(column: string): string {
    return `the sentence has no comment "# ${column} = ..."`;
  }
}

/** Universal Dependencies treebanks. */
export const CoNLLUDataSource = component({
  kind: "data_source",
  name: "CoNLLUDataSource",
  schema: Type.Object(
    { ...splitFiles, ...sourceOptions },
    {
      description: `Sentences of CoNLL-U files (UTF-8, also .gz). Columns with one item a word: ${CELLS.join(", ")}; with one value a sentence: ${ABOUT.join(", ")}. Words are the syntactic ones: the lines of multi-word tokens (3-4) and of empty nodes (8.1) are passed over and counted.`,
    },
  ),
  create: (config) => new UniversalDependencies(filesOf(config), config),
});
