import type { AnyComponent, Kind, SlotValue } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import type { RandomStream } from "../registry/random.js";
import type { Part } from "../registry/registry.js";
import { sharedKeyOf, sharedPath } from "../registry/shared-module.js";
import { type Dim, type Shape, sameShape } from "./dims.js";
import type { HostTensor } from "./dtype.js";
import type { Graph, Tensor } from "./graph.js";
import { type Adaptation, FACTORS, type LowRankFactors, mergeLowRank } from "./low-rank.js";
import { mul } from "./ops/elementwise.js";
import { full } from "./ops/shaping.js";
import { constantInit, type Initializer, type ParameterStore, uniformInit } from "./parameters.js";
import { builtOnce, requireSameLabels, requireSameShape, type SharedCalls } from "./sharing.js";

/** Whether the graph is for training (dropout, recurrences that have gradients) or for inference. */
export type Mode = "train" | "infer";

/** A dropout mask that each training run feeds: `keep` is the probability of `1 / keep`, else 0. */
export interface DropoutMask {
  readonly name: string;
  readonly shape: Shape;
  readonly keep: number;
}

/** A state that goes from one run to the next: fed as `input`, given back as the output `next`. */
export interface CarriedState {
  readonly input: Tensor;
  readonly next: Tensor;
}

/** Integers that each training run draws anew and feeds: `fill` writes them from a stream of that run's own, knowing the batch. */
export interface StepDraw {
  readonly name: string;
  readonly shape: Shape;
  readonly fill: (random: RandomStream, into: Int32Array, batch: Batch) => void;
}

/**
 * Where the tokens of a padded batch stand, which each training run reads off the mask and feeds: lets a model leave
 * padding out.
 */
export interface TokenPlaces {
  /** bool `[batch, tokens]`. Computed from what a batch feeds alone. */
  readonly mask: Tensor;
  /** int32 `[rows]`: the places of all tokens in `mask`, as if it were flat; one place of no token where there is none. */
  readonly places: Tensor;
  /** int32 `[batch, tokens]`: which element of `places` a token has; at padding as many as there are. */
  readonly ranks: Tensor;
}

/** What a batch feeds, by input name. */
type Batch = Readonly<Record<string, HostTensor>>;

/**
 * First values of the parameters below a place, by their path from there; undefined: the parameter's own initializer.
 * Asked once for each parameter that the store does not hold yet. Throws where they have another shape.
 */
export type FirstValues = (path: string, shape: readonly number[]) => Float32Array | undefined;

/** Of what the mean is taken where several models say one thing together. */
export type MeanOf = "logits" | "probabilities";

/** Asked wherever a model decides something, where several models decide together. */
export interface Jury {
  /**
   * Stands between logits and the output layer that reads them.
   * @param layer the output layer and its config
   * @param build makes of logits what the layer makes of them, in that scope
   */
  layer<T>(
    layer: { readonly component: AnyComponent; readonly config: object },
    scope: Scope,
    logits: Tensor,
    build: (scope: Scope, logits: Tensor) => T,
  ): T;
  /**
   * Stands before decisions that depend on those before them, and so are made by all models at each step.
   * @param own what such decisions need to know of this model
   * @param build makes them by what is known of all models, and by that mean of what these say at each step
   */
  steps<M, T>(own: M, build: (all: readonly M[], mean: MeanOf) => T): T;
}

interface Building {
  readonly graph: Graph;
  readonly mode: Mode;
  readonly parameters: ParameterStore;
  readonly context: Context;
  readonly declared: Map<string, Tensor>;
  readonly masks: DropoutMask[];
  readonly draws: StepDraw[];
  /** By their mask. Undefined: none are fed, so padding cannot be left out. */
  readonly tokens: Map<Tensor, TokenPlaces> | undefined;
  readonly carried: CarriedState[];
  /** Whether states go from one run to the next. */
  readonly carries: boolean;
  readonly sharedCalls: SharedCalls;
  /** The place in front of all others: the name of one of several models in a graph; "" for the only one. */
  readonly root: string;
  readonly jury?: Jury;
  /** Tensors in the place of parameters, by their whole path. */
  readonly given?: (path: string, shape: readonly number[]) => Tensor;
  /** Where parameters below the place `root` get their first values. */
  readonly first?: { readonly root: string; readonly values: FirstValues };
  /** How matrices below the place `root` are adapted. */
  readonly adapting?: { readonly root: string; readonly adaptation: Adaptation };
}

/** A place in the model while its graph is built: parameters and nodes made here carry its path. */
export class Scope {
  private constructor(
    readonly path: string,
    readonly building: Building,
  ) {}

  /**
   * The scope that a whole graph is built from.
   * @param places whether runs of this graph feed what `tokenPlaces` asks for
   */
  static root(
    graph: Graph,
    mode: Mode,
    parameters: ParameterStore,
    context: Context,
    { places = false }: { readonly places?: boolean } = {},
  ): Scope {
    return new Scope("", {
      graph,
      mode,
      parameters,
      context,
      declared: new Map(),
      masks: [],
      draws: [],
      tokens: places ? new Map() : undefined,
      carried: [],
      carries: true,
      sharedCalls: new Map(),
      root: "",
    });
  }

  get graph(): Graph {
    return this.building.graph;
  }

  get mode(): Mode {
    return this.building.mode;
  }

  get context(): Context {
    return this.building.context;
  }

  /** The dropout masks that a run of this graph needs. */
  get masks(): readonly DropoutMask[] {
    return this.building.masks;
  }

  /** The integers that a training run of this graph draws. */
  get draws(): readonly StepDraw[] {
    return this.building.draws;
  }

  /** The places of tokens that a training run of this graph feeds. */
  get tokens(): readonly TokenPlaces[] {
    return [...(this.building.tokens?.values() ?? [])];
  }

  /** The states that go from one run of this graph to the next. */
  get carried(): readonly CarriedState[] {
    return this.building.carried;
  }

  /** A place inside this one. */
  child(name: string): Scope {
    return new Scope(this.path === "" ? name : `${this.path}.${name}`, this.building);
  }

  /** The same place where every run stands alone: `carry` begins with zeros and hands nothing on. */
  alone(): Scope {
    return new Scope(this.path, { ...this.building, carries: false });
  }

  /** The same place, whose parameters start with given values. */
  startingFrom(values: FirstValues): Scope {
    return new Scope(this.path, { ...this.building, first: { root: this.path, values } });
  }

  /** The same place, whose parameters stay as they are, and whose matrices are adapted by low-rank additions. */
  adapted(adaptation: Adaptation): Scope {
    return new Scope(this.path, { ...this.building, adapting: { root: this.path, adaptation } });
  }

  /** Runs `build` with its nodes attributed to the place `name` inside this one. */
  within<T>(name: string, build: (scope: Scope) => T): T {
    const scope = this.child(name);
    return this.graph.within(scope.path, () => build(scope));
  }

  /** The scope of one of several tasks: its name in front, its own context. */
  of(context: Context): Scope {
    return new Scope(this.#rooted(context.place), { ...this.building, context });
  }

  /** The scope of a model of its own that stands in this graph beside others: they share nothing but inputs. */
  model(name: string, jury: Jury): Scope {
    return new Scope(name, { ...this.building, root: name, sharedCalls: new Map(), jury });
  }

  /** The same place, whose parameters are given tensors: `given` is asked by the parameter's whole path. */
  withParameters(given: (path: string, shape: readonly number[]) => Tensor): Scope {
    return new Scope(this.path, { ...this.building, given });
  }

  /**
   * Builds the component in a slot at the place `name`; one with a `shared_module_key` at `shared.KEY`, whoever builds it,
   * and only once in a graph for the same inputs.
   * @param labels what its outputs stand for; all who share it must mean the same. Throws `PTX_CONFIG_VALUE` otherwise.
   */
  part<K extends Kind, T>(
    kind: K,
    value: SlotValue<K>,
    name: string,
    build: (component: Part<K>["component"], config: Part<K>["config"], scope: Scope) => T,
    labels?: readonly string[],
  ): T {
    const { component, config } = this.context.part(kind, value);
    const key = sharedKeyOf(config);
    if (key === null) return this.within(name, (scope) => build(component, config, scope));
    if (labels !== undefined) requireSameLabels(this.context, key, labels);
    const scope = new Scope(this.#rooted(sharedPath(key)), this.building);
    const once = builtOnce(component, key, this.building.sharedCalls);
    return this.graph.within(scope.path, () => build(once, config, scope));
  }

  /**
   * Builds the output layer in a slot at the place `name` over `logits`; where several models decide together, over what
   * they make of theirs.
   */
  decision<K extends Kind, T>(
    kind: K,
    value: SlotValue<K>,
    name: string,
    logits: Tensor,
    build: (component: Part<K>["component"], config: Part<K>["config"], scope: Scope, logits: Tensor) => T,
    labels?: readonly string[],
  ): T {
    const { jury } = this.building;
    return this.part(
      kind,
      value,
      name,
      (component, config, scope) => {
        const decide = (at: Scope, heard: Tensor): T => build(component, config, at, heard);
        return jury === undefined
          ? decide(scope, logits)
          : jury.layer({ component: component as AnyComponent, config }, scope, logits, decide);
      },
      labels,
    );
  }

  /**
   * Builds decisions of which each depends on those before: by this model alone, or, where several decide together, by all of
   * them at each step.
   * @param own what they need to know of this model
   * @param build makes them by what is known of all, and by that mean of what these say
   */
  steps<M, T>(own: M, build: (all: readonly M[], mean: MeanOf) => T): T {
    const { jury } = this.building;
    return jury === undefined ? build([own], "logits") : jury.steps(own, build);
  }

  /** A trained parameter at this place. Asked for twice it is the same tensor. */
  parameter(
    name: string,
    shape: readonly number[],
    initializer: Initializer = constantInit(0),
    options: { readonly frozen?: boolean } = {},
  ): Tensor {
    const path = this.path === "" ? name : `${this.path}.${name}`;
    const { given } = this.building;
    if (given !== undefined) return given(path, shape);
    const known = this.building.declared.get(path);
    if (known !== undefined) {
      if (!sameShape(known.shape, shape)) {
        throw this.graph.error(`${path} is used with shapes [${known.shape}] and [${shape}]`);
      }
      return known;
    }
    requireSameShape(this.building.parameters, path, shape);
    const parameter = this.building.parameters.declare(path, shape, this.#starting(path, initializer));
    if (options.frozen || this.#belowRoot(this.building.adapting, path) !== undefined)
      parameter.trainable = false;
    const tensor = this.graph.parameter(path, shape);
    this.building.declared.set(path, tensor);
    return tensor;
  }

  /** Says that a part of this place is there in training only, its parameters with it. */
  leaveOut(name: string): void {
    this.building.parameters.leaveOut(this.path === "" ? name : `${this.path}.${name}`);
  }

  /**
   * The low-rank addition to the matrix `weight [inputs, outputs]` of this place, with the parameters `lora_A [inputs, rank]`
   * and `lora_B [rank, outputs]`; undefined: it has none. Unless they are given, B starts with zeros, A as in PEFT: uniform,
   * with limit `1 / sqrt(inputs)`. In a finished run it is added to the matrix itself.
   */
  lowRank(inputs: number, outputs: number): LowRankFactors | undefined {
    const { adapting, first: _, ...building } = this.building;
    const path = this.#belowRoot(adapting, `${this.path}.weight`);
    const found = path === undefined ? undefined : adapting!.adaptation(path);
    if (found === undefined) return undefined;
    if (building.parameters.sealed) {
      mergeLowRank(building.parameters, this.path, [inputs, found.rank, outputs], found.scale);
      return undefined;
    }
    // Outside of what is adapted: these are trained, and no file of the base holds their first values.
    const own = new Scope(this.path, building);
    const start = (factor: 0 | 1, usual: Initializer): Initializer => {
      const { first } = found;
      return first === undefined ? usual : (data) => data.set(first(inputs, outputs)[factor]);
    };
    const random = uniformInit(1 / Math.sqrt(inputs));
    const a = own.parameter(FACTORS[0], [inputs, found.rank], start(0, random));
    const b = own.parameter(FACTORS[1], [found.rank, outputs], start(1, constantInit(0)));
    return { ...found, a, b };
  }

  /** A path behind the name of the model that this is one of several of. */
  #rooted(path: string): string {
    return [this.building.root, path].filter((part) => part !== "").join(".");
  }

  /** A path from the root of something on; undefined where it does not stand below. */
  #belowRoot(of: { readonly root: string } | undefined, path: string): string | undefined {
    if (of === undefined) return undefined;
    const before = of.root === "" ? "" : `${of.root}.`;
    return path.startsWith(before) ? path.slice(before.length) : undefined;
  }

  #starting(path: string, initializer: Initializer): Initializer {
    const { first } = this.building;
    const below = this.#belowRoot(first, path);
    if (first === undefined || below === undefined) return initializer;
    return (data, shape, random) => {
      const values = first.values(below, shape);
      if (values === undefined) initializer(data, shape, random);
      else data.set(values);
    };
  }

  /** In training, zeroes each element with probability `rate` and scales the others by `1 / (1 - rate)` (Srivastava et al., 2014). */
  dropout(x: Tensor, rate: number, shape: readonly Dim[] = x.shape): Tensor {
    if (this.mode === "infer" || rate === 0) return x;
    const name = `${this.path}.dropout${this.building.masks.length}`;
    this.building.masks.push({ name, shape, keep: 1 - rate });
    return mul(x, this.graph.input(name, "float32", shape));
  }

  /** int32 of that shape: integers that every training run draws anew. For graphs of the mode "train" only. */
  draw(name: string, shape: Shape, fill: StepDraw["fill"]): Tensor {
    const path = `${this.path}.${name}`;
    this.building.draws.push({ name: path, shape, fill });
    return this.graph.input(path, "int32", shape);
  }

  /** Where the tokens of a batch stand; undefined where no run tells, as in inference. `mask [batch, tokens]`, from the batch alone. */
  tokenPlaces(mask: Tensor): TokenPlaces | undefined {
    const { tokens } = this.building;
    if (tokens === undefined) return undefined;
    const known = tokens.get(mask);
    if (known !== undefined) return known;
    const [name, rows] = [`tokens${tokens.size}`, `token_rows${tokens.size}`];
    const made = {
      mask,
      places: this.graph.input(`${name}.places`, "int32", [rows]),
      ranks: this.graph.input(`${name}.ranks`, "int32", mask.shape),
    };
    tokens.set(mask, made);
    return made;
  }

  /**
   * A state that goes from one batch to the next: zeros at the first batch of a pass over the rows, then what `next`
   * made of it in the batch before. No gradient goes back to that batch.
   */
  carry<T>(
    name: string,
    shape: Shape,
    next: (state: Tensor) => { readonly state: Tensor; readonly result: T },
  ): T {
    if (!this.building.carries) return next(full(this.graph, "float32", shape, 0)).result;
    const input = this.graph.input(`${this.path}.${name}`, "float32", shape);
    const { state, result } = next(input);
    this.building.carried.push({ input, next: state });
    return result;
  }
}
