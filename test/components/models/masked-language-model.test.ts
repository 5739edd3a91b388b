/** @file The masked language model's loss against its formula, and its gradients against finite differences. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ModelInputs } from "../../../src/components/contracts.js";
import { dataComponents } from "../../../src/components/data/index.js";
import type { MaskedTokens } from "../../../src/components/data/tensorizers/masked-token-tensorizer.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Scope } from "../../../src/graph/scope.js";
import { stream } from "../../../src/registry/random.js";
import { engine, engineNames } from "../../graph/engines.js";
import { workplace } from "../../support/toy.js";
import { built, gradientError, ints, slot, testContext, withGradients } from "./harness.js";

const vocabulary = join(workplace(), "vocab.txt");
writeFileSync(vocabulary, "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\nd\n");
const context = testContext(...dataComponents);

async function model(targets: boolean) {
  const encoder = {
    ...{ hidden_size: 6, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 5 },
    ...{ max_position_embeddings: 8, hidden_act: "tanh", layer_norm_eps: 0.1 },
    ...{ hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 },
  };
  const tokens = { MaskedTokenTensorizer: { vocab_file: vocabulary, max_seq_len: 8 } };
  const raw = { MaskedLanguageModel: { inputs: { tokens }, encoder: { TransformerEncoder: encoder } } };
  const { component: part, config } = context.part(
    "masked_language_model",
    slot("masked_language_model", raw, context),
  );
  const input = context.part("tensorizer", part.inputs(config).tokens!);
  const tensorizer = input.component.create(input.config, context, "tokens") as MaskedTokens;
  await tensorizer.finish();
  const build = (scope: Scope) => {
    const tensors = tensorizer.build(scope, "ids");
    const own = ["tokens", ...(targets ? ["labels"] : [])].map(
      (name) => [name, { tensorizer, tensors }] as const,
    );
    return part.build(scope.child("model"), config, new ModelInputs(new Map(own)), {});
  };
  return { build, tensorizer };
}

const ids = [2, 5, 6, 7, 8, 3, 2, 8, 4, 3, 0, 0];
const feeds = {
  tokens: ints([2, 6], ids),
  // Two places in the first row; in the second one, and one where the text spells the mask.
  tokens_masking: ints([2, 2, 2], [1, 3, 4, 6, 1, 2, 8, 4]),
};

/** Values that tell where a wrong gradient comes from, unlike first values, many of which are equal. */
function spread(store: ParameterStore): void {
  let at = 1;
  for (const { data } of store) for (let i = 0; i < data.length; i++) data[i]! += Math.sin(at++) / 3;
}

describe.each(engineNames)("MaskedLanguageModel on %s", (name) => {
  it("has the gradients that finite differences give, in training", async () => {
    const { build } = await model(true);
    const store = new ParameterStore(3);
    const graph = withGradients((scope) => build(scope).loss!.sum);
    const target = await built(await engine(name), "train", store, graph, context);
    spread(store);
    const masking = { "model.masking": feeds.tokens_masking };
    expect(await gradientError(target, store, { ...feeds, ...masking })).toBeLessThan(2e-3);
  });

  it("counts the places whose piece is known, with the surprisal that its candidates' scores tell", async () => {
    const store = new ParameterStore(3);
    const [told, asked] = [await model(true), await model(false)];
    const run = await engine(name);
    const withTargets = await built(
      run,
      "infer",
      store,
      (scope) => {
        const { loss, outputs } = told.build(scope);
        return { ...loss!, ...outputs };
      },
      context,
    );
    const without = await built(run, "infer", store, (scope) => asked.build(scope).outputs, context);
    spread(store);
    const { sum, count, surprisal, hits } = await withTargets.run(feeds);
    const { candidates, candidate_scores } = await without.run(feeds);
    expect(count!.data).toEqual([3]);
    expect(surprisal!.data[3]).toBe(-1);
    const known = surprisal!.data.slice(0, 3);
    expect(sum!.data[0]).toBeCloseTo(
      known.reduce((a, b) => a + b),
      4,
    );
    const right = [5, 7, 8];
    for (const [i, id] of right.entries()) {
      const five = candidates!.data.slice(5 * i, 5 * i + 5);
      expect(hits!.data[i]).toBe(five[0] === id ? 1 : 0);
      const at = five.indexOf(id);
      if (at >= 0) expect(-Math.log(candidate_scores!.data[5 * i + at]!)).toBeCloseTo(known[i]!, 4);
    }
  });
});

it("draws a masking for each row of a batch among its own pieces, and none at padding", async () => {
  const { tensorizer } = await model(true);
  for (let seed = 0; seed < 50; seed++) {
    const into = new Int32Array(2 * 2 * 3);
    tensorizer.drawMaskings(stream(seed, "test"), into, feeds);
    const [first, , second] = [0, 1, 2, 3].map((i) => [...into.slice(3 * i, 3 * i + 3)]);
    expect(first!.filter((place) => place >= 0)).toHaveLength(1); // 15 % of 4 pieces, rounded
    expect([1, 2, 3, 4]).toContain(first![0]);
    expect(second).toEqual([1, -1, -1]); // the only ordinary piece
  }
});
