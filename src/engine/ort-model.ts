/** @file Model files run as they are, the way any ONNX Runtime would run them. */
import { dirname } from "node:path";
import type { InferenceSession } from "onnxruntime-node";
import type { HostTensor } from "../graph/dtype.js";
import type { RunnableModel } from "../graph/onnx/runnable.js";
import type { Values } from "./engine.js";
import { loadRuntime } from "./onnxruntime.js";
import { engineError } from "./ort-errors.js";
import { unwrap, Wrappers } from "./ort-values.js";

/** An ONNX file in a session of its own. */
export class OnnxModelFile {
  private constructor(
    readonly path: string,
    readonly session: InferenceSession,
    readonly wrappers: Wrappers,
  ) {}

  /**
   * Opens a file, with external data beside it: the very bytes that were checked. Throws `PTX_ENGINE` for what the run time
   * refuses.
   * @param spinning whether threads wait busily between operators
   */
  static async open(
    { path, bytes }: RunnableModel,
    threads: number,
    spinning = true,
  ): Promise<OnnxModelFile> {
    const runtime = await loadRuntime();
    try {
      const session = await runtime.InferenceSession.create(bytes, {
        extra: {
          "session.model_external_initializers_file_folder_path": dirname(path),
          "session.intra_op.allow_spinning": spinning ? "1" : "0",
        },
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 4,
      });
      return new OnnxModelFile(path, session, new Wrappers(runtime.Tensor));
    } catch (error) {
      throw engineError(`${path} cannot be opened`, error);
    }
  }

  get inputs(): readonly string[] {
    return this.session.inputNames;
  }

  /** The sizes of an input's axes; null where the file leaves them open. */
  sizesOf(input: string): readonly (number | null)[] {
    const found = this.session.inputMetadata.find(({ name }) => name === input);
    if (found?.isTensor !== true) return [];
    return found.shape.map((size) => (typeof size === "number" && size >= 0 ? size : null));
  }

  get outputs(): readonly string[] {
    return this.session.outputNames;
  }

  /** All outputs for these inputs. */
  async run(feeds: Values): Promise<Record<string, HostTensor>> {
    const wrapped = Object.fromEntries(
      Object.entries(feeds).map(([name, value]) => [name, this.wrappers.wrap(value)]),
    );
    try {
      const results = await this.session.run(wrapped);
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, unwrap(tensor)]));
    } catch (error) {
      throw engineError(`${this.path} failed`, error);
    }
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}
