import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ADAPTER_FILES } from "../components/encoders/hugging-face/peft-options.js";
import { peftModel } from "../components/encoders/hugging-face/write-adapter.js";
import { loraSettings } from "../components/encoders/lora.js";
import { adapterOf, encoderOfRun } from "../components/encoders/run-weights.js";
import { sizesOf } from "../components/encoders/transformer-options.js";
import { replaceFiles } from "../graph/replace-file.js";
import { encodeSafetensors } from "../graph/safetensors.js";
import { ptxError } from "../registry/errors.js";
import { choosePart } from "../tasks/deployment.js";
import { openRun } from "../tasks/open-task.js";
import type { HuggingFaceOptions } from "./hugging-face-exporter.js";

/**
 * Writes the adapter of a run's encoder as a folder that PEFT reads: adapter_config.json and adapter_model.safetensors. The
 * base model, and what stands on the encoder, stay behind. Gives the files' paths; throws `PTX_EXPORT` for a run without an
 * adapter.
 */
export async function exportAdapter(
  run: string,
  folder: string,
  { registry, log, task }: HuggingFaceOptions,
): Promise<string[]> {
  const { task: opened, parameters } = await openRun(run, registry, log, task);
  choosePart(opened, task);
  // As they are in the file: nothing has been built yet, so nothing is merged.
  const { config, prefix, values, others } = encoderOfRun(run, parameters.feeds());
  const place = `${run}  ${prefix}`;
  const options = adapterOf(config);
  if (options === undefined)
    throw ptxError("PTX_EXPORT", place, "the encoder has no adapter", "--hugging-face writes the encoder");
  const settings = { ...loraSettings(options), base: config.pretrained };
  const peft = peftModel(sizesOf(config), values, settings, place);
  if (others.length > 0) log.info(`not exported, as it is no part of the adapter: ${others.join(", ")}`);
  await mkdir(folder, { recursive: true });
  const written = [
    {
      path: join(folder, ADAPTER_FILES.config),
      pieces: [Buffer.from(`${JSON.stringify(peft.config, null, 2)}\n`)],
    },
    {
      path: join(folder, ADAPTER_FILES.weights),
      pieces: encodeSafetensors(peft.tensors, { metadata: { format: "pt" } }),
    },
  ];
  await replaceFiles(written);
  return written.map(({ path }) => path);
}
