/** @file Data of language models: running text in parallel streams, or lines that stand alone. */
import { type Static, Type } from "typebox";
import { component, Slot } from "../../registry/component.js";
import type { Context } from "../../registry/context.js";
import { ptxError } from "../../registry/errors.js";
import type { Batcher, DataSource, FieldValue, Row, Split, Tensorizer } from "./contracts.js";
import { DataHandler } from "./data-handler.js";
import { Growable } from "./growable.js";
import { SplitData, type Tensorizers } from "./split-data.js";
import { END_ID, type RunningText, runningTextOf } from "./tensorizers/running-text-tensorizer.js";

/** The input that holds the text. */
const TOKENS = "tokens";

/** A data handler whose batches may go on where the batch before ended, row by row. */
export interface LanguageHandler extends DataHandler {
  /** Whether the state after a row is the state before the row at the same place in the next batch. */
  readonly carriesState: boolean;
}

/** Whether a handler tells what becomes of states between batches. */
export const isLanguageHandler = (handler: DataHandler): handler is LanguageHandler =>
  "carriesState" in handler;

/** The same tensorizer with an end of line behind each row. */
function withEnds(text: RunningText): Tensorizer {
  return new Proxy<Tensorizer>(text, {
    get(target, key) {
      const value = Reflect.get(target, key, target) as unknown;
      if (key === "numberize") return (row: Row): FieldValue[] => ended(text, text.numberize(row));
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function ended(text: RunningText, [ids]: readonly FieldValue[]): FieldValue[] {
  const line = new Int32Array(ids!.data.length + 1).fill(END_ID);
  line.set(ids!.data);
  return text.piece(line, END_ID);
}

/** Lines of running text, each closed by an end of line. */
abstract class LineHandler extends DataHandler implements LanguageHandler {
  abstract readonly carriesState: boolean;
  protected readonly text: RunningText;
  /** Reads the lines. */
  readonly #lines: DataHandler;

  constructor(
    source: DataSource,
    batcher: Batcher,
    tensorizers: Tensorizers,
    context: Context,
    reader: string,
  ) {
    super(source, batcher, tensorizers, context);
    const others = Object.keys(tensorizers).filter((name) => name !== TOKENS);
    if (others.length > 0) {
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `model.inputs.${others[0]}`,
        `${reader} has the one input "${TOKENS}", so "${others[0]}" cannot be filled`,
      );
    }
    this.text = runningTextOf(tensorizers[TOKENS], reader);
    this.#lines = new DataHandler(source, batcher, { [TOKENS]: withEnds(this.text) }, context);
  }

  override load(split: Split): Promise<SplitData> {
    return this.#lines.load(split);
  }
}

const lineSchema = Type.Object(
  {
    source: Slot("data_source", { description: "Where the lines come from." }),
    batcher: Slot("batcher", { default: "PoolingBatcher", description: "How lines are put into batches." }),
  },
  {
    description:
      "Lines for a language model that stand alone, such as sentences in any order: each is predicted from its own beginning, its end included.",
  },
);

class Lines extends LineHandler {
  readonly carriesState = false;
}

/** Lines that stand alone. */
export const LanguageModelLineData = component({
  kind: "data",
  name: "LanguageModelLineData",
  schema: lineSchema,
  create: (config, context, tensorizers) => {
    const { component: source, config: options } = context.part("data_source", config.source);
    const { component: batcher, config: sizes } = context.part("batcher", config.batcher);
    const lines = source.create(options, context);
    return new Lines(lines, batcher.create(sizes, context), tensorizers, context, "LanguageModelLineData");
  },
});

const size = (description: string, byDefault: number) =>
  Type.Integer({ minimum: 1, default: byDefault, description });

const streamSchema = Type.Object(
  {
    source: Slot("data_source", { description: "Where the lines come from, in the order of the text." }),
    batch_size: size(
      "Streams that the training text is cut into; each batch holds one piece of every stream.",
      20,
    ),
    bptt: size("Tokens of a piece in training: how far gradients go back.", 35),
    carry_state: Type.Boolean({
      default: true,
      description:
        "Whether a piece begins with the state that the piece before it ended with; if not, every piece begins with zeros.",
    }),
    eval_batch_size: size("Streams that the eval text is cut into.", 10),
    test_batch_size: size(
      "Streams that the test text is cut into. With 1 every token is predicted from all of the text before it; each further stream begins with a state of zeros once.",
      1,
    ),
    eval_bptt: size(
      "Tokens of a piece in eval and test. While the state is carried it changes memory and speed only.",
      128,
    ),
  },
  {
    description:
      "Running text for language models: all lines end to end, an end of line behind each, in parallel streams. No token is left out: the last pieces are padded.",
  },
);

/** Batch t holds piece t of every stream, in the order of the streams. */
class StreamBatcher implements Batcher {
  readonly #streams = new Map<Split, number>();

  /** How many streams a split has, once its rows are made. */
  set(split: Split, streams: number): void {
    this.#streams.set(split, streams);
  }

  train(lengths: Int32Array): Uint32Array[] {
    return this.#batches(lengths.length, "train");
  }

  eval(lengths: Int32Array, split: "eval" | "test"): Uint32Array[] {
    return this.#batches(lengths.length, split);
  }

  #batches(rows: number, split: Split): Uint32Array[] {
    const streams = this.#streams.get(split)!;
    return Array.from({ length: rows / streams }, (_, piece) =>
      Uint32Array.from({ length: streams }, (_, stream) => piece * streams + stream),
    );
  }
}

class Streams extends LineHandler {
  readonly carriesState: boolean;
  readonly #pieces = new Map<Split, Promise<SplitData>>();

  constructor(
    readonly config: Static<typeof streamSchema>,
    source: DataSource,
    readonly order: StreamBatcher,
    tensorizers: Tensorizers,
    readonly context: Context,
  ) {
    super(source, order, tensorizers, context, "LanguageModelData");
    this.carriesState = config.carry_state;
  }

  override load(split: Split): Promise<SplitData> {
    const known = this.#pieces.get(split);
    if (known !== undefined) return known;
    const loading = super.load(split).then((lines) => this.#cut(lines));
    this.#pieces.set(split, loading);
    return loading;
  }

  /** All lines end to end, cut into streams whose lengths differ by one token at most, these into pieces. */
  #cut(lines: SplitData): SplitData {
    const { split } = lines;
    const [streams, length] = this.#sizes(split);
    const text = new Growable(Int32Array);
    /** The line of each token. */
    const lineOf = new Growable(Uint32Array);
    for (let line = 0; line < lines.size; line++) {
      const ids = lines.values(TOKENS, line);
      text.append(Int32Array.from(ids));
      lineOf.append(new Uint32Array(ids.length).fill(line));
    }
    const tokens = text.length;
    const used = Math.min(streams, tokens);
    const starts = Array.from(
      { length: used + 1 },
      (_, i) => i * Math.floor(tokens / used) + Math.min(i, tokens % used),
    );
    const pieces = Math.ceil(starts[1]! / length);
    const data = new SplitData(split, this.tensorizers);
    const view = text.view();
    for (let piece = 0; piece < pieces; piece++) {
      for (let stream = 0; stream < used; stream++) {
        const end = starts[stream + 1]!;
        const from = Math.min(starts[stream]! + piece * length, end);
        const ids = view.slice(from, Math.min(from + length, end));
        const line = lineOf.at(Math.min(from, tokens - 1))!;
        const before = from === 0 ? END_ID : view[from - 1]!;
        data.push([this.text.piece(ids, before)], lines.origin(line), lines.sourceRow(line));
      }
    }
    data.account = lines.account;
    this.order.set(split, used);
    const padded = used * starts[1]! - tokens;
    this.context.log.info(
      `${split}: ${tokens} tokens, ends of lines included, in ${used} streams and ${pieces} batches; ${padded} places padded`,
    );
    return data;
  }

  #sizes(split: Split): [streams: number, length: number] {
    const { batch_size, eval_batch_size, test_batch_size, bptt, eval_bptt } = this.config;
    if (split === "train") return [batch_size, bptt];
    return [split === "eval" ? eval_batch_size : test_batch_size, eval_bptt];
  }
}

/** Running text in parallel streams. */
export const LanguageModelData = component({
  kind: "data",
  name: "LanguageModelData",
  schema: streamSchema,
  create: (config, context, tensorizers) => {
    const { component: source, config: options } = context.part("data_source", config.source);
    return new Streams(config, source.create(options, context), new StreamBatcher(), tensorizers, context);
  },
});
