/** @file A trained run and its exported file, for what times predictions. */
import { join } from "node:path";
import { defaultRegistry, exportOnnx, silentLog, train } from "pytext-ts";

/** Where they lie. */
export interface TrainedModel {
  readonly run: string;
  readonly file: string;
}

/** Trains a config into a folder and exports it. */
export async function trainAndExport(folder: string, config: object): Promise<TrainedModel> {
  const [run, file] = [join(folder, "run"), join(folder, "model.onnx")];
  await train(config, { output: run });
  await exportOnnx(run, file, { registry: defaultRegistry(), log: silentLog });
  return { run, file };
}
