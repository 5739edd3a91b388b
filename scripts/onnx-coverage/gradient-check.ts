/** @file Gradients of an imported model against finite differences, at some elements of every float input. */
import type { Engine, Program, Values } from "../../src/engine/engine.js";
import { backward, dense } from "../../src/graph/autodiff.js";
import type { HostTensor } from "../../src/graph/dtype.js";
import type { Graph, Tensor } from "../../src/graph/graph.js";
import { verifyGraph } from "../../src/graph/verify.js";
import { type RandomStream, stream } from "../../src/registry/random.js";

/** How far an element is moved. */
const STEP = 0.01;
/** Elements that are larger are not looked at: float32 holds too little of such a step. */
const LARGEST = 100;
/** All float inputs are moved by up to this first, so that none is equal to another one or lies at a kink exactly. */
const JITTER = 0.2;
/** How many elements of each input are looked at. */
const ELEMENTS = 6;
/** `|gradient - slope| <= TOLERANCE * (1 + |slope|)`, and what the rounding of the results makes. */
const TOLERANCE = 2e-3;
const ROUNDING = 2 ** -22;

/**
 * Compares the gradient of a randomly weighted sum of the float32 outputs with fourth-order central differences.
 * An element where two step sizes do not give one slope lies at a kink and is not counted.
 * @returns null when all that was compared agrees, else what does not.
 */
export async function checkGradients(graph: Graph, given: Values, engine: Engine): Promise<string | null> {
  const feeds = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, jittered(value, stream(1, "jitter", name))]),
  );
  const outputs = [...graph.outputs].filter(([, tensor]) => tensor.dtype === "float32");
  const weights = await weightsFor(graph, outputs, feeds, engine);
  const seeds = new Map(
    outputs.map(([name, tensor]): [Tensor, Tensor] => [
      tensor,
      graph.input(`d.${name}`, "float32", tensor.shape),
    ]),
  );
  const wrt = graph.inputs.filter((input) => input.dtype === "float32" && !input.name.startsWith("d."));
  for (const [tensor, cotangent] of backward(graph, seeds, wrt)) {
    const gradient = dense(cotangent, tensor);
    if (gradient !== null) graph.output(`gradient.${tensor.name}`, gradient);
  }
  verifyGraph(graph);
  const program = await engine.compile(graph);
  try {
    const all = { ...feeds, ...weights };
    const results = await program.run(all);
    const sum = new WeightedSum(
      program,
      outputs.map(([name]) => name),
      weights,
    );
    let compared = 0;
    for (const { name } of wrt) {
      const found = await compare(sum, all, name, results[`gradient.${name}`], stream(1, "elements", name));
      if (typeof found === "string") return found;
      compared += found;
    }
    return compared > 0 ? null : "its results have no slope at the given inputs";
  } finally {
    await program.release();
  }
}

function jittered(value: HostTensor, random: RandomStream): HostTensor {
  if (value.dtype !== "float32") return value;
  const data = Float32Array.from(value.data as Float32Array, (x) => x + JITTER * random.uniform());
  return { ...value, data };
}

async function weightsFor(
  graph: Graph,
  outputs: readonly (readonly [string, Tensor])[],
  feeds: Values,
  engine: Engine,
): Promise<Record<string, HostTensor>> {
  const program = await engine.compile(graph);
  try {
    const results = await program.run(feeds);
    return Object.fromEntries(
      outputs.map(([name]) => {
        const { dims, data } = results[name]!;
        const random = stream(1, "weights", name);
        const drawn = Float32Array.from({ length: data.length }, () => random.uniform() * 2 - 1);
        return [`d.${name}`, { dtype: "float32", dims, data: drawn }];
      }),
    );
  } finally {
    await program.release();
  }
}

/** The sum that is differentiated, in double precision. */
class WeightedSum {
  constructor(
    readonly program: Program,
    readonly outputs: readonly string[],
    readonly weights: Readonly<Record<string, HostTensor>>,
  ) {}

  /** The sum, and how large its parts are. */
  async at(feeds: Values): Promise<{ readonly sum: number; readonly size: number }> {
    const results = await this.program.run(feeds, this.outputs);
    let [sum, size] = [0, 0];
    for (const name of this.outputs) {
      const weight = this.weights[`d.${name}`]!.data as Float32Array;
      for (const [i, y] of (results[name]!.data as Float32Array).entries()) {
        sum += y * weight[i]!;
        size += Math.abs(y * weight[i]!);
      }
    }
    return { sum, size };
  }
}

/** How many elements agreed, or what did not. */
async function compare(
  sum: WeightedSum,
  feeds: Values,
  name: string,
  gradient: HostTensor | undefined,
  random: RandomStream,
): Promise<number | string> {
  const value = feeds[name]!;
  const data = value.data as Float32Array;
  if (gradient !== undefined && gradient.dims.join() !== value.dims.join())
    return `the gradient of "${name}" is [${gradient.dims}] for [${value.dims}]`;
  const moved = (i: number, by: number) => {
    const changed = data.slice();
    changed[i] = data[i]! + by;
    return sum.at({ ...feeds, [name]: { ...value, data: changed } });
  };
  const slope = async (i: number, step: number): Promise<{ slope: number; noise: number }> => {
    const [far, near] = [await moved(i, -2 * step), await moved(i, -step)];
    const [near2, far2] = [await moved(i, step), await moved(i, 2 * step)];
    return {
      slope: (8 * (near2.sum - near.sum) - (far2.sum - far.sum)) / (12 * step),
      noise: (ROUNDING * near.size) / step,
    };
  };
  let compared = 0;
  const chosen = new Set(Array.from({ length: ELEMENTS }, () => random.int(Math.max(data.length, 1))));
  for (const i of chosen) {
    if (!(Math.abs(data[i]!) <= LARGEST)) continue;
    const [wide, narrow] = [await slope(i, STEP), await slope(i, STEP / 2)];
    const allowed = TOLERANCE * (1 + Math.abs(narrow.slope)) + narrow.noise;
    if (!(Math.abs(wide.slope - narrow.slope) <= allowed)) continue;
    const got = gradient === undefined ? 0 : (gradient.data[i] as number);
    if (!(Math.abs(got - narrow.slope) <= allowed))
      return `the gradient of "${name}" at ${i} is ${got}, the slope ${narrow.slope}`;
    compared++;
  }
  return compared;
}
