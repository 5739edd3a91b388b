import type { Adapter } from "./adapter.js";
import type { ConfigDraft } from "./config-edit.js";
import { type ConfigPath, formatPath } from "./config-path.js";
import { hasOwn, isObject } from "./json.js";

/** PyText's keys around the task that have no counterpart, and what does their work here. */
const gone: Readonly<Record<string, string>> = {
  use_cuda_if_available: "choose the engine's execution providers under engine",
  use_fp16: "parameters are 32-bit floats",
  distributed_world_size: "training runs in one process",
  gpu_streams_for_distributed_training: "training runs in one process",
  load_snapshot_path: "continue a run with: pytext-ts train CONFIG --output DIR --resume",
  save_snapshot_path: "a run is saved in its folder: pytext-ts train CONFIG --output DIR",
  use_config_from_snapshot: "a run folder holds its own config",
  auto_resume_from_snapshot: "continue a run with: pytext-ts train CONFIG --output DIR --resume",
  export: "export a run with: pytext-ts export RUN --onnx FILE",
  export_list: "export a run with: pytext-ts export RUN --onnx FILE",
  export_caffe2_path: "export a run with: pytext-ts export RUN --onnx FILE",
  export_onnx_path: "export a run with: pytext-ts export RUN --onnx FILE",
  export_torchscript_path: "export a run with: pytext-ts export RUN --onnx FILE",
  torchscript_quantize: "export a run with: pytext-ts export RUN --onnx FILE",
  modules_save_dir: "a run is saved in its folder: pytext-ts train CONFIG --output DIR",
  save_module_checkpoints: "a run is saved in its folder: pytext-ts train CONFIG --output DIR",
  save_all_checkpoints: "a run is saved in its folder: pytext-ts train CONFIG --output DIR",
  use_tensorboard: "figures are written to metrics.json and the log of the run folder",
  use_deterministic_cudnn: "the same seed and threads always give the same parameters",
  report_eval_results: "figures of all splits are in metrics.json",
  report_test_results: "figures of all splits are in metrics.json",
  include_dirs: "name the files on the command line: --include FILE",
  use_cuda_for_testing: "choose the engine's execution providers under engine",
  read_chunk_size: "rows are streamed",
  test_out_path: "figures and the worst rows are written into the run folder",
  debug_path: "figures and the worst rows are written into the run folder",
};

/** PyText's keys of `Data` that have no counterpart. */
const goneFromData: Readonly<Record<string, string>> = {
  sort_key: "PoolingBatcher always sorts by the length of the inputs",
  in_memory: "rows are always turned into numbers once and kept",
};

/** Version 0 is PyText's spelling: its wrapper, its keys around the task, numbers written as texts. */
export const pytextAdapter: Adapter = {
  from: 0,
  upgrade(draft) {
    if (isWrapped(draft.value)) {
      draft.edit({ op: "unwrap", path: ["config"], note: 'the wrapper {"config": {...}} was taken off' });
    }
    for (const [key, instead] of Object.entries(gone)) {
      if (!hasOwn(draft.value, key)) continue;
      draft.edit({
        op: "remove",
        path: [key],
        note: `"${key}" was removed, it has no counterpart: ${instead}`,
      });
    }
    rename(draft, ["random_seed"], "seed");
    const task = draft.at(["task"]);
    for (const [name, config] of isObject(task) ? Object.entries(task) : []) {
      if (!isObject(config)) continue;
      for (const key of ["optimizer", "scheduler"]) intoTrainer(draft, ["task", name], key);
      withoutKeys(draft, ["task", name, "data"], goneFromData);
      liftConvolutions(draft, ["task", name], draft.at(["task", name]));
      numbersInTrainer(draft, ["task", name, "trainer"], draft.at(["task", name, "trainer"]));
    }
  },
};

/** Whether a config stands in PyText's wrapper. */
export function isWrapped(config: object): boolean {
  return Object.keys(config).length === 1 && "config" in config && isObject(config.config);
}

function withoutKeys(draft: ConfigDraft, place: ConfigPath, keys: Readonly<Record<string, string>>): void {
  const value = draft.at(place);
  if (!isObject(value)) return;
  const [only, ...others] = Object.keys(value);
  if (only !== undefined && others.length === 0 && /^\p{Lu}/u.test(only)) {
    withoutKeys(draft, [...place, only], keys);
    return;
  }
  for (const [key, instead] of Object.entries(keys)) {
    if (!hasOwn(value, key)) continue;
    const path = [...place, key];
    const note = `"${formatPath(path)}" was removed, it has no counterpart: ${instead}`;
    draft.edit({ op: "remove", path, note });
  }
}

/** PyText wrote the windows of `DocNNRepresentation` inside a key `cnn`. */
function liftConvolutions(draft: ConfigDraft, path: ConfigPath, value: unknown): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) liftConvolutions(draft, [...path, index], item);
  }
  if (!isObject(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    const place = [...path, key];
    if (key !== "DocNNRepresentation" || !isObject(inner) || !isObject(inner.cnn)) {
      liftConvolutions(draft, place, inner);
      continue;
    }
    for (const name of ["kernel_num", "kernel_sizes"]) {
      const from = [...place, "cnn", name];
      if (!hasOwn(inner.cnn, name) || hasOwn(inner, name)) continue;
      draft.move(from, [...place, name], `"${formatPath(from)}" moved to "${formatPath([...place, name])}"`);
    }
    if (Object.keys(draft.at([...place, "cnn"]) as object).length > 0) continue;
    const note = `"${formatPath([...place, "cnn"])}" was removed: it is empty`;
    draft.edit({ op: "remove", path: [...place, "cnn"], note });
  }
}

function rename(draft: ConfigDraft, path: ConfigPath, to: string): void {
  if (draft.at(path) === undefined || draft.at([...path.slice(0, -1), to]) !== undefined) return;
  draft.edit({ op: "rename", path, to, note: `"${formatPath(path)}" is now called "${to}"` });
}

/** PyText's first versions kept optimizer and scheduler beside the trainer. */
function intoTrainer(draft: ConfigDraft, task: ConfigPath, key: string): void {
  const from = [...task, key];
  const trainer = draft.at([...task, "trainer"]);
  if (draft.at(from) === undefined || (trainer !== undefined && !isObject(trainer))) return;
  const [className] = Object.keys(trainer ?? {}).filter((name) => /^\p{Lu}/u.test(name));
  const to = className === undefined ? [...task, "trainer", key] : [...task, "trainer", className, key];
  if (draft.at(to) !== undefined) return;
  draft.move(from, to, `"${formatPath(from)}" moved to "${formatPath(to)}"`);
}

/** PyText took `"lr": "0.001"` for a number; nothing in a trainer is a text that looks like a number. */
function numbersInTrainer(draft: ConfigDraft, path: ConfigPath, value: unknown): void {
  if (typeof value === "string" && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) {
    const note = `"${formatPath(path)}" is now the number ${Number(value)} (it was the text "${value}")`;
    draft.edit({ op: "set", path, value: Number(value), note });
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) numbersInTrainer(draft, [...path, index], item);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) numbersInTrainer(draft, [...path, key], item);
  }
}
