import { teachings } from "../tasks/teacher-logits.js";
import { type PredictCommand, predictLines } from "./predict.js";

/** Options of `pytext-ts get-logits`. */
export type GetLogitsCommand = Omit<PredictCommand, "offsetUnit">;

/** `pytext-ts get-logits RUN|MODEL.onnx`: each row with a teacher's logits and its label or tags. */
export async function getLogitsCommand(model: string, options: GetLogitsCommand): Promise<void> {
  await predictLines(
    model,
    [],
    options,
    (row, prediction) => ({ ...row.values, ...teachings(prediction) }),
    true,
  );
}
