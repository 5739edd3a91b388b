/** @file What ONNX Runtime makes of a file before it runs it, written to another file. */
import { loadRuntime } from "./onnxruntime.js";
import { engineError } from "./ort-errors.js";

/**
 * Writes the graph as ONNX Runtime runs it on this machine (`onnx`), or in its own format for small builds, free of
 * rewrites that only this machine's processor wants (`ort`). Throws `PTX_ENGINE`.
 */
export async function writeOptimized(model: string, target: string, format: "onnx" | "ort"): Promise<void> {
  const runtime = await loadRuntime();
  try {
    const session = await runtime.InferenceSession.create(model, {
      optimizedModelFilePath: target,
      graphOptimizationLevel: format === "ort" ? "extended" : "all",
      logSeverityLevel: 4,
      extra: { "session.save_model_format": format.toUpperCase() },
    });
    await session.release();
  } catch (error) {
    throw engineError(`${model} cannot be opened`, error);
  }
}
