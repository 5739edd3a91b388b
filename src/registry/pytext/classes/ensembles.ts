/** @file PyText's ensembles: models that are members of a task here, each with its reporter. */
import { isDeepStrictEqual } from "node:util";
import { hasOwn, isObject, type JsonObject } from "../../json.js";
import { type At, inside, type PyTextClass, type Rule } from "../rule.js";
import { gone, partOf, slot, special } from "../rules.js";
import { specified, translateSlot, without } from "../translate.js";
import { common, withFrozen } from "./tasks.js";

/** What a model of each class of ensemble is a member as. */
const kinds = {
  BaggingDocEnsembleModel: {
    model: "DocModel",
    task: "DocumentClassificationTask",
    reporter: "ClassificationMetricReporter",
  },
  BaggingIntentSlotEnsembleModel: {
    model: "IntentSlotModel",
    task: "IntentSlotTask",
    reporter: "IntentSlotMetricReporter",
  },
} as const;
type Kind = keyof typeof kinds;

/** PyText reads the rows by the first model's inputs alone. */
function withInputs(model: unknown, first: unknown, bare: string, at: At): JsonObject {
  const [{ name, params }, { params: firstParams }] = [specified(model, bare), specified(first, bare)];
  const inputs = isObject(firstParams) && hasOwn(firstParams, "inputs") ? firstParams.inputs : undefined;
  if (!isObject(params)) return { [name]: params };
  if (hasOwn(params, "inputs") && !isDeepStrictEqual(params.inputs, inputs))
    at.report.note(
      "EnsembleTask: inputs of models behind the first were replaced by the first one's, by which PyText reads the rows for all",
    );
  return { [name]: { ...without(params, "inputs"), ...(inputs !== undefined && { inputs }) } };
}

/** Models as members, without their reporters. */
const models = (kind: Kind): Rule => {
  const { model, task } = kinds[kind];
  return special([], "part", (value, at) => {
    if (!Array.isArray(value) || value.length < 2) {
      at.report.wrong(
        "PTX_CONFIG_VALUE",
        at.path,
        `an ensemble has a list of two models at least; of one model write the plain ${task}`,
      );
      return [];
    }
    const given = value as readonly unknown[];
    const frozen: string[][] = [];
    const members = given.map((one, i) => {
      const whole = withInputs(one, given[0], model, at);
      const made = translateSlot(whole, model, { ...inside(at, i), module: "model" });
      frozen.push(at.report.takeFrozen());
      return { [task]: { model: made } };
    });
    if (frozen.some((names) => !isDeepStrictEqual(names, frozen[0])))
      at.report.wrong(
        "PTX_CONFIG_VALUE",
        at.path,
        "one trainer trains all members, so the same modules are frozen in all: give each model the same freeze",
      );
    for (const name of frozen[0] ?? []) at.report.freeze(name);
    return members.every((member) => isDeepStrictEqual(member, members[0]))
      ? [
          ["members", [members[0]]],
          ["copies", members.length],
        ]
      : [
          ["members", members],
          ["copies", 1],
        ];
  });
};

const sampleRate: Rule = special(1, "apart", (value, at) => {
  if (value !== 1)
    at.report.note(
      "EnsembleTask: sample_rate draws the training rows of each member here; PyText passes over it without a word",
    );
  return [["sample_rate", value]];
});

const bagging = (name: Kind, more: PyTextClass["keys"] = {}): PyTextClass => ({
  name,
  keys: {
    models: models(name),
    sample_rate: sampleRate,
    init_from_saved_state: gone("a run is continued with --resume"),
    ...more,
  },
});

/** The class of an ensemble as our tables spell it. */
function kindOf(name: string): Kind | undefined {
  return (Object.keys(kinds) as Kind[]).find((kind) => kind.toLowerCase() === name.toLowerCase());
}

const model: Rule = special({}, "part", (value, at) => {
  const { name } = specified(value, "EnsembleModel");
  const kind = kindOf(name);
  if (kind !== undefined) return [["$kind", kind], ...Object.entries(partOf(value, kind, at))];
  at.report.wrong(
    "PTX_CONFIG_UNKNOWN_COMPONENT",
    at.path,
    `an ensemble is a ${Object.keys(kinds).join(" or a ")} with its models; any other task with an output layer, and SemanticParsingTask, can be one of the members of our own EnsembleTask (docs/ensembles.md)`,
  );
  return [];
});

/** Gives each member the reporter. */
function withReporters(made: JsonObject, given: JsonObject, at: At): JsonObject {
  const { $kind: kind, metric_reporter: reporter, members, ...rest } = made as Record<string, unknown>;
  if (!Array.isArray(members)) return made;
  const { reporter: own } = kinds[kind as Kind];
  const chosen = hasOwn(given, "metric_reporter") ? reporter : { [own]: {} };
  if (!isObject(chosen) || !hasOwn(chosen, own))
    at.report.wrong(
      "PTX_CONFIG_UNKNOWN_COMPONENT",
      [...at.path, "metric_reporter"],
      `the figures of a ${String(kind)} are a ${own}'s`,
    );
  at.report.note(
    "EnsembleTask: members have the run's seed and the numbers after it; in PyText one stream of random numbers goes through all of them",
  );
  const all = (members as readonly JsonObject[]).map((member) =>
    Object.fromEntries(
      Object.entries(member).map(([task, params]) => [
        task,
        { ...(params as JsonObject), metric_reporter: chosen },
      ]),
    ),
  );
  return withFrozen({ ...rest, members: all }, given, at);
}

/** The task, and the models that it is of. */
export const ensembleClasses: readonly PyTextClass[] = [
  {
    name: "EnsembleTask",
    to: "EnsembleTask",
    keys: {
      ...common(),
      trainer: slot("trainer", "EnsembleTrainer"),
      model,
      metric_reporter: slot("metric_reporter", "ClassificationMetricReporter"),
    },
    finish: withReporters,
  },
  bagging("BaggingDocEnsembleModel"),
  bagging("BaggingIntentSlotEnsembleModel", {
    use_crf: gone("PyText does not read it either: the models' word_output says it"),
  }),
];
