/** @file PyText's keys around the task. */
import { isObject } from "../json.js";
import { inside, type Rule } from "./rule.js";
import { gone, only, special } from "./rules.js";

const cuda = gone("choose the engine's execution providers under engine");
const folder = gone("a run is saved in its folder: pytext-ts train CONFIG --output DIR");
const resume = gone("continue a run with: pytext-ts train CONFIG --output DIR --resume");
const exported = gone("export a run with: pytext-ts export RUN --onnx FILE");
const oneProcess = gone("training runs in one process");
const figures = gone("figures of all splits are in metrics.json");
const rows = gone("figures and the worst rows are written into the run folder");

/** What becomes of each of them. */
export const topKeys: Readonly<Record<string, Rule>> = {
  use_cuda_if_available: cuda,
  use_cuda_for_testing: cuda,
  use_fp16: gone("parameters are 32-bit floats"),
  distributed_world_size: oneProcess,
  gpu_streams_for_distributed_training: oneProcess,
  load_snapshot_path: resume,
  save_snapshot_path: folder,
  use_config_from_snapshot: gone("a run folder holds its own config"),
  auto_resume_from_snapshot: resume,
  export: special(undefined, "apart", (value, at) => {
    const keys = isObject(value) ? Object.keys(value) : [];
    for (const key of keys) exported.apply(true, inside(at, key));
    if (keys.length === 0) at.report.idle(at.path);
    return [];
  }),
  export_list: exported,
  export_caffe2_path: exported,
  export_onnx_path: exported,
  export_torchscript_path: exported,
  export_lite_path: exported,
  torchscript_quantize: exported,
  accelerate: exported,
  inference_interface: exported,
  padding_control: exported,
  seq_padding_control: exported,
  batch_padding_control: exported,
  target: exported,
  modules_save_dir: folder,
  save_module_checkpoints: folder,
  save_all_checkpoints: folder,
  use_tensorboard: gone("figures are written to metrics.json and the log of the run folder"),
  random_seed: special(0, "apart", (value, at) => {
    at.report.note(`"random_seed" is now called "seed"`);
    return [["seed", value ?? 0]];
  }),
  use_deterministic_cudnn: gone("the same seed and threads always give the same parameters"),
  report_eval_results: figures,
  report_test_results: figures,
  include_dirs: gone("name the files on the command line: --include FILE"),
  read_chunk_size: gone("rows are streamed"),
  test_out_path: rows,
  debug_path: rows,
  encoder_eval_mode: only(false, "all modules are trained together"),
};
