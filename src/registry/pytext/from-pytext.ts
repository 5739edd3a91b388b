import { fromEntries, hasOwn, isObject, type JsonObject } from "../json.js";
import { unknownKeyMessage } from "../schema-problems.js";
import { dataClasses } from "./classes/data.js";
import { encoderClasses } from "./classes/encoders.js";
import { ensembleClasses } from "./classes/ensembles.js";
import { layerClasses } from "./classes/layers.js";
import { maskedClasses } from "./classes/masked.js";
import { modelClasses } from "./classes/models.js";
import { outputClasses } from "./classes/outputs.js";
import { pairClasses } from "./classes/pairs.js";
import { parsingClasses } from "./classes/parsing.js";
import { questionClasses } from "./classes/questions.js";
import { taggedWordClasses } from "./classes/tagged-words.js";
import { anyTask, taskClasses } from "./classes/tasks.js";
import { textClasses } from "./classes/text.js";
import { trainingClasses } from "./classes/training.js";
import { withoutCounterpart } from "./classes/without-counterpart.js";
import { Report } from "./report.js";
import { type At, type Classes, inside, type PyTextClass } from "./rule.js";
import { topKeys } from "./top-keys.js";
import { nested, specified, translateSlot, withoutHint } from "./translate.js";

/** All classes of PyText whose keys are known. */
export const pytextClasses: readonly PyTextClass[] = [
  ...taskClasses,
  ...dataClasses,
  ...textClasses,
  ...layerClasses,
  ...modelClasses,
  ...encoderClasses,
  ...pairClasses,
  ...parsingClasses,
  ...ensembleClasses,
  ...questionClasses,
  ...maskedClasses,
  ...taggedWordClasses,
  ...outputClasses,
  ...trainingClasses,
  ...withoutCounterpart,
];

const byName: Classes = new Map(pytextClasses.map((found) => [found.name.toLowerCase(), found]));

/** A config of PyText in our form. */
export interface Translated {
  readonly config: JsonObject;
  /** What was changed and what has no meaning, one line each. */
  readonly notes: readonly string[];
}

/**
 * Translates a config of PyText's newest version. Every key becomes something here, is told as left out, or is an
 * error; where PyText's default is another than ours, it is written. Throws `PtxError` with all problems.
 */
export function fromPyText(config: JsonObject, source: string): Translated {
  const report = new Report(source);
  const at: At = { path: [], report, classes: byName, module: undefined };
  const known = [...Object.keys(topKeys), "task", "version"];
  const entries = Object.entries(config).flatMap(([key, value]) => {
    if (key === "version") return [];
    const rule = hasOwn(topKeys, key) ? topKeys[key] : undefined;
    if (rule !== undefined) return rule.apply(value, inside(at, key));
    if (key === "task") return [["task", taskOf(value, inside(at, key))] as const];
    const message = `a config of PyText: ${unknownKeyMessage(key, known, Object.keys(config))}`;
    report.wrong("PTX_CONFIG_UNKNOWN_KEY", [], message, withoutHint);
    return [];
  });
  if (!hasOwn(config, "task")) {
    const message = `there is no task in it${hasOwn(config, "export") || hasOwn(config, "export_list") ? ", only what PyText's export is told: here the options of pytext-ts export say it" : ""}`;
    report.wrong("PTX_CONFIG_MISSING", [], message, "pytext-ts export --help");
  }
  const notes = report.lines();
  return { config: nested(entries), notes };
}

/** The task; of one that is not known here, what all tasks have. */
function taskOf(value: unknown, at: At): unknown {
  const { name, params } = specified(value, "");
  if (name === "" || byName.has(name.toLowerCase()) || !isObject(params)) return translateSlot(value, "", at);
  at.report.note(
    `"${name}" is no task of PyText's that is translated here: of its keys only those that all tasks have were`,
  );
  const made = Object.entries(params).flatMap(([key, inner]) => {
    const rule = hasOwn(anyTask, key) ? anyTask[key] : undefined;
    return rule === undefined ? [[key, inner] as const] : rule.apply(inner, inside(at, name, key));
  });
  return { [name]: fromEntries(made) };
}
