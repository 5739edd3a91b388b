/** @file One prediction of several models: what their output layers read and made, and one output layer over what is made of that. */
import type { Classified, Regressed } from "../../components/contracts.js";
import type { TagsPredicted } from "../../components/tag-output-layers/contracts.js";
import type { Tensor } from "../../graph/graph.js";
import { add, average, mul } from "../../graph/ops/elementwise.js";
import { oneHot } from "../../graph/ops/lookup.js";
import { argMax } from "../../graph/ops/reduction.js";
import { full } from "../../graph/ops/shaping.js";
import type { Jury, MeanOf, Scope } from "../../graph/scope.js";
import type { AnyComponent } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";

/** What of the members is made one: the mean of their logits, the mean of their probabilities, or their votes. */
export type Combination = MeanOf | "votes";

/** A decision of one member: an output layer of its model. */
interface Decision {
  readonly layer: { readonly component: AnyComponent; readonly config: object };
  /** Where the layer's parameters stand. */
  readonly path: string;
  readonly logits: Tensor;
  readonly result: unknown;
}

/** A member that waits until all are known to decide step by step: what is to be known of it, and how that is decided. */
interface Waiting {
  readonly own: unknown;
  readonly decide: (all: readonly unknown[], mean: MeanOf) => unknown;
}

/** What one kind of output layer gives of a decision. */
interface View {
  /** Probabilities `[..., labels]`, or numbers. */
  scores(result: unknown): Tensor | null;
  /** The ids of what was chosen, `[...]`; absent: it chooses nothing. */
  choice?(result: unknown): Tensor;
}

const views: Readonly<Record<string, View>> = {
  output_layer: {
    scores: (result) => (result as Classified).scores,
    choice: (result) => argMax((result as Classified).scores),
  },
  regression_output_layer: { scores: (result) => (result as Regressed).scores },
  tag_output_layer: {
    scores: (result) => (result as TagsPredicted).probabilities,
    choice: (result) => (result as TagsPredicted).tags!,
  },
};

type Inverse = (config: object, scores: Tensor) => Tensor;

/**
 * Builds members into one graph and has them decide together. Logits: each output layer reads the mean of all members'
 * logits, its parameters (a CRF's transitions) are the means of theirs. Probabilities and votes: it reads the logits of
 * which it makes the members' mean probabilities, or their shares of the votes; its parameters are 0 then, so a CRF forbids
 * what is not allowed and prefers nothing. What is decided step by step is decided by all at each step.
 * @param build builds a member, by number, in its scope
 */
export function decideTogether<T>(
  scope: Scope,
  names: readonly string[],
  combination: Combination,
  build: (member: number, scope: Scope) => T,
): T {
  const heard: (readonly Decision[])[] = [];
  const waiting: Waiting[] = [];
  let decided: unknown;
  const hear = (member: number): T => {
    const decisions: Decision[] = [];
    heard.push(decisions);
    const jury: Jury = {
      layer(layer, at, logits, decide) {
        const result = decide(at, logits);
        decisions.push({ layer, path: at.path, logits, result });
        return result;
      },
      // The others are built while this one waits: what all decide is in the graph once.
      steps<M, R>(own: M, decide: (all: readonly M[], mean: MeanOf) => R): R {
        waiting.push({ own, decide: decide as Waiting["decide"] });
        if (member + 1 < names.length) hear(member + 1);
        requireAllWait(waiting.length, heard, names);
        decided ??= waiting[0]!.decide(
          waiting.map(({ own }) => own),
          meanAtSteps(combination),
        );
        return decided as R;
      },
    };
    return build(member, scope.model(names[member]!, jury));
  };
  const first = hear(0);
  if (waiting.length > 0) return first;
  for (let member = 1; member < names.length; member++) hear(member);
  requireAlike(heard, names);
  let next = 0;
  const verdict: Jury = {
    layer(_layer, at, _logits, decide) {
      const decisions = heard.map((all) => all[next]!);
      next++;
      const shared = combination === "logits" ? meanParameters(scope, decisions) : zeros(scope);
      return decide(at.withParameters(shared), combined(decisions, combination));
    },
    steps() {
      throw scope.graph.error("a member decides step by step that did not when it was heard");
    },
  };
  // The first member's graph is there already, and equal nodes are computed once: what is new is behind the logits.
  return build(0, scope.model(names[0]!, verdict));
}

/** What is decided step by step is decided by a mean. Throws `PTX_CONFIG_VALUE` for votes. */
export function meanAtSteps(combination: Combination): MeanOf {
  if (combination !== "votes") return combination;
  const why = "members that take each step together have no labels of their own to vote for";
  throw refusal("combine", why, '"logits" or "probabilities"');
}

/** The logits that an output layer reads in the place of those of each member. */
function combined(decisions: readonly Decision[], combination: Combination): Tensor {
  const [{ layer, path }] = decisions as readonly [Decision];
  if (combination === "logits") return average(decisions.map(({ logits }) => logits));
  const { component, config } = layer;
  const inverse = (component as { readonly logitsOf?: Inverse }).logitsOf;
  const view = views[component.kind];
  if (inverse === undefined || view === undefined)
    throw refusal(path, `${component.name} does not say which logits its scores are of`, '"logits"');
  const scores = decisions.map(({ result }) => view.scores(result));
  if (scores.includes(null))
    throw refusal(path, `${component.name} gives no probabilities in this graph`, '"logits"');
  const shares = average(scores as Tensor[]);
  return inverse(config, combination === "votes" ? votes(decisions, view, shares) : shares);
}

/**
 * The share of the members that chose each label, where the mean of their probabilities counts as half a vote: it decides
 * where votes are equal, and never against more votes.
 */
function votes(decisions: readonly Decision[], view: View, shares: Tensor): Tensor {
  const [{ layer, path }] = decisions as readonly [Decision];
  const { name, decision } = layer.component as AnyComponent & { readonly decision?: string };
  const { choice } = view;
  if (choice === undefined || decision === "multi-label")
    throw refusal(path, `${name} does not choose one label of several`, '"logits" or "probabilities"');
  const labels = shares.dim(shares.rank - 1) as number;
  const chosen = decisions.map(({ result }) => oneHot(choice(result), labels));
  return mul(add(chosen.reduce(add), mul(shares, 0.5)), 1 / (decisions.length + 0.5));
}

/** A layer's parameters as the means of all members' layers'. */
function meanParameters(
  scope: Scope,
  decisions: readonly Decision[],
): Parameters<Scope["withParameters"]>[0] {
  const [{ path: own }] = decisions as readonly [Decision];
  return (path, shape) =>
    average(
      decisions.map(({ path: theirs }) => {
        const [place, name] = split(`${theirs}${path.slice(own.length)}`);
        return scope.child(place).parameter(name, shape);
      }),
    );
}

const zeros =
  ({ graph }: Scope): Parameters<Scope["withParameters"]>[0] =>
  (_path, shape) =>
    full(graph, "float32", shape, 0);

/** A path as the place and the name in it. */
function split(path: string): [place: string, name: string] {
  const dot = path.lastIndexOf(".");
  return [path.slice(0, dot), path.slice(dot + 1)];
}

/** Throws `PTX_CONFIG_VALUE` unless all members decide step by step, once each, and by no output layer. */
function requireAllWait(
  waiting: number,
  heard: readonly (readonly Decision[])[],
  names: readonly string[],
): void {
  if (waiting === names.length && heard.every(({ length }) => length === 0)) return;
  throw ptxError(
    "PTX_CONFIG_VALUE",
    "members",
    "the members of an ensemble must decide alike: all by output layers, or all step by step, and then once",
    "give all members the same kind of model",
  );
}

/** Throws `PTX_CONFIG_VALUE` unless all members decide the same in the same order. */
function requireAlike(heard: readonly (readonly Decision[])[], names: readonly string[]): void {
  const [first] = heard as readonly [readonly Decision[]];
  if (first.length === 0)
    throw refusal(names[0]!, "its model has no output layer that several models could decide by", "others");
  const shown = (decisions: readonly Decision[]): string =>
    decisions
      .map(({ layer, logits }) => `${layer.component.name} over ${logits.dim(logits.rank - 1)} logits`)
      .join(", ");
  for (const [i, decisions] of heard.entries()) {
    const alike =
      decisions.length === first.length &&
      decisions.every(
        ({ layer, logits }, at) =>
          layer.component === first[at]!.layer.component &&
          logits.rank === first[at]!.logits.rank &&
          logits.shape.at(-1) === first[at]!.logits.shape.at(-1),
      );
    if (alike) continue;
    throw ptxError(
      "PTX_CONFIG_VALUE",
      `members[${i}]`,
      `the members of an ensemble must decide alike: ${names[0]} has ${shown(first)}, ${names[i]} has ${shown(decisions)}`,
      "give all members the same output layers and labels",
    );
  }
}

const refusal = (path: string, why: string, other: string): Error =>
  ptxError(
    "PTX_CONFIG_VALUE",
    path,
    `${why}, so members' predictions cannot be made one in this way`,
    `use combine ${other}`,
  );
