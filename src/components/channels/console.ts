import { Type } from "typebox";
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
          columns.map(([, width, cell]) => cell(event.record, event.seconds).padStart(width)).join("  "),
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

/** A split's figures as lines: the averages, then a table of the labels. */
export function figureLines(split: string, figures: Figures): string[] {
  const averages = ["loss", "accuracy", "macro_f1", "micro_f1", "roc_auc", "mcc"]
    .filter((name) => name in figures)
    .map((name) => `${name} ${number(figures[name] as number | null)}`);
  const perClass = Object.entries((figures.per_class ?? {}) as Record<string, Record<string, number | null>>);
  const width = Math.max(5, ...perClass.map(([label]) => label.length));
  const head = `  ${"label".padEnd(width)}  precision  recall      f1  support`;
  const rows = perClass.map(
    ([label, { precision, recall, f1, support }]) =>
      `  ${label.padEnd(width)}  ${number(precision!).padStart(9)}  ${number(recall!).padStart(6)}  ${number(f1!).padStart(6)}  ${String(support).padStart(7)}`,
  );
  return [`${split}: ${averages.join("  ")}`, ...(rows.length > 0 ? [head, ...rows] : [])];
}

/** The run on the terminal. */
export const ConsoleChannel = component({
  kind: "channel",
  name: "ConsoleChannel",
  schema,
  create: ({ progress }) => new Console(progress),
});
