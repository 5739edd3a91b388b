/** @file PyText's sources of words with tags, for its WordTaggingTask. */
import { hasOwn, isObject, type JsonObject } from "../../json.js";
import type { At, PyTextClass } from "../rule.js";
import { gone, only, same, special } from "../rules.js";

const files = {
  train_filename: same("train_filename", null),
  eval_filename: same("eval_filename", null),
  test_filename: same("test_filename", null),
  language: gone("no input reads the language of a file"),
  field_names: gone("PyText does not read it either: the columns are those of the form"),
};

/** The names that the columns of PyText's sources have in rows. */
function named(map: unknown): { readonly text: unknown; readonly label: unknown } {
  const { text = "text", label = "label" } = isObject(map) ? map : {};
  return { text, label };
}

/** The sources, in whose rows a text is a list of words. */
export const taggedWordClasses: readonly PyTextClass[] = [
  {
    name: "CoNLLUPOSDataSource",
    to: "CoNLLUDataSource",
    keys: {
      ...files,
      column_mapping: special({}, "part", (value) => {
        const { text, label } = named(value);
        return [["column_mapping", { text: "sentence", form: text, upos: label }]];
      }),
      delimiter: only("\t", "columns of CoNLL-U stand between tabs"),
    },
  },
  {
    name: "CoNLLUNERDataSource",
    to: "CoNLLDataSource",
    always: { document_start: null },
    keys: {
      ...files,
      column_mapping: special({}, "part", (value) => {
        const { text, label } = named(value);
        return [["columns", [text, label]]];
      }),
      delimiter: special("\t", "part", (value) => [["separator", value]]),
    },
  },
];

/** The column of the tags, where the rows are words with tags. */
function tagColumn(source: unknown): unknown {
  const { CoNLLUDataSource: conllu, CoNLLDataSource: conll } = isObject(source) ? source : {};
  if (isObject(conllu) && isObject(conllu.column_mapping)) return conllu.column_mapping.upos;
  return isObject(conll) && Array.isArray(conll.columns) ? (conll.columns as unknown[])[1] : undefined;
}

/** Words with tags are labelled by them, not by places in a text. */
export function tagged(made: JsonObject, at: At): JsonObject {
  const { data, model } = made;
  const [rows] = isObject(data) ? Object.values(data) : [];
  const column = tagColumn(isObject(rows) ? rows.source : undefined);
  const [[name, params] = ["", {}]] = isObject(model) ? Object.entries(model) : [];
  const inputs = isObject(params) ? params.inputs : undefined;
  const labels = isObject(inputs) && isObject(inputs.labels) ? inputs.labels.SlotLabelTensorizer : undefined;
  if (column === undefined || !isObject(labels)) return made;
  at.report.note(
    "WordTaggingTask: rows are words, each with its tag, so SlotLabelTensorizer reads tags (format tags, as they stand) in place of places in a text",
  );
  const { offset_unit: _unit, on_misaligned: _words, ...rest } = labels as Record<string, unknown>;
  const own = {
    ...rest,
    ...(!hasOwn(rest, "column") && { column }),
    format: "tags",
    label_scheme: "none",
    model_scheme: "none",
  };
  const read = { ...(inputs as JsonObject), labels: { SlotLabelTensorizer: own } };
  return { ...made, model: { [name]: { ...(params as JsonObject), inputs: read } } };
}
