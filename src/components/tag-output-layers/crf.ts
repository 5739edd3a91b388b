import { Type } from "typebox";
import { maximum, minimum, where } from "../../graph/ops/elementwise.js";
import { gatherElements } from "../../graph/ops/lookup.js";
import { squeeze, transpose, unsqueeze } from "../../graph/ops/shaping.js";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { type Chain, chainOf, crfWeights } from "../crf/chain.js";
import { constraintsOf } from "../crf/constraints.js";
import { type ForwardPass, forwardPass, marginals } from "../crf/forward-backward.js";
import { negativeLogLikelihood } from "../crf/loss.js";
import { viterbi } from "../crf/viterbi.js";
import { rowTotal } from "../losses/totals.js";
import { logOf } from "../output-layers/inverse.js";
import { NO_TAG, type TagsPredicted } from "./contracts.js";

const schema = Type.Object(
  {
    constraints: Type.Union(
      [Type.Literal("auto"), Type.Literal("none"), Type.Literal("bio"), Type.Literal("bioes")],
      {
        default: "auto",
        description:
          'Which tag sequences there are, in training and in prediction: "bio" or "bioes" = those that are valid in the scheme (no I-x without the B-x before it, and so on); "auto" = by whichever of the two all label names follow, else all; "none" = all.',
      },
    ),
  },
  {
    description:
      "A linear-chain conditional random field: one probability for a text's whole tag sequence, with learned scores for tags that follow one another. Predicts the most likely sequence (Viterbi).",
  },
);

/**
 * Logits are scores that transitions are added to. The loss counts rows. Parameters: `transitions [labels, labels]`,
 * `start [labels]`, `end [labels]`. A tag's score is its probability over all sequences. In training nothing is decoded.
 */
export const CRFOutputLayer = component({
  kind: "tag_output_layer",
  name: "CRFOutputLayer",
  schema,
  build(scope, { constraints }, { logits, mask, target, labels, soft }) {
    if (soft !== undefined)
      throw ptxError(
        "PTX_CONFIG_VALUE",
        scope.path,
        "the target has a teacher's logits of each token, but CRFOutputLayer learns whole sequences",
        "use WordTaggingOutputLayer with distillation, or SlotLabelTensorizer for the target",
      );
    const allowed = constraintsOf(labels, constraints, `${scope.path}.CRFOutputLayer.constraints`);
    const chain = chainOf(logits, mask, crfWeights(scope, labels.length), allowed);
    const forward = forwardPass(chain);
    const loss = target === undefined ? null : rowTotal(negativeLogLikelihood(chain, forward, target), null);
    return { loss, ...(scope.mode === "train" ? undecoded : decode(chain, forward)) };
  },
  logitsOf: (_config, probabilities) => logOf(probabilities),
});

/** The smallest score: a tag that was chosen is possible, whatever rounding makes of its probability. */
const LEAST = 1e-30;

type Decoded = Omit<TagsPredicted, "loss">;

const undecoded: Decoded = { tags: null, scores: null, probabilities: null };

function decode(chain: Chain, forward: ForwardPass): Decoded {
  const path = viterbi(chain);
  const somewhere = unsqueeze(where(chain.mask, path, 0), [2]);
  const all = marginals(chain, forward);
  const chosen = squeeze(gatherElements(all, somewhere, 2), [2]);
  const scores = where(chain.mask, maximum(minimum(chosen, 1), LEAST), 0);
  return {
    tags: transpose(where(chain.mask, path, NO_TAG), [1, 0]),
    scores: transpose(scores, [1, 0]),
    probabilities: transpose(all, [1, 0, 2]),
  };
}
