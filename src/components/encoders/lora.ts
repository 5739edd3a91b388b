import { type Static, type TSchema, Type } from "typebox";
import { type CheckProblem, component } from "../../registry/component.js";
import type { Token } from "../../registry/context.js";
import { throwIfAny } from "../../registry/errors.js";
import { InputFile } from "../../registry/input-file.js";
import { PATTERN_SYNTAX, parameterMatcher } from "../optimizers/parameter-match.js";
import "./adapter-contract.js";
import { PeftAdapter } from "./hugging-face/read-adapter.js";

const open = <S extends TSchema>(type: S, description: string) =>
  Type.Union([type, Type.Null()], { default: null, description });

const schema = Type.Object(
  {
    pretrained: InputFile({
      kind: "folder",
      default: null,
      description:
        "Folder of an adapter as PEFT writes it (adapter_config.json, adapter_model.safetensors), and `pytext-ts export --adapter`. Gives the matrices, rank, alpha, dropout and the first values; null: A is random and B zero.",
    }),
    match: open(
      Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
      `Which matrices of linear layers are adapted, by their paths below the encoder: attention.in_proj, attention.out_proj, linear1 and linear2 of each layer; null: those of the pretrained adapter, else **.attention.in_proj. ${PATTERN_SYNTAX}`,
    ),
    rank: open(
      Type.Integer({ minimum: 1 }),
      "Columns of A and rows of B; null: what the pretrained adapter has, else 8.",
    ),
    alpha: open(
      Type.Number({ exclusiveMinimum: 0 }),
      "The product of A and B is multiplied by alpha / rank; null: what the pretrained adapter has, else 16.",
    ),
    dropout: open(
      Type.Number({ minimum: 0, exclusiveMaximum: 1 }),
      "Probability that an element of what A is multiplied with is zeroed in training; null: what the pretrained adapter has, else 0.",
    ),
  },
  {
    description:
      "Low-rank adapters (Hu et al., 2021): each matrix W works as W + alpha / rank A B. W stays; A and B are trained.",
  },
);
/** The resolved config of an adapter. */
export type LoRAConfig = Static<typeof schema>;

/** What an adapter is by its own config, where no folder says it. */
const STANDARD = { match: ["**.attention.in_proj"], rank: 8, alpha: 16, dropout: 0 };

/** The settings of an adapter, all of them. */
export type LoRASettings = { readonly [K in keyof typeof STANDARD]: NonNullable<LoRAConfig[K]> };

/** A config's own settings, and the standard ones. */
export function loraSettings(config: Omit<LoRAConfig, "pretrained">): LoRASettings {
  const { match, rank, alpha, dropout } = config;
  return {
    match: match ?? STANDARD.match,
    rank: rank ?? STANDARD.rank,
    alpha: alpha ?? STANDARD.alpha,
    dropout: dropout ?? STANDARD.dropout,
  };
}

/** Under which an adapter stands once its folder is read. */
const adapterToken = (folder: string): Token<PeftAdapter> => `pretrained adapter:${folder}`;

/** LoRA. Beside each adapted `weight [in, out]` stand `lora_A [in, rank]` and `lora_B [rank, out]`; B starts with zeros, or both as a folder says. */
export const LoRA = component({
  kind: "adapter",
  name: "LoRA",
  schema,
  complete(config) {
    if (config.pretrained === null) return { config, problems: [] };
    const { matrices, rank, options } = new PeftAdapter(config.pretrained);
    const own = { match: matrices, rank, alpha: options.scale * rank };
    const problems = Object.entries(own).flatMap(([key, value]): CheckProblem[] => {
      const given = config[key as keyof typeof own];
      if (given === null || JSON.stringify(given) === JSON.stringify(value)) return [];
      const message = `${JSON.stringify(given)}, but the pretrained adapter has ${JSON.stringify(value)}: leave ${key} out`;
      return [{ path: key, message }];
    });
    return { config: { ...config, ...own, dropout: config.dropout ?? options.dropout }, problems };
  },
  async prepare({ pretrained }, context) {
    if (pretrained !== null) context.shared(adapterToken(pretrained), () => new PeftAdapter(pretrained));
  },
  build(scope, config, model) {
    const { match, rank, alpha, dropout } = loraSettings(config);
    const from = config.pretrained === null ? undefined : scope.context.find(adapterToken(config.pretrained));
    const where = `${scope.path}  adapter.LoRA.match`;
    const patterns = match.map((pattern) => ({
      pattern,
      test: parameterMatcher(pattern, where),
      used: false,
    }));
    const matrices = new Set<string>();
    const built = model(
      scope.adapted((path) => {
        const matrix = path.replace(/\.weight$/, "");
        matrices.add(matrix);
        const matching = patterns.filter(({ test }) => test(path));
        for (const one of matching) one.used = true;
        if (matching.length === 0) return undefined;
        const first = from && ((inputs: number, outputs: number) => from.factors(matrix, inputs, outputs));
        return { rank, scale: alpha / rank, dropout, ...(first && { first }) };
      }),
    );
    from?.report(scope.context.log);
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
