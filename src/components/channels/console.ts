import { Type } from "typebox";
import type { Confusion, LabelFigures } from "../../metrics/index.js";
import { component } from "../../registry/component.js";
import type { Channel, EpochRecord, Figures, TrainingEvent } from "../trainers/contracts.js";

const schema = Type.Object(
  {
    progress: Type.Union([Type.Literal("auto"), Type.Literal("always"), Type.Literal("never")], {
      default: "auto",
      description: "A moving progress line: on terminals only (auto), always, or never.",
    }),
  },
  {
    description:
      "Shows the run on the terminal: a line an epoch, progress with speed and time left, the final figures.",
  },
);

const columns: readonly [string, number, (record: EpochRecord, seconds: number) => string][] = [
  ["epoch", 5, ({ epoch }) => String(epoch)],
  ["train loss", 10, (record) => number(record.train_loss)],
  ["eval loss", 9, (record) => number(record.eval_loss)],
  ["metric", 8, (record) => number(record.metric)],
  ["rate", 9, (record) => record.learning_rate.toExponential(2)],
  ["seconds", 7, (_, seconds) => seconds.toFixed(1)],
  ["", 4, ({ best }) => (best ? "best" : "")],
];

/** Each task's own metric behind the line of an epoch, where there are several. */
function taskMetrics({ tasks }: EpochRecord): string {
  const shown = Object.entries(tasks ?? {}).map(([name, metric]) => `${name} ${number(metric)}`);
  return shown.length === 0 ? "" : `  ${shown.join("  ")}`;
}

/** The share of zeros behind it, where a sparsifier makes them. */
const zeros = ({ sparsity }: EpochRecord): string =>
  sparsity === undefined ? "" : `  ${(100 * sparsity).toFixed(1)} % zeros`;

class Console implements Channel {
  readonly terminal = true;
  readonly #live: boolean;
  #drawn = false;
  #rows = 0;
  #since = performance.now();
  #next = 0;

  constructor(progress: "auto" | "always" | "never") {
    this.#live = progress === "always" || (progress === "auto" && process.stderr.isTTY === true);
  }

  event(event: TrainingEvent): void {
    switch (event.type) {
      case "start":
        this.#start(event);
        break;
      case "progress":
        this.#progress(event);
        break;
      case "epoch":
        this.#line(
          columns.map(([, width, cell]) => cell(event.record, event.seconds).padStart(width)).join("  ") +
            taskMetrics(event.record) +
            zeros(event.record),
        );
        this.#restart();
        break;
      case "stop":
        this.#line(`${event.reason}; best epoch ${event.best_epoch}`);
        break;
      case "figures":
        for (const line of figureLines(event.split, event.figures)) this.#line(line);
        break;
      default:
        event satisfies never;
    }
  }

  close(): void {
    this.#clear();
  }

  #start({ rows, batches, epochs, parameters, resumed }: Extract<TrainingEvent, { type: "start" }>): void {
    const from = resumed > 0 ? `; resumed after ${resumed} steps` : "";
    this.#line(
      `training: ${rows} rows, ${batches} batches an epoch, ${epochs} epochs, ${parameters} parameters${from}`,
    );
    this.#line(columns.map(([title, width]) => title.padStart(width)).join("  "));
    this.#restart();
  }

  #restart(): void {
    [this.#rows, this.#since, this.#next] = [0, performance.now(), 0];
  }

  #progress({ epoch, batch, batches, rows, loss }: Extract<TrainingEvent, { type: "progress" }>): void {
    this.#rows += rows;
    const now = performance.now();
    if (!this.#live || now < this.#next) return;
    this.#next = now + 100;
    const seconds = (now - this.#since) / 1000;
    const left = (seconds / batch) * (batches - batch);
    const filled = Math.round((batch / batches) * 24);
    const bar = `${"█".repeat(filled)}${"░".repeat(24 - filled)}`;
    const line = `epoch ${epoch} ${bar} ${batch}/${batches}  loss ${number(loss)}  ${Math.round(this.#rows / seconds)} rows/s  ${left.toFixed(0)} s left`;
    process.stderr.write(`\r\u001b[2K${line}`);
    this.#drawn = true;
  }

  #clear(): void {
    if (this.#drawn) process.stderr.write("\r\u001b[2K");
    this.#drawn = false;
  }

  #line(line: string): void {
    this.#clear();
    process.stdout.write(`${line}\n`);
  }
}

function number(value: number | null): string {
  return value === null ? "-" : value.toFixed(4);
}

/** The figures that are shown of a split, as far as it has them, whatever its kind of task. */
const SHOWN = [
  ...["loss", "accuracy", "macro_f1", "micro_f1", "roc_auc", "mcc"],
  ...["frame_accuracy", "intent_accuracy", "slot_precision", "slot_recall", "slot_f1"],
  ...["entity_precision", "entity_recall", "entity_f1"],
  ...["frame_accuracy_top_k", "average_score_difference"],
  ...["token_accuracy", "sentence_accuracy", "tag_macro_f1", "bracket_f1", "tree_f1"],
  ...["perplexity", "bits_per_token"],
  ...["pearson", "spearman", "mrr", "map"],
  ...["exact_match_top_k", "token_error_rate", "token_f1", "bleu", "chrf", "rougeL", "out_of_reach"],
  ...["exact_match", "f1", "has_answer_exact_match", "has_answer_f1", "no_answer_accuracy"],
  ...["best_exact_match", "best_exact_match_threshold", "best_f1", "best_f1_threshold"],
];

/** Figures at several cuts of a ranking, with their titles. */
const CUTS = [
  ["recall_at", "recall"],
  ["ndcg_at", "nDCG"],
] as const;

/** The tables of precision and recall, with the title of their first column. */
const TABLES = [
  ["per_class", "label"],
  ["per_intent", "intent"],
  ["per_slot", "slot"],
  ["per_entity", "entity"],
  ["per_tag", "tag"],
] as const;

/** How many of the most frequent errors are shown. */
const CONFUSIONS = 5;

/**
 * A split's figures as lines: the main ones, then tables of the labels, then what was taken for what most often. Of
 * several tasks each has such lines of its own, under its name.
 */
export function figureLines(split: string, figures: Figures): string[] {
  const main = SHOWN.filter((name) => name in figures).map(
    (name) => `${name} ${number(figures[name] as number | null)}`,
  );
  const confusions = (figures.confusions ?? {}) as Readonly<Record<string, readonly Confusion[]>>;
  // Where tags are entities or slots, these tell more than single tags.
  const whole = "per_entity" in figures || "per_slot" in figures;
  return [
    `${split}: ${main.join("  ")}`,
    ...CUTS.filter(([key]) => key in figures).map(
      ([key, title]) =>
        `  ${title} at${Object.entries(figures[key] as Readonly<Record<string, number | null>>)
          .map(([cut, value]) => `  ${cut}: ${number(value)}`)
          .join("")}`,
    ),
    ...TABLES.filter(([key]) => key in figures && !(whole && key === "per_tag")).flatMap(([key, title]) =>
      tableLines(title, figures[key] as Readonly<Record<string, LabelFigures>>),
    ),
    ...Object.entries(confusions)
      .filter(([kind]) => !(whole && kind === "tags"))
      .flatMap(([kind, list]) => confusionLines(kind, list)),
    ...Object.entries(figures).flatMap(([task, own]) =>
      isFigures(own) ? figureLines(`${split} ${task}`, own) : [],
    ),
  ];
}

/** Whether a value holds the figures of one of several tasks: such have a loss. */
function isFigures(value: unknown): value is Figures {
  if (typeof value !== "object" || value === null || !("loss" in value)) return false;
  return value.loss === null || typeof value.loss === "number";
}

function tableLines(title: string, table: Readonly<Record<string, LabelFigures>>): string[] {
  const rows = Object.entries(table);
  if (rows.length === 0) return [];
  const width = Math.max(title.length, ...rows.map(([label]) => label.length));
  return [
    `  ${title.padEnd(width)}  precision  recall      f1  support`,
    ...rows.map(
      ([label, { precision, recall, f1, support }]) =>
        `  ${label.padEnd(width)}  ${number(precision).padStart(9)}  ${number(recall).padStart(6)}  ${number(f1).padStart(6)}  ${String(support).padStart(7)}`,
    ),
  ];
}

function confusionLines(kind: string, confusions: readonly Confusion[]): string[] {
  if (confusions.length === 0) return [];
  const name = (label: string | null): string => label ?? "(none)";
  const shown = confusions.slice(0, CONFUSIONS);
  const width = Math.max(...shown.map(({ gold }) => name(gold).length));
  return [
    `  most frequent errors in ${kind}, gold -> predicted:`,
    ...shown.map(
      ({ gold, predicted, count, other_bounds: bounds }) =>
        `  ${String(count).padStart(7)}  ${name(gold).padEnd(width)} -> ${name(predicted)}${bounds ? ", other bounds" : ""}`,
    ),
  ];
}

/** The run on the terminal. */
export const ConsoleChannel = component({
  kind: "channel",
  name: "ConsoleChannel",
  schema,
  create: ({ progress }) => new Console(progress),
});
