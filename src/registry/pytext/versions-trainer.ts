/** @file What moved in and around the trainer: versions 0 to 3, 9, 17, 19, 30. */
import type { Adapter } from "../adapter.js";
import type { ConfigDraft } from "../config-edit.js";
import { type ConfigPath, formatPath } from "../config-path.js";
import { ptxError } from "../errors.js";
import { fromEntries, hasOwn, isObject, type JsonObject, show } from "../json.js";
import { drop, find, holders, move, renameAll, taskOf } from "./draft-paths.js";

const optimizers: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  adam: ["Adam", ["lr", "weight_decay"]],
  sgd: ["SGD", ["lr", "momentum"]],
  nag: ["NAG", ["lr", "weight_decay", "momentum"]],
};

const schedulers: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  step_lr: ["StepLR", ["step_size", "gamma"]],
  lm_fine_tuning: [
    "LmFineTuning",
    [
      "cut_frac",
      "ratio",
      "non_pretrained_param_groups",
      "lm_lr_multiplier",
      "lm_use_per_layer_lr",
      "lm_gradual_unfreezing",
      "last_epoch",
    ],
  ],
  reduce_lr_on_plateau: [
    "ReduceLROnPlateau",
    ["lower_is_better", "factor", "patience", "min_lr", "threshold", "threshold_is_absolute", "cooldown"],
  ],
  cosine_annealing_lr: ["CosineAnnealingLR", ["t_max", "eta_min"]],
  exponential_lr: ["ExponentialLR", ["gamma"]],
};

/** One object with a `type` and the keys of all types becomes a class with its own keys. */
function typed(
  draft: ConfigDraft,
  path: ConfigPath,
  type: unknown,
  table: Readonly<Record<string, readonly [string, readonly string[]]>>,
): void {
  const old = draft.at(path) as JsonObject;
  const found = typeof type === "string" && hasOwn(table, type) ? table[type] : undefined;
  if (found === undefined)
    throw ptxError(
      "PTX_CONFIG_VALUE",
      formatPath([...path, "type"]),
      `PyText has no ${String(path.at(-1))} of the type ${show(type)}; known: ${Object.keys(table).join(", ")}`,
    );
  const [name, keys] = found;
  for (const key of Object.keys(old)) {
    if (key === "type" || keys.includes(key)) continue;
    const note = `"${formatPath([...path, key])}" (${show(old[key])}) was removed: ${name} does not read it`;
    draft.edit({ op: "remove", path: [...path, key], note });
  }
  const value = fromEntries(Object.entries(draft.at(path) as JsonObject).filter(([key]) => key !== "type"));
  draft.edit({
    op: "set",
    path,
    value: { [name]: value },
    note: `"${formatPath(path)}" is now the class ${name}`,
  });
}

/** 0 to 1: optimizers are classes, and the seed is the run's. */
const seedAndOptimizer: Adapter = {
  from: 0,
  upgrade(draft) {
    const task = taskOf(draft);
    if (task === undefined) return;
    const seed =
      find(draft, task.path, "trainer.real_trainer.random_seed") ??
      find(draft, task.path, "trainer.random_seed");
    if (seed !== undefined) draft.move(seed, ["random_seed"], `"${formatPath(seed)}" moved to "random_seed"`);
    const path = [...task.path, "optimizer"];
    const optimizer = draft.at(path);
    if (!isObject(optimizer) || ["Adam", "SGD", "NAG"].some((name) => hasOwn(optimizer, name))) return;
    typed(draft, path, optimizer.type ?? "adam", optimizers);
  },
};

/** 1 to 2: schedulers are classes. */
const scheduler: Adapter = {
  from: 1,
  upgrade(draft) {
    const task = taskOf(draft);
    if (task === undefined) return;
    const path = [...task.path, "scheduler"];
    const value = draft.at(path);
    if (!isObject(value) || value.type === undefined || value.type === null) return;
    if (value.type === "none") drop(draft, task.path, "scheduler", "its type was none");
    else typed(draft, path, value.type, schedulers);
  },
};

/** 2 to 3: both belong to the trainer, or to the trainer inside it. */
const intoTrainer: Adapter = {
  from: 2,
  upgrade(draft) {
    const task = taskOf(draft);
    if (task === undefined) return;
    const inner =
      find(draft, task.path, "trainer.real_trainer") === undefined ? "trainer" : "trainer.real_trainer";
    for (const key of ["optimizer", "scheduler"])
      if (isObject(draft.at(task.path)) && hasOwn(draft.at(task.path) as JsonObject, key))
        move(draft, task.path, key, `${inner}.${key}`);
  },
};

/** 3 to 4: vectors of words in their context have another name. */
const contextual: Adapter = {
  from: 3,
  upgrade(draft) {
    const task = taskOf(draft);
    for (const section of ["features", "labels"]) {
      const path = task && find(draft, task.path, `${section}.pretrained_model_embedding`);
      if (path === undefined) continue;
      const note = `"${formatPath(path)}" is now called "contextual_token_embedding"`;
      draft.edit({ op: "rename", path, to: "contextual_token_embedding", note });
    }
  },
};

/** 9 to 10: how many batches an epoch has is the trainer's. */
const epochSize: Adapter = {
  from: 9,
  upgrade: (draft) => move(draft, [], "task.data.epoch_size", "task.trainer.num_batches_per_epoch"),
};

/** 17 to 18: names of federated trainers. */
const federatedNames: Adapter = {
  from: 17,
  upgrade(draft) {
    for (const kind of ["SyncTrainer", "AsyncTrainer"]) renameAll(draft, `FLNewDoc${kind}`, `FL${kind}`);
  },
};

/** 19 to 20: a federated trainer is a key of the trainer. */
const federatedTrainer: Adapter = {
  from: 19,
  upgrade(draft) {
    const trainer = find(draft, [], "task.trainer");
    const value = trainer && draft.at(trainer);
    if (trainer === undefined || !isObject(value)) return;
    for (const type of ["SyncTrainer", "AsyncTrainer"]) {
      const inner = value[`FL${type}`];
      if (!isObject(inner)) continue;
      const { optimizer, global_optimizer: aggregator, ...rest } = inner as Record<string, unknown>;
      const plain = isObject(optimizer) && isObject(optimizer.SGD) ? optimizer.SGD : optimizer;
      const made = {
        ...rest,
        ...(optimizer !== undefined && { optimizer: plain }),
        ...(aggregator !== undefined && { aggregator }),
        type,
      };
      const note = `"${formatPath(trainer)}.FL${type}" is now "fl_trainer" with the type ${type}`;
      draft.edit({ op: "remove", path: [...trainer, `FL${type}`], note });
      draft.edit({ op: "set", path: [...trainer, "fl_trainer"], value: made, note });
      return;
    }
  },
};

/** 30 to 31: gradients that hide single rows. */
const privacy: Adapter = {
  from: 30,
  upgrade(draft) {
    for (const path of holders(draft.value, "privacy_engine")) {
      if (path.at(-1) !== "TaskTrainer") continue;
      const value = draft.at([...path, "privacy_engine"]);
      const note = `"${formatPath([...path, "privacy_engine"])}" (${show(value)}) was removed, as PyText's version 31 does: gradients are not made private`;
      draft.edit({ op: "remove", path: [...path, "privacy_engine"], note });
    }
  },
};

/** The adapters of these versions. */
export const trainerAdapters: readonly Adapter[] = [
  seedAndOptimizer,
  scheduler,
  intoTrainer,
  contextual,
  epochSize,
  federatedNames,
  federatedTrainer,
  privacy,
];
