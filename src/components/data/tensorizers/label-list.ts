import { type Static, Type } from "typebox";
import type { CheckProblem } from "../../../registry/component.js";
import { ptxError } from "../../../registry/errors.js";
import { InputFile } from "../../../registry/input-file.js";
import { didYouMean } from "../../../registry/nearest.js";
import { forEachLine, lineBlocks } from "../../../text/lines.js";
import { VocabularyBuilder } from "../../../text/vocabulary.js";
import { type Row, SkipRow } from "../contracts.js";

/** Stands for every label that the training rows lack (policy "missed"). */
export const UNKNOWN_LABEL = "__UNKNOWN__";

/** Begins the keys of `unknownCounts()` that tell how often each such label was met. */
export const UNKNOWN_COUNT = "unknown_label:";

/** Config keys of the tensorizers whose values are labels. */
export const labelOptions = {
  labels: Type.Union(
    [Type.Array(Type.String({ minLength: 1 }), { minItems: 1, uniqueItems: true }), Type.Null()],
    {
      default: null,
      description:
        "All labels in the order of their ids; null: those of the training rows, the most frequent first.",
    },
  ),
  label_file: InputFile({
    default: null,
    description: "A file with all labels, one a line, in the order of their ids.",
  }),
  on_unknown: Type.Union([Type.Literal("fail"), Type.Literal("skip"), Type.Literal("missed")], {
    default: "fail",
    description: `What to do with a label that is not among them: "fail" stops with file:line, "skip" leaves the row out and prints how many, "missed" keeps the row and calls the label ${UNKNOWN_LABEL}, which no training row has, so that it counts as a mistake in eval and test rows.`,
  }),
};

const optionsSchema = () => Type.Object(labelOptions);
/** The resolved value of `labelOptions`. */
export type LabelOptions = Static<ReturnType<typeof optionsSchema>>;

/** The rule between the keys of `labelOptions`. */
export function checkLabelOptions({
  labels,
  label_file,
}: Pick<LabelOptions, "labels" | "label_file">): readonly CheckProblem[] {
  if (labels === null || label_file === null) return [];
  return [{ path: "label_file", message: "labels and label_file are both given: keep one" }];
}

/** The labels of a task and their ids, from the config, a file or the training rows. White space around a label is no part of it. */
export class LabelList {
  readonly #builder = new VocabularyBuilder();
  #ids = new Map<string, number>();
  #names: readonly string[] = [];
  #counts: readonly number[] = [];
  readonly #unknown = new Map<string, number>();

  constructor(
    readonly options: LabelOptions,
    readonly where: string,
    readonly fewest = 2,
  ) {}

  /** In id order; empty before `finish` or `load`. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** How many training rows have each label, in id order. */
  get counts(): readonly number[] {
    return this.#counts;
  }

  observe(label: string): void {
    this.#builder.add(label);
  }

  async finish(): Promise<void> {
    const seen = this.#builder.counted({ minCount: 1, maxSize: 0 });
    const names = this.options.labels ?? (await this.#fromFile()) ?? seen;
    if (names.length < this.fewest) {
      const found = names.length === 0 ? "there is no label" : `"${names[0]}" is the only label`;
      throw this.#fault(`${found} in the training rows: ${this.fewest} or more are needed`);
    }
    const all = this.options.on_unknown === "missed" ? this.#withUnknown(names, seen) : names;
    this.#set(
      all,
      all.map((name) => this.#builder.count(name)),
    );
  }

  /** How many labels `id` was asked for that are not in the list (policy "missed"), in all and by label. */
  unknownCounts(): Readonly<Record<string, number>> {
    if (this.#unknown.size === 0) return {};
    const each = [...this.#unknown].map(([label, count]) => [`${UNKNOWN_COUNT}${label}`, count] as const);
    const total = each.reduce((sum, [, count]) => sum + count, 0);
    return { unknown_labels: total, ...Object.fromEntries(each) };
  }

  state(): { labels: readonly string[]; counts: readonly number[] } {
    return { labels: this.#names, counts: this.#counts };
  }

  /** Restores `state()`. Throws `PTX_MODEL_FILE` when it does not fit. */
  load(state: unknown): void {
    const { labels, counts } = (state ?? {}) as { labels?: unknown; counts?: unknown };
    const areLabels = Array.isArray(labels) && labels.every((label) => typeof label === "string");
    if (
      !areLabels ||
      !Array.isArray(counts) ||
      counts.length !== labels.length ||
      !counts.every(Number.isInteger)
    ) {
      throw ptxError(
        "PTX_MODEL_FILE",
        this.where,
        "the saved state does not fit this tensorizer: it needs labels and their counts",
      );
    }
    this.#set(labels, counts as number[]);
  }

  #set(names: readonly string[], counts: readonly number[]): void {
    this.#names = names;
    this.#counts = counts;
    this.#ids = new Map(names.map((name, id) => [name, id]));
  }

  /** The names with the one for all others, which training rows must not need. */
  #withUnknown(names: readonly string[], seen: readonly string[]): readonly string[] {
    if (names.includes(UNKNOWN_LABEL))
      throw this.#fault(`a label is called ${UNKNOWN_LABEL}, which has a meaning here`);
    const listed = new Set(names);
    const unlisted = seen.find((label) => !listed.has(label));
    if (unlisted === undefined) return [...names, UNKNOWN_LABEL];
    throw this.#fault(
      `the training rows hold the label "${unlisted}", which is not among the given ones: "missed" is for labels that only eval or test rows have`,
    );
  }

  #fault(message: string): Error {
    return ptxError("PTX_DATA", this.where, message);
  }

  /** A label's id. An unknown one throws `PTX_DATA` with the row's origin and the nearest label, or `SkipRow`, or has the id of `UNKNOWN_LABEL`. */
  id(label: string, row: Row): number {
    const id = this.#ids.get(label);
    if (id !== undefined) return id;
    if (this.options.on_unknown === "missed") {
      this.#unknown.set(label, (this.#unknown.get(label) ?? 0) + 1);
      return this.#ids.get(UNKNOWN_LABEL)!;
    }
    if (this.options.on_unknown === "skip") throw new SkipRow(`unknown label (${this.where})`);
    const known = this.#names.length <= 20 ? this.#names.join(", ") : `${this.#names.length} labels`;
    throw ptxError(
      "PTX_DATA",
      row.origin,
      `the label "${label}" is not one of the labels${didYouMean(label, this.#names)}  known: ${known}`,
      `set on_unknown in ${this.where} to "skip" to leave such rows out, or to "missed" to count them as mistakes`,
    );
  }

  async #fromFile(): Promise<readonly string[] | undefined> {
    const { label_file: file } = this.options;
    if (file === null) return undefined;
    const names = new Set<string>();
    for await (const block of lineBlocks(file)) {
      forEachLine(block, (text, line) => {
        const name = text.trim();
        if (name === "") throw ptxError("PTX_DATA", `${file}:${line}`, "the line holds no label");
        if (names.has(name))
          throw ptxError("PTX_DATA", `${file}:${line}`, `the label "${name}" stands in the file twice`);
        names.add(name);
      });
    }
    return [...names];
  }
}
