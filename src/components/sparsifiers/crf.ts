/** @file Sparse transitions of a CRF. */
import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import type { ParameterEntry } from "../optimizers/contracts.js";
import type { SparsifierInfo } from "./contracts.js";
import { keptOf, kthMagnitude } from "./magnitude.js";
import { actingEpochs, acts, projection, sparsityOption, stepwiseOptions } from "./stepwise.js";

/** The trained matrices of transitions between tags. Throws `PTX_CONFIG_VALUE` where there are none. */
function transitions({ parameters }: SparsifierInfo, name: string): ParameterEntry[] {
  const found = parameters.filter((one) => one.trainable && one.name.endsWith(".transitions"));
  if (found.length > 0) return found;
  throw ptxError(
    "PTX_CONFIG_VALUE",
    `trainer.sparsifier.${name}`,
    "the model has no transitions that are trained: this sparsifier is for a CRF",
    "give the model a CRFOutputLayer, or take L0ProjectionSparsifier",
  );
}

/**
 * Proximal gradient descent on the loss plus `lambda_l1` times the L1 norm of the transitions: after an update each moves
 * towards zero by the learning rate times `lambda_l1`, and stops there.
 */
export const CRFL1SoftThresholding = component({
  kind: "sparsifier",
  name: "CRFL1SoftThresholding",
  schema: Type.Object(
    {
      lambda_l1: Type.Number({
        exclusiveMinimum: 0,
        default: 0.001,
        description: "How much the L1 norm of the transitions counts beside the loss.",
      }),
      starting_epoch: stepwiseOptions(1).starting_epoch,
      frequency: Type.Integer({
        minimum: 1,
        default: 1,
        description: "How many updates pass from one move towards zero to the next.",
      }),
    },
    { description: "Transitions of a CRF move towards zero and stay there, by an L1 penalty." },
  ),
  create(config, info) {
    const name = "CRFL1SoftThresholding";
    const parameters = transitions(info, name);
    return {
      parameters,
      rises: actingEpochs(config, info, `trainer.sparsifier.${name}`).slice(0, 1),
      beforeEpoch: async () => {},
      afterStep({ step, epoch, lr }) {
        if (!acts(config, step, epoch)) return;
        const by = config.lambda_l1 * lr;
        for (const { data } of parameters)
          for (let i = 0; i < data.length; i++) {
            const left = Math.abs(data[i]!) - by;
            data[i] = left > 0 ? Math.sign(data[i]!) * left : 0;
          }
      },
      state: () => ({ arrays: {}, numbers: {} }),
      load: () => {},
    };
  },
});

/** Of each row, or column, of the transitions those of the largest magnitude stay. */
export const CRFMagnitudeThresholding = component({
  kind: "sparsifier",
  name: "CRFMagnitudeThresholding",
  schema: Type.Object(
    {
      sparsity: sparsityOption,
      ...stepwiseOptions(1),
      grouping: Type.Union([Type.Literal("row"), Type.Literal("column")], {
        default: "row",
        description:
          "Whether each tag keeps some tags that may follow it (row), or that may precede it (column).",
      }),
    },
    { description: "Transitions of a CRF become zero, in each row or column those of the least magnitude." },
  ),
  create(config, info) {
    const name = "CRFMagnitudeThresholding";
    const parameters = transitions(info, name);
    const kept = (tags: number): number => keptOf(tags, config.sparsity);
    return projection(name, config, parameters, info, () =>
      parameters.map(({ shape, data }) => {
        const tags = shape[0]!;
        const lineOf = (at: number): number =>
          config.grouping === "row" ? Math.floor(at / tags) : at % tags;
        const lines = Array.from({ length: tags }, (_, line) =>
          kthMagnitude([data.filter((_, at) => lineOf(at) === line)], [undefined], kept(tags)),
        );
        return data.map((value, at) => (Math.abs(value) >= lines[lineOf(at)]! ? 1 : 0));
      }),
    );
  },
});
