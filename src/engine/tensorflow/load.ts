/** @file Loading TensorFlow.js on demand: it is an optional peer, so that nobody installs it who does not want it. */
import { createRequire } from "node:module";
import { ptxError } from "../../registry/errors.js";

/** The TensorFlow.js library. */
export type TensorFlow = typeof import("@tensorflow/tfjs");

/** What computes: the native library of `@tensorflow/tfjs-node`, or plain JavaScript of `@tensorflow/tfjs`. */
export type Backend = "native" | "cpu";

const packages: { readonly [B in Backend]: string } = {
  native: "@tensorflow/tfjs-node",
  cpu: "@tensorflow/tfjs",
};

const names: { readonly [B in Backend]: string } = { native: "tensorflow", cpu: "cpu" };

type Load = (name: string) => unknown;

/**
 * Loads TensorFlow.js with the wanted back end; `auto` takes the native one when it is installed.
 * Throws `PTX_ENGINE` saying what to install when nothing is there, and what failed when a package does not load.
 */
export async function loadTensorFlow(
  wanted: Backend | "auto",
  load: Load = createRequire(import.meta.url),
): Promise<{ readonly tf: TensorFlow; readonly backend: Backend }> {
  const candidates: readonly Backend[] = wanted === "auto" ? ["native", "cpu"] : [wanted];
  for (const backend of candidates) {
    const tf = tryLoad(packages[backend], load);
    if (tf === undefined) continue;
    // Silences the advertisement that the library prints on its first operation under Node.
    tf.enableProdMode();
    if (!(await tf.setBackend(names[backend]))) {
      throw ptxError(
        "PTX_ENGINE",
        "engine.tensorflow",
        `${packages[backend]} has no back end "${names[backend]}"`,
      );
    }
    await tf.ready();
    return { tf, backend };
  }
  const missing = candidates.map((backend) => packages[backend]);
  const said = missing.length === 1 ? `${missing} is not` : `neither ${missing.join(" nor ")} is`;
  const install = missing.map((name) => `npm install ${name}@4`).join("  or, slower but nothing native: ");
  throw ptxError("PTX_ENGINE", "engine.tensorflow", `${said} installed`, install);
}

function tryLoad(name: string, load: Load): TensorFlow | undefined {
  try {
    return load(name) as TensorFlow;
  } catch (error) {
    if (isNotFound(error, name)) return undefined;
    const reason = error instanceof Error ? error.message : String(error);
    throw ptxError(
      "PTX_ENGINE",
      "engine.tensorflow",
      `${name} is installed but does not load: ${reason}`,
      `npm rebuild ${name}`,
    );
  }
}

function isNotFound(error: unknown, name: string): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return error.code === "MODULE_NOT_FOUND" && error.message.includes(`'${name}'`);
}
