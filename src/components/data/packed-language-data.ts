import { Type } from "typebox";
import { component, Slot } from "../../registry/component.js";
import type { Context } from "../../registry/context.js";
import { ptxError } from "../../registry/errors.js";
import type { Batcher, DataSource, Row, Split, Tensorizer } from "./contracts.js";
import { DataHandler } from "./data-handler.js";
import { Growable } from "./growable.js";
import { SplitData, type Tensorizers } from "./split-data.js";
import { type MaskedTokens, maskedTokensOf } from "./tensorizers/masked-token-tensorizer.js";

/** The input that holds the text. */
const TOKENS = "tokens";

const schema = Type.Object(
  {
    source: Slot("data_source", { description: "Where the texts come from, in order." }),
    batcher: Slot("batcher", {
      default: "PoolingBatcher",
      description: "How full examples are put into batches.",
    }),
  },
  {
    description:
      "Texts for masked language models, packed: all rows end to end, a separator behind each that has pieces, cut into examples of max_seq_len pieces. No piece is left out.",
  },
);

/** The same tensorizer giving all ids of a row and the separator, or nothing for a row without pieces. */
function rowsOfIds(text: MaskedTokens): Tensorizer {
  const { separator: end } = text.tokenizer.special;
  const separator = end === null ? [] : [end];
  const overrides: Readonly<Record<string, unknown>> = {
    fields: [{ name: TOKENS, dtype: "int32", dims: ["line"], pad: 0 }],
    examples: undefined,
    numberize: (row: Row) => {
      const ids = text.ids(row);
      const data = ids.length === 0 ? ids : Int32Array.of(...ids, ...separator);
      return [{ data, sizes: [data.length] }];
    },
  };
  return new Proxy<Tensorizer>(text, {
    get(target, key) {
      if (typeof key === "string" && Object.hasOwn(overrides, key)) return overrides[key];
      const value = Reflect.get(target, key, target) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Texts end to end. */
class Packed extends DataHandler {
  readonly #text: MaskedTokens;
  readonly #packed = new Map<Split, Promise<SplitData>>();

  constructor(
    source: DataSource,
    batcher: Batcher,
    tensorizers: Tensorizers,
    readonly context: Context,
  ) {
    super(source, batcher, tensorizers, context);
    const others = Object.keys(tensorizers).filter((name) => name !== TOKENS);
    if (others.length > 0) {
      const message = `PackedLMData has the one input "${TOKENS}", so "${others[0]}" cannot be filled`;
      throw ptxError("PTX_CONFIG_VALUE", `model.inputs.${others[0]}`, message);
    }
    this.#text = maskedTokensOf(tensorizers[TOKENS], "PackedLMData");
  }

  override load(split: Split): Promise<SplitData> {
    const known = this.#packed.get(split);
    if (known !== undefined) return known;
    const rows = new DataHandler(
      this.source,
      this.batcher,
      { [TOKENS]: rowsOfIds(this.#text) },
      this.context,
    );
    const loading = rows.load(split).then((lines) => this.#pack(lines));
    this.#packed.set(split, loading);
    return loading;
  }

  #pack(lines: SplitData): SplitData {
    const { split } = lines;
    const all = new Growable(Int32Array);
    const rowOf = new Growable(Uint32Array);
    for (let line = 0; line < lines.size; line++) {
      const ids = Int32Array.from(lines.values(TOKENS, line));
      all.append(ids);
      rowOf.append(new Uint32Array(ids.length).fill(line));
    }
    const data = new SplitData(split, this.tensorizers);
    const { room } = this.#text;
    const view = all.view();
    if (view.length === 0)
      throw ptxError(
        "PTX_DATA",
        this.source.files(split).join(", ") || split,
        "none of the texts has a piece",
      );
    for (let from = 0; from < view.length; from += room) {
      const line = rowOf.at(from)!;
      const values = this.#text.values(view.slice(from, from + room));
      data.push([values], lines.origin(line), lines.sourceRow(line));
    }
    data.account = lines.account;
    this.context.log.info(
      `${split}: ${view.length} pieces, separators included, in ${data.size} examples of ${this.#text.most} pieces at most`,
    );
    return data;
  }
}

/** Texts packed into full examples. */
export const PackedLMData = component({
  kind: "data",
  name: "PackedLMData",
  schema,
  create: (config, context, tensorizers) => {
    const { component: source, config: options } = context.part("data_source", config.source);
    const { component: batcher, config: sizes } = context.part("batcher", config.batcher);
    return new Packed(source.create(options, context), batcher.create(sizes, context), tensorizers, context);
  },
});
