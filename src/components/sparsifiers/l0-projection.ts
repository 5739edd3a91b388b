import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { keptOf, kthMagnitude, leftBy, maskFrom } from "./magnitude.js";
import { chosenParameters, PARAMETERS_KEY } from "./masks.js";
import { projection, sparsityOption, stepwiseOptions } from "./stepwise.js";

/** What the key `accumulate_mask` of two sparsifiers says. */
export const ACCUMULATE =
  "Whether what is zero once stays zero for good, and each choice takes the share of what is left: zeros become more with each choice. Without it a number that an update moves may come back in place of a smaller one.";

/** The numbers of the largest magnitude stay: the projection onto parameters of so many numbers that are not zero. */
export const L0ProjectionSparsifier = component({
  kind: "sparsifier",
  name: "L0ProjectionSparsifier",
  schema: Type.Object(
    {
      sparsity: sparsityOption,
      ...stepwiseOptions(2),
      layerwise_pruning: Type.Boolean({
        default: true,
        description:
          "Whether each parameter loses the same share; otherwise all are compared with each other.",
      }),
      accumulate_mask: Type.Boolean({ default: false, description: ACCUMULATE }),
      parameters: Type.Array(Type.String(), { default: [], description: PARAMETERS_KEY }),
    },
    {
      description:
        "Single numbers become zero, those of the least magnitude first (PyText's L0_projection_sparsifier). The exported file keeps its size; compressed it is smaller.",
    },
  ),
  create(config, info) {
    const { sparsity, accumulate_mask: accumulate } = config;
    const name = "L0ProjectionSparsifier";
    const chosen = chosenParameters(config.parameters, info.parameters, `trainer.sparsifier.${name}`);
    const groups = config.layerwise_pruning ? chosen.map((parameter) => [parameter]) : [chosen];
    const choose: Parameters<typeof projection>[4] = (masks) =>
      groups.flatMap((group) => {
        const before = group.map((parameter) => (accumulate ? masks.get(parameter.name) : undefined));
        const arrays = group.map(({ data }) => data);
        const left = arrays.reduce((sum, array, i) => sum + leftBy(array, before[i]), 0);
        const least = kthMagnitude(arrays, before, keptOf(left, sparsity));
        return group.map(({ data }, i) => maskFrom(data, least, before[i]));
      });
    return projection(name, config, chosen, info, choose, accumulate);
  },
});
