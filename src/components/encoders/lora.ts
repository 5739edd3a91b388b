import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { throwIfAny } from "../../registry/errors.js";
import { PATTERN_SYNTAX, parameterMatcher } from "../optimizers/parameter-match.js";
import "./adapter-contract.js";

const schema = Type.Object(
  {
    match: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      default: ["**.attention.in_proj"],
      description: `Which matrices of linear layers are adapted, by their paths below the encoder: attention.in_proj, attention.out_proj, linear1 and linear2 of each layer. ${PATTERN_SYNTAX}`,
    }),
    rank: Type.Integer({ minimum: 1, default: 8, description: "Columns of A and rows of B." }),
    alpha: Type.Number({
      exclusiveMinimum: 0,
      default: 16,
      description: "The product of A and B is multiplied by alpha / rank.",
    }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: "Probability that an element of what A is multiplied with is zeroed in training.",
    }),
  },
  {
    description:
      "Low-rank adapters (Hu et al., 2021): each matrix W works as W + alpha / rank A B. W stays; A and B are trained.",
  },
);

/** LoRA. Beside each adapted `weight [in, out]` stand `lora_A [in, rank]` and `lora_B [rank, out]`; B starts with zeros. */
export const LoRA = component({
  kind: "adapter",
  name: "LoRA",
  schema,
  build(scope, { match, rank, alpha, dropout }, model) {
    const where = `${scope.path}  adapter.LoRA.match`;
    const patterns = match.map((pattern) => ({
      pattern,
      test: parameterMatcher(pattern, where),
      used: false,
    }));
    const matrices = new Set<string>();
    const built = model(
      scope.adapted((path) => {
        matrices.add(path.replace(/\.weight$/, ""));
        const matching = patterns.filter(({ test }) => test(path));
        for (const one of matching) one.used = true;
        return matching.length > 0 ? { rank, scale: alpha / rank, dropout } : undefined;
      }),
    );
    throwIfAny(
      patterns
        .filter(({ used }) => !used)
        .map(({ pattern }) => ({
          code: "PTX_CONFIG_VALUE",
          where,
          message: `no matrix of a linear layer matches "${pattern}"  matrices: ${[...matrices].join(", ")}`,
        })),
    );
    return built;
  },
});
