import { isDeepStrictEqual } from "node:util";
import { type Static, Type } from "typebox";
import type { Labels, ModelInput, Predicted } from "../../components/contracts.js";
import type { Row, Tensorizer } from "../../components/data/contracts.js";
import type { SplitData, Tensorizers } from "../../components/data/split-data.js";
import type { ComparedRow } from "../../components/reporters/contracts.js";
import type { Figures, Predictions, SelectMetric } from "../../components/trainers/contracts.js";
import type { Tensor } from "../../graph/graph.js";
import type { Scope } from "../../graph/scope.js";
import { type CheckProblem, component, Slot, type SlotValue } from "../../registry/component.js";
import { Context } from "../../registry/context.js";
import { ptxError } from "../../registry/errors.js";
import { differences } from "../../registry/json.js";
import { shareRunFiles } from "../../registry/run-files.js";
import type { OffsetUnit } from "../../text/offsets.js";
import { OnePartTask } from "../one-part-task.js";
import type { OutputRow, Prediction } from "../prediction.js";
import { INPUT_POOL, InputPool } from "../shared-inputs.js";
import { taskOptions } from "../single-model-task.js";
import type { BuildPurpose, MemberRun, ModelTask } from "../task.js";
import { decideTogether, meanAtSteps } from "./verdict.js";

const schema = Type.Object(
  {
    data: taskOptions.data,
    members: Type.Array(Slot("head", { description: "A task of one model, without data and trainer." }), {
      minItems: 1,
      description: "The models, each with its reporter. They give the same outputs; inputs may differ.",
    }),
    copies: Type.Union([Type.Null(), Type.Integer({ minimum: 1 })], {
      default: null,
      description:
        "How often each of the models is trained, every time with a seed of its own; null: five times where there is one model, once where there are several.",
    }),
    seeds: Type.Union([Type.Null(), Type.Array(Type.Integer({ minimum: 0, maximum: 0xffffffff }))], {
      default: null,
      description: "The members' seeds; null: the run's seed, and the numbers after it.",
    }),
    sample_rate: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1,
      description:
        "Share of the training rows that each member is trained on: its seed draws them, without replacement. Vocabularies are those of all rows.",
    }),
    combine: Type.Union([Type.Literal("logits"), Type.Literal("probabilities"), Type.Literal("votes")], {
      default: "logits",
      description:
        "What members' predictions become one by: the mean of their logits (and of a CRF's transitions), the mean of their probabilities, or their votes, of which the mean probability decides where they are equal.",
    }),
    trainer: Slot("trainer", { default: "Trainer", description: "How each member is trained." }),
    channels: taskOptions.channels,
  },
  {
    description:
      "Several models that decide together: trained one after another on the same rows, each as a run of its own, then one model.",
  },
);
type Config = Static<typeof schema>;

/** How often each of the models is trained. */
const copiesOf = ({ members, copies }: Pick<Config, "members" | "copies">): number =>
  copies ?? (members.length === 1 ? 5 : 1);

function check(config: Config): CheckProblem[] {
  const { members, seeds, sample_rate: rate, data } = config;
  const copies = copiesOf(config);
  const count = members.length * copies;
  const [[name, options] = ["", {}]] = Object.entries(data);
  const own = (options as { readonly train_fraction?: number }).train_fraction;
  return [
    ...(count < 2
      ? [{ path: "copies", message: "an ensemble has two members at least: name more, or raise copies" }]
      : []),
    ...(seeds !== null && seeds.length !== count
      ? [{ path: "seeds", message: `there are ${count} members, but ${seeds.length} seeds` }]
      : []),
    ...(seeds !== null && sameTwice(members, copies, seeds)
      ? [{ path: "seeds", message: "two members have the same model and seed, and would be one twice" }]
      : []),
    ...(rate < 1 && own === undefined
      ? [{ path: "sample_rate", message: `rows can be drawn from data of the class Data, not from ${name}` }]
      : []),
    ...(rate < 1 && own !== undefined && own < 1
      ? [{ path: "sample_rate", message: "it draws from all training rows: set data.train_fraction to 1" }]
      : []),
  ];
}

/** Whether two members would be trained to the same model. */
function sameTwice(members: Config["members"], copies: number, seeds: readonly number[]): boolean {
  const all = seeds.map((seed, i) => JSON.stringify([seed, members[Math.floor(i / copies)]]));
  return new Set(all).size < all.length;
}

/** One of the models, and how its run is made. */
interface Member {
  readonly name: string;
  readonly seed: number;
  readonly slot: SlotValue<"head">;
  readonly part: ModelTask;
  readonly context: Context;
}

class Ensemble extends OnePartTask {
  readonly tensorizers: Tensorizers;
  readonly #members: readonly Member[];

  constructor(
    readonly config: Config,
    context: Context,
  ) {
    super("EnsembleTask", context, config);
    const { seed, threads } = context.settings;
    const slots = config.members.flatMap((slot) => Array.from({ length: copiesOf(config) }, () => slot));
    const pool = new InputPool();
    this.#members = slots.map((slot, i) => {
      const name = `member${i + 1}`;
      const settings = { seed: config.seeds?.[i] ?? (seed + i) % 2 ** 32, threads };
      const own = new Context(context.registry, { log: context.log, settings });
      own.provide(INPUT_POOL, { pool, member: name });
      shareRunFiles(context, own);
      const { component: head, config: options } = context.part("head", slot);
      return { name, seed: settings.seed, slot, part: head.create(options, own), context: own };
    });
    this.#requireSearchAlike();
    const named = new Map<string, Tensorizer>();
    for (const { name: member, part } of this.#members)
      for (const [name, tensorizer] of Object.entries(part.tensorizers)) {
        if ([...named.values()].includes(tensorizer)) continue;
        named.set(named.has(name) ? `${member}.${name}` : name, tensorizer);
      }
    this.tensorizers = Object.fromEntries(named);
  }

  get members(): readonly MemberRun[] {
    const { data, trainer, channels, sample_rate: rate } = this.config;
    return this.#members.map(({ name, seed, slot, part }) => {
      const [[task, options]] = Object.entries(slot) as [[string, object]];
      const drawn = rate === 1 ? data : { Data: { ...data.Data, train_fraction: rate, train_seed: seed } };
      return {
        name,
        seed,
        task: { [task]: { ...options, data: drawn, trainer, channels } },
        tensorizers: part.tensorizers,
      };
    });
  }

  get labels(): Labels {
    return this.#first.labels;
  }

  get select(): SelectMetric {
    return this.#first.select;
  }

  get mostCharacters(): number | undefined {
    return this.#first.mostCharacters;
  }

  requireFit(): void {
    for (const [i, { part, name }] of this.#members.entries()) {
      part.requireFit();
      if (isDeepStrictEqual(part.labels, this.labels)) continue;
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `members[${Math.floor(i / copiesOf(this.config))}]`,
        `the members of an ensemble must have the same labels in the same order: ${name} has ${facts(part.labels)}, ${this.#members[0]!.name} has ${facts(this.labels)}`,
      );
    }
  }

  /** Throws `PTX_CONFIG_VALUE` unless members that take each step together look for the same things in the same way. */
  #requireSearchAlike(): void {
    const { searching } = this.#first;
    if (searching !== undefined) meanAtSteps(this.config.combine);
    for (const [i, { part, name }] of this.#members.entries()) {
      // Members of which some decide otherwise have other labels too, and are refused by these.
      const known = searching !== undefined && part.searching !== undefined;
      const differing = known ? differences(searching, part.searching) : [];
      if (differing.length === 0) continue;
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `members[${Math.floor(i / copiesOf(this.config))}]`,
        `members that take each step together must look for the same in the same way: from ${this.#members[0]!.name} to ${name} ${differing.join(", ")}`,
      );
    }
  }

  async prepare(): Promise<void> {}

  build(whole: Scope, purpose: BuildPurpose, made: Map<Tensorizer, ModelInput> = new Map()): Predicted {
    const scope = whole.of(this.context);
    if (scope.mode === "train")
      throw ptxError(
        "PTX_USAGE",
        "EnsembleTask",
        "an ensemble is not trained as one model: its members are, each as a run of its own",
        "look at a member by a config of its own task, or at RUN/members/member1",
      );
    const names = this.#members.map(({ name }) => name);
    return decideTogether(scope, names, this.config.combine, (member, at) =>
      this.#members[member]!.part.build(at, purpose, made),
    );
  }

  report(data: SplitData, predictions: Predictions): Figures {
    return this.#first.report(data, predictions);
  }

  compare(data: SplitData, predictions: Predictions): readonly ComparedRow[] {
    return this.#first.compare(data, predictions);
  }

  worst(data: SplitData, predictions: Predictions): readonly ComparedRow[] {
    return this.#first.worst(data, predictions);
  }

  deploy(outputs: Predicted["outputs"], unit: OffsetUnit): Readonly<Record<string, Tensor>> {
    return this.#first.deploy(outputs, unit);
  }

  read(output: OutputRow, row: Row, labels: Labels): Prediction {
    return this.#first.read(output, row, labels);
  }

  undecided(prediction: Prediction, tolerance: number): boolean {
    return this.#first.undecided(prediction, tolerance);
  }

  get #first(): ModelTask {
    return this.#members[0]!.part;
  }
}

const facts = (labels: Labels): string =>
  Object.entries(labels)
    .map(([target, names]) => `${target}: ${names.join(", ")}`)
    .join("; ");

/** PyText's EnsembleTask: several models of the same outputs decide together. */
export const EnsembleTask = component({
  kind: "task",
  name: "EnsembleTask",
  schema,
  check,
  create: (config, context) => new Ensemble(config, context),
});
