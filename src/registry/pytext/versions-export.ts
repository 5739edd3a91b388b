/** @file What is exported: versions 20, 21 and 25. These are silent: none of it has a meaning here, and that is told. */
import type { Adapter } from "../adapter.js";
import type { ConfigDraft } from "../config-edit.js";
import type { ConfigPath } from "../config-path.js";
import { hasOwn, isObject, type JsonObject } from "../json.js";

/** 20 to 21: padding of sequences has a name of its own. */
const padding: Adapter = {
  from: 20,
  upgrade(draft) {
    if (!hasOwn(draft.value, "padding_control")) return;
    draft.edit({ op: "rename", path: ["padding_control"], to: "seq_padding_control", note: "" });
  },
};

const exportKeys = [
  "export_caffe2_path",
  "export_onnx_path",
  "export_torchscript_path",
  "torchscript_quantize",
  "accelerate",
  "inference_interface",
  "seq_padding_control",
  "batch_padding_control",
  "target",
];

/** 21 to 22: what is exported stands together. */
const section: Adapter = {
  from: 21,
  upgrade(draft) {
    for (const key of exportKeys) if (hasOwn(draft.value, key)) draft.move([key], ["export", key], "");
  },
};

/** The machine that an export is for, as its options tell. */
function targetOf(options: JsonObject): string | undefined {
  const { accelerate } = options;
  const padded = hasOwn(options, "batch_padding_control");
  if (!Array.isArray(accelerate) || accelerate.length === 0) return padded ? "nnpi" : "unknown";
  if (accelerate[0] === "cuda:half") return "gpu-fp16";
  return accelerate[0] === "nnpi" && padded && hasOwn(options, "seq_padding_control") ? "nnpi" : undefined;
}

function withTarget(draft: ConfigDraft, path: ConfigPath): void {
  const options = draft.at(path);
  if (!isObject(options)) return;
  const target = targetOf(options);
  if (target !== undefined) draft.edit({ op: "set", path: [...path, "target"], value: target, note: "" });
  if (hasOwn(options, "inference_interface"))
    draft.edit({ op: "remove", path: [...path, "inference_interface"], note: "" });
}

/** 25 to 26: exports name what they are for. */
const target: Adapter = {
  from: 25,
  upgrade(draft) {
    withTarget(draft, ["export"]);
    const all = draft.at(["export_list"]);
    if (Array.isArray(all)) for (const index of all.keys()) withTarget(draft, ["export_list", index]);
  },
};

/** The adapters of these versions. */
export const exportAdapters: readonly Adapter[] = [padding, section, target];
