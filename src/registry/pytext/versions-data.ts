/** @file How data is read: versions 13, 15, 16, 44. */
import type { Adapter } from "../adapter.js";
import type { ConfigDraft } from "../config-edit.js";
import { type ConfigPath, formatPath } from "../config-path.js";
import { fromEntries, hasOwn, isObject, type JsonObject } from "../json.js";
import { classAround, find, holders, move, put, renameAll, taskOf, wrap } from "./draft-paths.js";
import { firstReleases, tasksNamed, withoutHandler } from "./first-releases.js";

/** 13 to 14: a vocabulary's keys stand together. PyText's own adapter loses them. */
const vocabulary: Adapter = {
  from: 13,
  upgrade(draft) {
    const task = taskOf(draft);
    // These models read vocab_file in their own way.
    const own = /XLM|Bert/u;
    if (task === undefined || own.test(task.name)) return;
    const model = [...task.path, "model"];
    if (own.test(classAround(draft.at(model)) ?? "")) return;
    const list = find(draft, model, "models");
    const members = list === undefined ? undefined : draft.at(list);
    const models = Array.isArray(members) ? members.map((_, i): ConfigPath => [...list!, i]) : [model];
    for (const path of models) {
      if (own.test(classAround(draft.at(path)) ?? "")) continue;
      const tokens = find(draft, path, "inputs.tokens");
      if (tokens !== undefined) vocabularyOf(draft, tokens);
    }
  },
};

function vocabularyOf(draft: ConfigDraft, tokens: ConfigPath): void {
  move(draft, tokens, "build_vocab", "vocab.build_from_data");
  const limit = find(draft, tokens, "vocab_file_size_limit");
  const size = limit === undefined ? 0 : draft.at(limit);
  const file = find(draft, tokens, "vocab_file");
  if (limit !== undefined)
    draft.edit({
      op: "remove",
      path: limit,
      note:
        file === undefined
          ? `"${formatPath(limit)}" was removed: there is no vocab_file`
          : `"${formatPath(limit)}" moved to the file in vocab.vocab_files`,
    });
  if (file !== undefined)
    move(draft, tokens, "vocab_file", "vocab.vocab_files", (filepath) => [{ filepath, size_limit: size }]);
}

/** 15 to 16: language models read lines of a source. */
const languageModel: Adapter = {
  from: 15,
  upgrade(draft) {
    const places = tasksNamed(draft, "LMTask_Deprecated");
    renameAll(draft, "LMTask_Deprecated", "LMTask");
    for (const path of places) withoutHandler(draft, [...path, "LMTask"], ["text"]);
  },
};

/** 16 to 17: classifiers read rows of a source, and so do the successors of tasks that PyText dropped. */
const classification: Adapter = {
  from: 16,
  upgrade(draft) {
    firstReleases(draft);
    const places = tasksNamed(draft, "DocClassificationTask_Deprecated");
    renameAll(draft, "DocClassificationTask_Deprecated", "DocumentClassificationTask");
    for (const path of places) {
      const task = [...path, "DocumentClassificationTask"];
      const bytes = find(draft, task, "featurizer.convert_to_bytes");
      const reads = bytes !== undefined && draft.at(bytes) === true;
      withoutHandler(draft, task, ["doc_label", "text"]);
      put(draft, task, "model.inputs.labels.column", "doc_label");
      if (classAround(draft.at([...task, "model"])) === undefined)
        wrap(draft, [...task, "model"], "DocModel");
      if (reads) renameAll(draft, "DocModel", "ByteTokensDocumentModel");
    }
  },
};

const strategies = ["random", "broadcast", "column", "round_robin", "sequential", "power_law"];

/** 44 to 45: how rows are spread over federated devices. */
const sharder: Adapter = {
  from: 44,
  upgrade(draft) {
    for (const path of holders(draft.value, "sharder")) {
      const old = draft.at([...path, "sharder"]);
      if (path.at(-1) !== "data" || !isObject(old) || !hasOwn(old, "sharding_strategy")) continue;
      draft.edit({
        op: "set",
        path: [...path, "sharder"],
        value: newSharder(old),
        note: `"${formatPath([...path, "sharder"])}" is written in PyText's newer keys`,
      });
    }
  },
};

function newSharder(old: JsonObject): JsonObject {
  const {
    sharding_strategy: strategy,
    sharding_colindex: index,
    sharding_col_name: name,
    shard_size_for_sequential: size,
    ...rest
  } = old as Record<string, unknown>;
  const known = typeof strategy === "string" && strategies.includes(strategy);
  const entries = {
    ...rest,
    ...(known && { _base_: `base_${strategy}_sharder` }),
    sharding_col: name ?? index,
    examples_per_shard: size,
  };
  return fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined && value !== null));
}

/** The adapters of these versions. */
export const dataAdapters: readonly Adapter[] = [vocabulary, languageModel, classification, sharder];
