import { type Static, Type } from "typebox";
import { sizeOf } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import {
  add,
  and,
  cast,
  equal,
  greaterOrEqual,
  maximum,
  mul,
  not,
  sub,
  where,
} from "../../graph/ops/elementwise.js";
import { gather, gatherElements, scatterAdd, topK } from "../../graph/ops/lookup.js";
import { rowsOf } from "../../graph/ops/matrix.js";
import { argMax, reduceSum, softmax } from "../../graph/ops/reduction.js";
import { dimsTensor, range, reshape, slice, squeeze, unsqueeze } from "../../graph/ops/shaping.js";
import type { Scope } from "../../graph/scope.js";
import { component, Slot } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import type { ModelInput, ModelInputs, Predicted } from "../contracts.js";
import { maskedTokensOf } from "../data/tensorizers/masked-token-tensorizer.js";
import type { MaskedPieces } from "../encoders/contracts.js";
import { encode, piecesOf } from "../encoders/encode.js";
import { logitsOf, softmaxSurprisal } from "../language/softmax-surprisal.js";

const schema = Type.Object(
  {
    inputs: Type.Object(
      {
        tokens: Slot("tensorizer", {
          default: "MaskedTokenTensorizer",
          description: "The text's pieces, and which of them are hidden.",
        }),
      },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    encoder: Slot("encoder", { default: "TransformerEncoder", description: "Pieces to states." }),
  },
  {
    description:
      "Tells the hidden pieces of a text (BERT's masked language model): encoder -> its head for masked pieces -> softmax over its own table of pieces, for the hidden places only.",
  },
);
type Config = Static<typeof schema>;

/** How many pieces are named for a place. */
export const CANDIDATES = 5;

/** The places to be told, `[batch, masked]` each. */
interface Masked {
  /** int32; 0 where a row has no more places. */
  readonly places: Tensor;
  /** The pieces that stood there. */
  readonly right: Tensor;
  /** bool: whether there is a place. */
  readonly there: Tensor;
  /** bool: whether it is known what stood there: not where the text itself spells the mask. */
  readonly known: Tensor;
  /** int32 `[batch, pieces]`: the text with the places masked. */
  readonly ids: Tensor;
}

/** The masking of the row itself in inference, one that is drawn in training. */
function masked(scope: Scope, { tensorizer, tensors }: ModelInput): Masked {
  const tokens = maskedTokensOf(tensorizer, "MaskedLanguageModel");
  const { ids, masking: fixed } = tensors as { readonly ids: Tensor; readonly masking: Tensor };
  const masking =
    scope.mode === "infer"
      ? fixed
      : scope.draw("masking", fixed.shape, (random, into, batch) => tokens.drawMaskings(random, into, batch));
  const [drawn, replacements] = [0, 1].map((at) => squeeze(slice(masking, 1, at, at + 1), [1])) as [
    Tensor,
    Tensor,
  ];
  const places = maximum(drawn, 0);
  const there = greaterOrEqual(drawn, 0);
  const right = gatherElements(ids, places, 1);
  const known = and(there, not(equal(right, tokens.rule.mask)));
  const changes = where(there, sub(replacements, right), 0);
  return { places, right, there, known, ids: scatterAdd(ids, places, changes, 1) };
}

/** The states at the places, `[batch * masked, dim]`. `states [batch, pieces, dim]`. */
function statesAt(states: Tensor, places: Tensor): Tensor {
  const { graph } = states;
  const first = mul(range(graph, states.dim(0)), dimsTensor(graph, [states.dim(1)]));
  const rows = add(unsqueeze(first, [1]), cast(places, "int64"));
  return gather(rowsOf(states), reshape(rows, [sizeOf(rows.shape)]));
}

function requireHead(head: MaskedPieces | null): MaskedPieces {
  if (head !== null) return head;
  throw ptxError(
    "PTX_CONFIG_VALUE",
    "model.MaskedLanguageModel.encoder",
    "this encoder has no head that tells masked pieces",
    "use TransformerEncoder",
  );
}

/**
 * Hidden pieces. With targets: `surprisal [batch, masked]` in nats, -1 where there is nothing to tell, and outside of
 * training `hits` (int32, 1 where the likeliest piece is right). Without: `candidates` (ids) and `candidate_scores`, both
 * `[batch, masked, 5]`, the likeliest first; -1 and 0 where there is no place.
 */
export const MaskedLanguageModel = component({
  kind: "masked_language_model",
  name: "MaskedLanguageModel",
  schema,
  inputs: ({ inputs }) => inputs,
  async prepare({ encoder }, context) {
    const { component: part, config } = context.part("encoder", encoder);
    await part.prepare?.(config, context);
  },
  build(scope, config, inputs): Predicted {
    const hidden = masked(scope, inputs.need("tokens", "MaskedLanguageModel"));
    const { states, classes } = headOf(scope, config, inputs, hidden);
    const { places, right, there, known } = hidden;
    if (inputs.find("labels") === undefined) {
      const { values, ids } = topK(softmax(logitsOf(states, classes)), CANDIDATES);
      const shape = [...places.shape, ids.dim(1)];
      const has = unsqueeze(there, [2]);
      return {
        loss: null,
        outputs: {
          candidates: where(has, reshape(cast(ids, "int32"), shape), -1),
          candidate_scores: where(has, reshape(values, shape), 0),
        },
      };
    }
    const targets = reshape(right, [sizeOf(right.shape)]);
    const each = reshape(softmaxSurprisal(scope.mode, states, targets, classes), places.shape);
    const loss = {
      sum: reduceSum(where(known, each, 0), []),
      count: reduceSum(cast(known, "float32"), []),
    };
    const surprisal = where(known, each, -1);
    if (scope.mode === "train") return { loss, outputs: { surprisal } };
    const likeliest = reshape(argMax(logitsOf(states, classes), 1), places.shape);
    const hits = cast(and(known, equal(likeliest, cast(right, "int64"))), "int32");
    return { loss, outputs: { surprisal, hits } };
  },
});

function headOf(
  scope: Scope,
  { encoder }: Config,
  inputs: ModelInputs,
  { ids, places }: Masked,
): MaskedPieces {
  const pieces = { ...piecesOf(inputs, "tokens", "MaskedLanguageModel"), ids };
  const wanted = { pooled: false, masked: (states: Tensor) => statesAt(states, places) };
  return requireHead(encode(scope, encoder, pieces, wanted).masked);
}
