import { logitsOf } from "../tasks/teacher-logits.js";
import { type PredictCommand, predictLines } from "./predict.js";

/** Options of `pytext-ts get-logits`. */
export type GetLogitsCommand = Omit<PredictCommand, "offsetUnit">;

/** `pytext-ts get-logits RUN|MODEL.onnx`: each row with a teacher's `logits` and its label, `teacher_label`. */
export async function getLogitsCommand(model: string, options: GetLogitsCommand): Promise<void> {
  await predictLines(model, [], options, (row, prediction) => ({
    ...row.values,
    teacher_label: prediction.label,
    logits: logitsOf(prediction),
  }));
}
