/** @file A parser as a compiled program over given texts and trees: what the tests of the RNNG share. */

import { type StackPlan, stackPlan } from "../../../src/components/data/tensorizers/tree-actions.js";
import { ActionSet } from "../../../src/components/rnng/actions.js";
import { bracketsOf } from "../../../src/components/rnng/brackets.js";
import { goldLoss } from "../../../src/components/rnng/gold.js";
import { NO_PARSE } from "../../../src/components/rnng/hypotheses.js";
import { Parser, type ParserOptions } from "../../../src/components/rnng/parser.js";
import { search } from "../../../src/components/rnng/search.js";
import type { HostTensor } from "../../../src/graph/dtype.js";
import type { Tensor } from "../../../src/graph/graph.js";
import { reduceSum } from "../../../src/graph/ops/reduction.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode, Scope } from "../../../src/graph/scope.js";
import { type EngineName, engine } from "../../graph/engines.js";
import {
  type Built,
  built,
  ints,
  normals,
  tokenInputs,
  tokenVectors,
  type Value,
  withGradients,
} from "../models/harness.js";
import { type PlainOptions, PlainParser } from "./plain.js";

/** Numbers of a token's vector. */
const DIM = 3;

/** A text, named after its vectors, and the actions that build its tree. */
export interface Case {
  readonly name: string;
  readonly length: number;
  readonly actions: readonly number[];
}

export const plainDefaults: PlainOptions = {
  labels: ["IN:A", "IN:B", "IN:UNSUPPORTED", "SL:C", "SL:D"],
  hidden: 4,
  layers: 1,
  mostOpen: 3,
  alternating: true,
  noSlotsInUnsupported: true,
  composition: "sum",
  use: { buffer: true, stack: true, action: true, lastOpen: false },
};

function parserOptions(plain: PlainOptions): ParserOptions {
  const { use } = plain;
  return {
    hidden: plain.hidden,
    layers: plain.layers,
    dropout: 0,
    composition: plain.composition,
    ablation: {
      use_buffer: use.buffer,
      use_stack: use.stack,
      use_action: use.action,
      use_last_open_NT_feature: use.lastOpen,
    },
    rules: {
      mostOpen: plain.mostOpen,
      alternating: plain.alternating,
      noSlotsInUnsupported: plain.noSlotsInUnsupported,
    },
  };
}

/** The parser in a graph over fed token vectors. */
function parserIn(scope: Scope, plain: PlainOptions): Parser {
  const words = tokenInputs(scope, DIM);
  return scope.within(
    "parser",
    (at) => new Parser(at, parserOptions(plain), new ActionSet(plain.labels), words),
  );
}

/** Losses of given actions, `[batch]`, with gradients on request. */
export async function goldProgram(
  plain: PlainOptions,
  options: { engine?: EngineName; mode?: Mode; gradients?: boolean; ignoreUnsupported?: boolean } = {},
): Promise<{ target: Built; store: ParameterStore }> {
  const store = new ParameterStore(3);
  const losses = (scope: Scope): Tensor => {
    const parser = parserIn(scope, plain);
    const { graph } = scope;
    const actions = graph.input("actions", "int32", ["batch", "steps"]);
    const frames = graph.input("frames", "int32", ["batch", "frames"]);
    const [planned, places, parts] = ["plan", "places", "parts"].map((name) =>
      graph.input(name, "int32", ["batch", "plan"]),
    );
    return goldLoss(
      parser,
      { actions, frames, plan: planned!, places: places!, parts: parts! },
      options.ignoreUnsupported ?? false,
    );
  };
  const build = options.gradients
    ? withGradients((scope) => reduceSum(losses(scope), [0]), ["vectors"])
    : (scope: Scope) => ({ losses: losses(scope) });
  const target = await built(
    await engine(options.engine ?? "onnxruntime"),
    options.mode ?? "infer",
    store,
    build,
  );
  spread(store);
  return { target, store };
}

/** Random parameters of a size that makes all parts of a formula count. */
function spread(store: ParameterStore): void {
  for (const { name, data } of store) data.set(normals(data.length, name).map((x) => 0.6 * x));
}

/** The token vectors of a text as the plain parser takes them. */
export function plainParser(store: ParameterStore, plain: PlainOptions, { name, length }: Case): PlainParser {
  const numbers = normals(length * DIM, name);
  const words = Array.from({ length }, (_, i) => Array.from(numbers.slice(i * DIM, (i + 1) * DIM)));
  return new PlainParser(store, plain, words);
}

/** Feeds of texts, padded to `tokens` and `steps`. */
export function goldFeeds(
  cases: readonly Case[],
  tokens = Math.max(...cases.map(({ length }) => length)),
  steps = Math.max(...cases.map(({ actions }) => actions.length)),
  frames = Math.max(1, ...cases.map(({ actions }) => deepest(actions) - 1)),
): Record<string, HostTensor> {
  const ids = cases.flatMap(({ actions }) => Array.from({ length: steps }, (_, i) => actions[i] ?? -1));
  const plans = cases.map(({ actions }) => stackPlan(actions));
  const longest = Math.max(...plans.map((plan) => plan.steps.length)) + 1;
  const planned = (part: (plan: StackPlan) => readonly number[], filler: number): HostTensor =>
    ints([cases.length, longest], padded(plans.map(part), longest, filler));
  return {
    ...textFeeds(cases, tokens),
    actions: ints([cases.length, steps], ids),
    plan: planned(({ steps: own }) => own, -1),
    places: planned(({ places }) => places, 0),
    parts: planned(({ parts }) => parts, -1),
    frames: ints([cases.length, frames], new Int32Array(cases.length * frames)),
  };
}

const textFeeds = (cases: readonly Case[], tokens: number): Record<string, HostTensor> =>
  tokenVectors(cases, tokens, DIM);

const padded = (lists: readonly (readonly number[])[], size: number, filler: number): number[] =>
  lists.flatMap((list) => Array.from({ length: size }, (_, i) => list[i] ?? filler));

function deepest(actions: readonly number[]): number {
  let [open, most] = [0, 0];
  for (const id of actions) {
    if (id >= 2) open++;
    else if (id === 1) open--;
    most = Math.max(most, open);
  }
  return most;
}

/** What a search finds for a text. */
export interface Found {
  readonly actions: readonly number[];
  readonly score: number;
  /** By token: the labels (counted from 1) that begin before it, the outermost first, and how many nodes end behind it. */
  readonly opens: readonly (readonly number[])[];
  readonly closes: readonly number[];
}

/** A search over fed texts. */
export async function searchProgram(
  plain: PlainOptions,
  beam: number,
  engineName: EngineName = "onnxruntime",
): Promise<{ store: ParameterStore; find: (cases: readonly Case[], tokens?: number) => Promise<Found[][]> }> {
  const store = new ParameterStore(3);
  const target = await built(await engine(engineName), "infer", store, (scope) => {
    const parser = parserIn(scope, plain);
    const { actions, scores } = search(parser, beam);
    return { actions, scores, ...bracketsOf(actions, parser.mask, plain.mostOpen) };
  });
  spread(store);
  const find = async (cases: readonly Case[], tokens = Math.max(...cases.map(({ length }) => length))) => {
    const { actions, scores, opens, closes } = await target.run(textFeeds(cases, tokens));
    const part = (value: Value | undefined, row: number, parse: number): number[] => {
      const size = value!.data.length / (cases.length * beam);
      const at = (row * beam + parse) * size;
      return value!.data.slice(at, at + size);
    };
    return cases.map(({ length }, row) =>
      Array.from({ length: beam }, (_, parse): Found => {
        const labels = part(opens, row, parse);
        const own = (token: number) => labels.slice(token * plain.mostOpen, (token + 1) * plain.mostOpen);
        return {
          actions: part(actions, row, parse).filter((id) => id >= 0),
          score: scores!.data[row * beam + parse]!,
          opens: Array.from({ length }, (_, token) => own(token).filter((label) => label > 0)),
          closes: part(closes, row, parse).slice(0, length),
        };
      }).filter(({ score }) => score > NO_PARSE),
    );
  };
  return { store, find };
}
