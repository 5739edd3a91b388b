/** @file One inference of the Open Inference Protocol, whichever way its tensors travelled. */
import { type ServeEmbedOptions, ServeError, type ServeResponse, type Serving } from "../contracts.js";
import type { Caller, Door } from "../front/door.js";
import { embedOptionsOf } from "../front/embed-options.js";
import { FrontError } from "../front/faults.js";
import { quoted } from "../front/quoted.js";
import {
  inputMetadata,
  type OipTensor,
  type OutputTensor,
  outputMetadata,
  outputsOf,
  rowsOf,
} from "./tensors.js";

/** A request's parameters, by name. */
export type OipParameters = Readonly<Record<string, unknown>>;

/** What is asked. */
export interface Inference {
  readonly model: string;
  readonly version: string | undefined;
  readonly parameters: OipParameters;
  /** The elements of each input are read when the model is known to be there. */
  readonly inputs: () => readonly OipTensor[];
  /** Names of outputs; none: all. */
  readonly outputs: readonly string[];
}

/** What is answered. */
export interface Inferred {
  readonly response: ServeResponse;
  readonly tensors: readonly OutputTensor[];
}

/** Asks a model. `ask` sends it on, as the transport wants it. Throws the errors of `Door.ask`, and `invalid`. */
export async function infer(door: Door, inference: Inference, caller: Caller): Promise<Inferred> {
  const { model, version, parameters } = inference;
  const { description } = door.serving.find(model, version);
  const inputs = rowsOf(inference.inputs(), description);
  const embed = embedOf(parameters, description.kind === "encoder");
  const deadline = deadlineOf(parameters, caller.deadline);
  const response = await door.ask(
    { model, version, inputs, embed },
    { ...caller, ...(deadline !== undefined && { deadline }) },
  );
  return { response, tensors: outputsOf(response, description, inference.outputs) };
}

/** Parameters that say how, not what: of transports, and Triton's time limit. */
const OF_TRANSPORT = ["binary_data_output", "timeout"];

function embedOf(parameters: OipParameters, encoder: boolean): ServeEmbedOptions | undefined {
  const own = Object.entries(parameters).filter(([name]) => !OF_TRANSPORT.includes(name));
  if (own.length === 0) return undefined;
  if (!encoder)
    throw new FrontError("invalid", `the model has no parameter ${quoted(own[0]![0])}`, {
      place: "parameters",
    });
  return embedOptionsOf(Object.fromEntries(own), "parameters");
}

/** Triton's parameter `timeout`, in microseconds, or the transport's own deadline, whichever is sooner. */
function deadlineOf({ timeout }: OipParameters, deadline: number | undefined): number | undefined {
  if (timeout === undefined) return deadline;
  const microseconds = Number(timeout);
  if (!(microseconds > 0))
    throw new FrontError("invalid", "expected a number of microseconds above 0", {
      place: "parameters.timeout",
    });
  return Math.min(performance.now() + microseconds / 1000, deadline ?? Number.POSITIVE_INFINITY);
}

/** Whether a version answers: the current one, if none is named. Throws `not_found`. */
export function versionReady(door: Door, model: string, version: string | undefined): boolean {
  try {
    const { state } = door.serving.find(model, version);
    return door.open && state === "ready";
  } catch (error) {
    if (error instanceof ServeError && error.fault === "unavailable") return false;
    throw error;
  }
}

/** What a model says of itself. Throws `not_found`, and `unavailable` where it is not loaded yet. */
export function modelMetadata(serving: Serving, model: string, version: string | undefined) {
  const found = serving.find(model, version);
  const versions = serving
    .models()
    .filter(({ name, state }) => name === found.name && state === "ready")
    .map((served) => served.version);
  return {
    ...{ name: found.name, versions, platform: "onnx_onnxv1" },
    inputs: inputMetadata(found.description),
    outputs: outputMetadata(found.description),
  };
}
