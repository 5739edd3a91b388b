import { type Static, Type } from "typebox";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import type { ParameterEntry } from "../optimizers/contracts.js";
import { ACCUMULATE } from "./l0-projection.js";
import { keptOf } from "./magnitude.js";
import { chosenParameters, PARAMETERS_KEY } from "./masks.js";
import { projection, sparsityOption, stepwiseOptions } from "./stepwise.js";

const schema = Type.Object(
  {
    sparsity: sparsityOption,
    ...stepwiseOptions(2),
    block_size: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: 16,
      description:
        "How many neighbours become zero together; a row's last block may have fewer. null = the whole row or column, which export --prune can take out of the file.",
    }),
    columnwise_blocking: Type.Boolean({
      default: false,
      description:
        "Whether neighbours stand in a column, not in a row. A column is a unit of a layer, a filter of a convolution; a row is one of its inputs, a word of a table.",
    }),
    accumulate_mask: Type.Boolean({ default: false, description: ACCUMULATE }),
    parameters: Type.Array(Type.String(), { default: [], description: PARAMETERS_KEY }),
  },
  { description: "Blocks of numbers become zero together, those of the least sum of magnitudes first." },
);

/** Blocks of numbers of the largest L1 norm stay, in each matrix as many as its share says. */
export const BlockwiseMagnitudeSparsifier = component({
  kind: "sparsifier",
  name: "BlockwiseMagnitudeSparsifier",
  schema,
  create(config, info) {
    const name = "BlockwiseMagnitudeSparsifier";
    const where = `trainer.sparsifier.${name}`;
    const chosen = chosenParameters(config.parameters, info.parameters, where).filter(
      ({ shape }) => config.parameters.length > 0 || shape.length === 2,
    );
    const wrong = chosen.find(({ shape }) => shape.length !== 2);
    if (wrong !== undefined || chosen.length === 0)
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `${where}.parameters`,
        wrong
          ? `${wrong.name} of shape [${wrong.shape}] has no rows and columns: blocks are of matrices`
          : "no trained parameter is a matrix: blocks are of matrices",
      );
    return projection(
      name,
      config,
      chosen,
      info,
      (masks) =>
        chosen.map((parameter) =>
          blockMask(parameter, config, config.accumulate_mask ? masks.get(parameter.name) : undefined),
        ),
      config.accumulate_mask,
    );
  },
});

/** Which numbers stay, of those that a mask left. */
function blockMask(
  { shape, data }: ParameterEntry,
  { sparsity, block_size, columnwise_blocking }: Static<typeof schema>,
  before: Float32Array | undefined,
): Float32Array {
  const [rows, columns] = shape as [number, number];
  const length = columnwise_blocking ? rows : columns;
  const size = Math.min(block_size ?? length, length);
  const perLine = Math.ceil(length / size);
  const blockOf = (at: number): number => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    const [line, place] = columnwise_blocking ? [column, row] : [row, column];
    return line * perLine + Math.floor(place / size);
  };
  const norms = new Float32Array(perLine * (columnwise_blocking ? columns : rows));
  const sizes = new Uint32Array(norms.length);
  let left = 0;
  for (let at = 0; at < data.length; at++) {
    if (before?.[at] === 0) continue;
    const block = blockOf(at);
    norms[block] = norms[block]! + Math.abs(data[at]!);
    sizes[block] = sizes[block]! + 1;
    left++;
  }
  const least = leastNorm(norms, sizes, keptOf(left, sparsity));
  return data.map((_, at) => (norms[blockOf(at)]! >= least && before?.[at] !== 0 ? 1 : 0));
}

/** The largest norm so that the blocks of this norm or more hold as many numbers as are to stay. */
function leastNorm(norms: Float32Array, sizes: Uint32Array, numbers: number): number {
  const sorted = norms.slice().sort();
  const held = (least: number): number => {
    let count = 0;
    for (let block = 0; block < norms.length; block++) if (norms[block]! >= least) count += sizes[block]!;
    return count;
  };
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (held(sorted[middle]!) >= numbers) low = middle;
    else high = middle - 1;
  }
  return sorted[low]!;
}
