import { type Static, Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { ForeignPart } from "../../graph/onnx/inline.js";
import type { Scope } from "../../graph/scope.js";
import { component } from "../../registry/component.js";
import type { Context } from "../../registry/context.js";
import { type PtxError, ptxError } from "../../registry/errors.js";
import { InputFile } from "../../registry/input-file.js";
import type { Encoded, Pieces, Wanted } from "./contracts.js";
import { type ForeignModel, foreignModel, integerWeights } from "./foreign-model.js";

const nameOf = (what: string, usual: string) =>
  Type.Union([Type.String(), Type.Null()], { default: null, description: `${what}; null: ${usual}.` });

const schema = Type.Object(
  {
    file: InputFile({ description: "ONNX file of an encoder; external data may stand beside it." }),
    ids: nameOf("Input that takes the ids of pieces", "the usual one, input_ids"),
    mask: nameOf("Input that takes 1 for a piece and 0 for padding", "the usual one, attention_mask"),
    segments: nameOf(
      "Input that takes 1 in the second of two texts",
      "the usual one, token_type_ids, if it is there",
    ),
    states: nameOf(
      "Value that holds the last layer's states, [batch, pieces, dim]",
      "last_hidden_state, or the only output of this form",
    ),
    hidden: Type.Array(Type.String(), {
      default: [],
      description:
        "Values that hold the states before the last layer's: those of the embeddings first, then each layer's. Any value of the file can be named.",
    }),
    attentions: Type.Array(Type.String(), {
      default: [],
      description: "Values that hold each layer's attention, [batch, heads, pieces, pieces].",
    }),
    pooled: nameOf(
      "Value that holds the model's own word for a row, [batch, dim]",
      "pooler_output, if it is there",
    ),
    freeze: Type.Boolean({
      default: false,
      description: "Keep its weights as they are. A file with integer weights can be used in no other way.",
    }),
  },
  {
    description:
      "An encoder made elsewhere, from an ONNX file: its nodes become part of the model, its weights parameters.",
  },
);
type Config = Static<typeof schema>;

/** What inputs are called, by what they take. */
const USUAL = {
  ids: ["input_ids", "input_word_ids", "ids", "tokens"],
  mask: ["attention_mask", "input_mask", "mask"],
  segments: ["token_type_ids", "segment_ids", "input_type_ids"],
} as const;

/** The values that are named and are perhaps no outputs of the file. */
function namedValues({ states, hidden, attentions, pooled }: Config): string[] {
  const named = [...hidden, ...attentions, states, pooled].filter((name) => name !== null);
  return [...new Set(named)].sort();
}

function modelOf(config: Config, context: Context): ForeignModel {
  return foreignModel({ file: config.file, values: namedValues(config) }, context);
}

function wrong(place: string, key: string, message: string, hint?: string): PtxError {
  return ptxError("PTX_CONFIG_VALUE", `${place}.OnnxEncoder.${key}`, message, hint);
}

/** The pieces by the names of the file's inputs. */
function inputsOf(
  config: Config,
  { graph }: ForeignModel,
  pieces: Pieces,
  place: string,
): Record<string, Tensor> {
  const names = graph.inputs.map(({ name }) => name);
  const given: Record<string, Tensor> = {};
  for (const what of ["ids", "mask", "segments"] as const) {
    const name = config[what] ?? USUAL[what].find((usual) => names.includes(usual));
    if (name !== undefined) given[name] = pieces[what];
    else if (what !== "segments")
      throw wrong(
        place,
        what,
        `the file has no input of a usual name  inputs: ${names.join(", ")}`,
        `name it in ${what}`,
      );
  }
  return given;
}

/** The name of the output that holds the last layer's states. */
function statesName(config: Config, { graph }: ForeignModel, place: string): string {
  if (config.states !== null) return config.states;
  const fitting = [...graph.outputs].filter(
    ([name, { dtype, rank }]) => dtype === "float32" && rank === 3 && !config.hidden.includes(name),
  );
  const [first, ...more] = fitting.map(([name]) => name);
  if (graph.outputs.has("last_hidden_state")) return "last_hidden_state";
  if (first !== undefined && more.length === 0) return first;
  const outputs = [...graph.outputs].map(([name, tensor]) => `${name} ${tensor}`).join(", ");
  throw wrong(
    place,
    "states",
    `which output holds the states is not clear  outputs: ${outputs}`,
    "name it in states",
  );
}

/** A value that must be of floats with so many axes. */
function floatsOf(part: ForeignPart, key: string, name: string, rank: number): Tensor {
  const tensor = part.value(name);
  if (tensor.dtype === "float32" && tensor.rank === rank) return tensor;
  throw wrong(part.scope.path, key, `the value "${name}" is ${tensor}; float32 with ${rank} axes is needed`);
}

/** Throws `PTX_CONFIG_VALUE` where weights are to be trained that are integers. */
function requireTrainable(model: ForeignModel, name: string, place: string): void {
  const [first, ...more] = integerWeights(model, name);
  if (first === undefined) return;
  const all =
    more.length === 0 ? `the weight "${first}" is` : `the weight "${first}" and ${more.length} more are`;
  throw wrong(
    place,
    "freeze",
    `${all} of integers, which cannot be trained`,
    "set freeze to true, or give a file with floating-point weights",
  );
}

function pooledName({ pooled }: Config, { graph }: ForeignModel): string | null {
  return pooled ?? (graph.outputs.has("pooler_output") ? "pooler_output" : null);
}

function build(scope: Scope, config: Config, pieces: Pieces, wanted: Wanted): Encoded {
  const model = modelOf(config, scope.context);
  const part = new ForeignPart(scope, model, inputsOf(config, model, pieces, scope.path), config.freeze);
  const last = statesName(config, model, scope.path);
  if (!config.freeze) requireTrainable(model, last, scope.path);
  const pooled = pooledName(config, model);
  return {
    masked: null,
    states: [
      ...config.hidden.map((name) => floatsOf(part, "hidden", name, 3)),
      floatsOf(part, "states", last, 3),
    ],
    attentions: config.attentions.map((name) => floatsOf(part, "attentions", name, 4)),
    pooled: pooled === null || !wanted.pooled ? null : floatsOf(part, "pooled", pooled, 2),
  };
}

/** An encoder from an ONNX file. Parameters: named as in the file. Its graph is kept with the run. */
export const OnnxEncoder = component({
  kind: "encoder",
  name: "OnnxEncoder",
  schema,
  async prepare(config, context) {
    modelOf(config, context);
  },
  build,
});
