/** @file Where an encoder that gives vectors comes from: a folder of Hugging Face's, or a run. */
import { availableParallelism } from "node:os";
import { type Static, Type } from "typebox";
import type { ModelInput } from "../../components/contracts.js";
import { isPieceTensorizer, type Tensorizer } from "../../components/data/contracts.js";
import type { Encoded, EncoderLimits, Pieces, Wanted } from "../../components/encoders/contracts.js";
import { type BuiltEncoder, builtEncoders } from "../../components/encoders/encode.js";
import { weightsToken } from "../../components/encoders/transformer-encoder.js";
import type { Engine } from "../../engine/engine.js";
import { Graph, type Tensor } from "../../graph/graph.js";
import { ParameterStore } from "../../graph/parameters.js";
import { Scope } from "../../graph/scope.js";
import { Slot, type SlotValue } from "../../registry/component.js";
import { Context, type Log } from "../../registry/context.js";
import { ptxError, throwIfAny } from "../../registry/errors.js";
import type { Registry } from "../../registry/registry.js";
import { resolveValue } from "../../registry/resolve.js";
import type { PieceTokenizer } from "../../text/pieces/piece-tokenizer.js";
import { readPieceTokenizer } from "../../text/pieces/read-piece-tokenizer.js";
import { choosePart, inputsOf } from "../deployment.js";
import { openRun } from "../open-task.js";
import type { EmbeddingPooling } from "./options.js";
import { sentenceSettings } from "./sentence-settings.js";

/** How a model is opened. */
export interface OpenOptions {
  readonly registry: Registry;
  readonly log: Log;
  /** Which of a run's several tasks. */
  readonly task?: string;
  /** Default: as many as the machine has; of a run, as its config says. */
  readonly threads?: number;
  /** Whether threads wait busily between operators. Default: true. */
  readonly spinning?: boolean;
  /** Folder of a low-rank adapter in PEFT's form, for the encoder of a folder of Hugging Face's. */
  readonly adapter?: string;
}

/** An encoder with its tokenizer and parameters. */
export interface EncoderSource {
  /** Its file or folder, for messages. */
  readonly path: string;
  readonly columns: readonly string[];
  readonly tokenizer: PieceTokenizer;
  readonly context: Context;
  readonly parameters: ParameterStore;
  /** Undefined: any number of pieces, the last layer only. */
  readonly limits: EncoderLimits | undefined;
  /** What it does unless told otherwise. */
  readonly defaults: {
    readonly pooling: () => EmbeddingPooling | undefined;
    readonly normalize: boolean | undefined;
    readonly maxSeqLen: number | undefined;
  };
  build(scope: Scope, pieces: Pieces, wanted: Wanted): Encoded;
  /** A text's vector as the model itself was trained to give it, `[batch, dim]`. Absent: it was trained for something else. */
  readonly vector?: (scope: Scope, pieces: Pieces) => Tensor;
  /** Throws `PTX_MODEL_FILE` where parameters that were built have no values of the model's. */
  requireValues(): void;
  engine(): Promise<Engine>;
}

const slots = Type.Object(
  {
    encoder: Slot("encoder", { description: "What reads pieces." }),
    engine: Slot("engine", { default: "onnxruntime", description: "What runs graphs." }),
  },
  { additionalProperties: false, description: "A pretrained encoder." },
);

/** Opens a folder as Hugging Face's tools, or sentence-transformers, write it. */
export async function openPretrained(folder: string, options: OpenOptions): Promise<EncoderSource> {
  const settings = sentenceSettings(folder);
  const { registry, log, threads = availableParallelism(), spinning = true } = options;
  const adapter = options.adapter === undefined ? null : { LoRA: { pretrained: options.adapter } };
  const wanted = {
    encoder: { TransformerEncoder: { pretrained: settings.encoder, adapter } },
    engine: { onnxruntime: { allow_spinning: spinning } },
  };
  const { value, problems } = resolveValue(registry, slots, wanted, { source: folder, checkFiles: true });
  throwIfAny(problems);
  const { encoder, engine } = value as Static<typeof slots>;
  const context = new Context(registry, { log, settings: { seed: 0, threads } });
  const { component, config } = context.part("encoder", encoder);
  await component.prepare?.(config, context);
  return {
    path: folder,
    columns: ["text"],
    tokenizer: await readPieceTokenizer(settings.encoder),
    context,
    parameters: new ParameterStore(0),
    limits: component.limits?.(config),
    defaults: settings,
    build: (scope, pieces, what) => component.build(scope, config, pieces, what),
    requireValues() {
      const weights = context.find(weightsToken(settings.encoder));
      if (weights === undefined || weights.missing.length === 0) return;
      const what = `the file lacks what this needs: ${weights.missing.join(", ")}`;
      throw ptxError("PTX_MODEL_FILE", weights.file, what);
    },
    engine: () => {
      const part = context.part("engine", engine as SlotValue<"engine">);
      return part.component.create(part.config, context);
    },
  };
}

/** Opens a run whose model has an encoder. Throws `PTX_RUN` where it has none, or several. */
export async function openRunEncoder(path: string, options: OpenOptions): Promise<EncoderSource> {
  const { registry, log, task, threads, spinning = true } = options;
  const open = await openRun(
    path,
    registry,
    log,
    task,
    threads === undefined ? undefined : { threads, spinning },
  );
  const part = choosePart(open.task, task);
  const found: BuiltEncoder[] = [];
  part.context.provide(builtEncoders, found);
  const build = (scope: Scope, made: Map<Tensorizer, ModelInput> = new Map()) =>
    part.build(scope, { form: "ids", targets: false }, made).outputs.embedding;
  const embedding = build(Scope.root(new Graph(), "infer", open.parameters, open.context));
  const tensorizers = inputsOf(part)
    .map(([, one]) => one)
    .filter(isPieceTensorizer);
  const [encoder, ...others] = found;
  const [tensorizer] = tensorizers;
  if (encoder === undefined || tensorizer === undefined || others.length > 0 || tensorizers.length > 1) {
    const count = found.length === 0 ? "no encoder" : "several encoders";
    throw ptxError("PTX_RUN", path, `the run's model has ${count}`, "embed needs a model with one");
  }
  const { component, config } = part.context.part("encoder", encoder.slot);
  return {
    path,
    columns: tensorizer.columns,
    tokenizer: tensorizer.tokenizer,
    context: part.context,
    parameters: open.parameters,
    limits: component.limits?.(config),
    defaults: {
      pooling: () => undefined,
      normalize: undefined,
      maxSeqLen: tensorizer.most ?? undefined,
    },
    build: (scope, pieces, wanted) => component.build(scope.child(encoder.place), config, pieces, wanted),
    ...(embedding !== undefined && {
      vector: (scope, { ids, mask, segments }) =>
        build(scope, new Map([[tensorizer, { tensorizer, tensors: { ids, mask, segments } }]]))!,
    }),
    requireValues() {}, // the store is sealed: it makes no values
    engine: () => open.engine(),
  };
}
