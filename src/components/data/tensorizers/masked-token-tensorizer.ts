import { type Static, Type } from "typebox";
import type { HostTensor } from "../../../graph/dtype.js";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import { ptxError } from "../../../registry/errors.js";
import { type RandomStream, stream } from "../../../registry/random.js";
import { mended } from "../../../text/normalize.js";
import type { Piece } from "../../../text/pieces/encoding.js";
import { drawMasking, type MaskingRule, maskedCount } from "../../../text/pieces/masking.js";
import type { PieceTokenizer } from "../../../text/pieces/piece-tokenizer.js";
import { CONTINUATION, WordPiece } from "../../../text/pieces/wordpiece.js";
import type {
  FieldSpec,
  FieldValue,
  InputForm,
  InputTensors,
  PieceTensorizer,
  Row,
  StringForm,
} from "../contracts.js";
import { textCell } from "./cells.js";
import { PieceReader } from "./piece-reader.js";
import { pieceInputs, requireRoom, segmentRule } from "./piece-roles.js";
import { checkPieceOptions, pieceOptions } from "./piece-source.js";

const schema = Type.Object(
  {
    column: Type.String({ default: "text", minLength: 1, description: "The column that holds the text." }),
    ...pieceOptions,
    max_seq_len: Type.Integer({
      minimum: 4,
      default: 128,
      description:
        "Pieces of an example, special ones included; a longer text is cut into several examples, and nothing of it is left out.",
    }),
    masking_rate: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.15,
      description: "Share of the pieces that the model is to tell.",
    }),
    whole_words: Type.Boolean({
      default: false,
      description: "Choose words, all of whose pieces are to be told; for BERT's pieces.",
    }),
    axis: Type.String({ default: "pieces", minLength: 1, description: "Name of the axis of pieces." }),
  },
  {
    description:
      "Ids of a text's pieces, some of which are hidden: of those chosen 80 % stand as [MASK], 10 % as another piece, 10 % as they are. Chosen anew in every epoch of training, and always alike in eval and test.",
  },
);
type Config = Static<typeof schema>;

/** The axis of the places that are to be told. */
const MASKED = "masked";

/** What stands where a row has no more places. */
const NO_PLACE = -1;

/** One example of a text. */
interface MaskedWindow {
  /** Its pieces, special ones aside. */
  readonly pieces: readonly Piece[];
  /** The places to be told, among all of the example's pieces. */
  readonly places: Int32Array;
}

/** Places to be told and the ids that stand there. */
interface Chosen {
  readonly places: Int32Array;
  readonly replacements: Int32Array;
}

/**
 * Text to ids of pieces `[pieces]` and, for eval, test and prediction, a masking `[2, masked]`: the places to be told, and the
 * ids that stand there. In a graph it gives `ids`, `mask` and `segments` as `BERTTensorizer` does, of the text as it is, and
 * `masking [batch, 2, masked]` (int32, -1 where a row has no more places). Where a text spells the mask, only these places are
 * to be told.
 */
export class MaskedTokens extends PieceReader implements PieceTensorizer {
  readonly columns: readonly string[];
  readonly role = "input";
  #rule: MaskingRule | undefined;
  #cutRows = 0;

  constructor(
    readonly config: Config,
    name: string,
  ) {
    super(config, name);
    this.columns = [config.column];
  }

  get most(): number {
    return this.config.max_seq_len;
  }

  /** How many pieces of text an example has room for. */
  get room(): number {
    return this.most - this.tokenizer.specialCount(1);
  }

  get fields(): readonly FieldSpec[] {
    return [
      this.idsField(this.config.axis),
      { name: `${this.name}_masking`, dtype: "int32", dims: [2, MASKED], pad: NO_PLACE },
    ];
  }

  /** How pieces are masked. */
  get rule(): MaskingRule {
    this.#rule ??= ruleOf(this.tokenizer, this.config);
    return this.#rule;
  }

  async finish(): Promise<void> {
    await this.source.read();
    const where = `inputs.${this.name}`;
    const { special, cutter } = this.tokenizer;
    segmentRule(this.tokenizer, 1, this.name);
    requireRoom(this.tokenizer, 1, this.most, this.name);
    if (special.mask === null)
      throw ptxError(
        "PTX_VOCABULARY",
        where,
        "the vocabulary has no piece that stands for a hidden one ([MASK])",
      );
    if (this.config.whole_words && !(cutter instanceof WordPiece))
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `${where}.whole_words`,
        "only BERT's pieces tell by themselves which ones go on with a word",
        "set whole_words to false",
      );
  }

  numberize(row: Row): FieldValue[] {
    return this.examples(row)[0]!;
  }

  examples(row: Row): FieldValue[][] {
    const windows = this.#windows(row);
    this.countRow(windows.flat().map(({ id }) => id));
    if (windows.length > 1) this.#cutRows += 1;
    const spelled = this.#spelledIn(windows);
    return windows.map((pieces) => this.values(idsOf(pieces), spelled));
  }

  /** The text that places are about. */
  textOf(row: Row): string {
    return mended(textCell(row, this.config.column));
  }

  /** A row's examples with their places in its text. */
  windows(row: Row): MaskedWindow[] {
    const windows = this.#windows(row);
    const spelled = this.#spelledIn(windows);
    return windows.map((pieces) => ({
      pieces,
      places: this.#chosen(this.#around(idsOf(pieces)), spelled).places,
    }));
  }

  /** Where the pieces of a text begin among those of an example. */
  get before(): number {
    return this.tokenizer.template.single.findIndex(({ piece }) => "text" in piece);
  }

  /**
   * The values of an example whose pieces of text have these ids.
   * @param spelled whether only places where the mask stands already are to be told
   */
  values(text: Int32Array, spelled = false): FieldValue[] {
    const ids = this.#around(text);
    const { places, replacements } = this.#chosen(ids, spelled);
    return [
      { data: ids, sizes: [ids.length] },
      { data: Int32Array.of(...places, ...replacements), sizes: [2, places.length] },
    ];
  }

  /** The ids of all of a text's pieces, for those who put several texts into one example. */
  ids(row: Row): Int32Array {
    const pieces = this.tokenizer.tokenize(this.textOf(row));
    const ids = idsOf(pieces);
    this.countRow(ids);
    return ids;
  }

  /** Writes a masking of its own for each row of a batch, `[batch, 2, masked]`, where its ids are fed. */
  drawMaskings(random: RandomStream, into: Int32Array, batch: Readonly<Record<string, HostTensor>>): void {
    const { dims, data } = batch[this.name]!;
    const [rows, pieces] = dims as [number, number];
    const width = into.length / rows / 2;
    into.fill(NO_PLACE);
    for (let row = 0; row < rows; row++) {
      const ids = data.slice(row * pieces, (row + 1) * pieces) as Int32Array;
      const at = 2 * row * width;
      drawMasking(
        this.rule,
        ids,
        random,
        into.subarray(at, at + width),
        into.subarray(at + width, at + 2 * width),
      );
    }
  }

  build(scope: Scope, form: InputForm): InputTensors {
    if (form !== "ids") this.#refuse();
    const ids = scope.graph.input(this.name, "int32", ["batch", this.config.axis]);
    const masking = scope.graph.input(`${this.name}_masking`, "int32", ["batch", 2, MASKED]);
    return { ...pieceInputs(ids, this.tokenizer, segmentRule(this.tokenizer, 1, this.name)), masking };
  }

  serve(_rows: readonly Row[], _form: StringForm): Readonly<Record<string, HostTensor>> {
    return this.#refuse();
  }

  override counts(): Readonly<Record<string, number>> {
    return { ...super.counts(), rows_cut_into_several: this.#cutRows };
  }

  /** The pieces of a text, in which the mask may be spelled. */
  #cut(text: string): Piece[] {
    const { tokenizer } = this;
    const mask = tokenizer.pieces[this.rule.mask]!;
    const pieces: Piece[] = [];
    let from = 0;
    for (const part of text.split(mask)) {
      if (from > 0) pieces.push({ id: this.rule.mask, startUtf16: from - mask.length, endUtf16: from });
      for (const { id, startUtf16, endUtf16 } of tokenizer.tokenize(part))
        pieces.push({ id, startUtf16: startUtf16 + from, endUtf16: endUtf16 + from });
      from += part.length + mask.length;
    }
    return pieces;
  }

  /** A row's pieces in order, as many in each window as there is room for. */
  #windows(row: Row): Piece[][] {
    const pieces = this.#cut(this.textOf(row));
    const count = Math.max(1, Math.ceil(pieces.length / this.room));
    return Array.from({ length: count }, (_, i) => pieces.slice(i * this.room, (i + 1) * this.room));
  }

  #spelledIn(windows: readonly (readonly Piece[])[]): boolean {
    return windows.some((pieces) => pieces.some(({ id }) => id === this.rule.mask));
  }

  /** The places where the mask is spelled; or else the masking that is the same for the same pieces, whatever the run. */
  #chosen(ids: Int32Array, spelled: boolean): Chosen {
    if (spelled) {
      const { mask } = this.rule;
      const places = Int32Array.from(ids.keys()).filter((at) => ids[at] === mask);
      return { places, replacements: places.map(() => mask) };
    }
    // As many places as a training pass may choose: of whole words there may be fewer.
    const count = maskedCount(this.rule, ids);
    const [places, replacements] = [new Int32Array(count), new Int32Array(count)];
    const drawn = drawMasking(this.rule, ids, stream(0, "masking", ...ids), places, replacements);
    return { places: places.fill(NO_PLACE, drawn), replacements: replacements.fill(NO_PLACE, drawn) };
  }

  #around(ids: Int32Array): Int32Array {
    const parts = this.tokenizer.template.single.map(({ piece }) => ("id" in piece ? [piece.id] : ids));
    return Int32Array.from(parts.flatMap((part) => [...part]));
  }

  #refuse(): never {
    throw ptxError(
      "PTX_EXPORT",
      `inputs.${this.name}`,
      "MaskedTokenTensorizer chooses the places to be told itself, for which there are no operators",
      "export the encoder alone with --hugging-face",
    );
  }
}

const idsOf = (pieces: readonly Piece[]): Int32Array => Int32Array.from(pieces, ({ id }) => id);

function ruleOf(
  tokenizer: PieceTokenizer,
  { masking_rate: rate, whole_words: wholeWords }: Config,
): MaskingRule {
  const { pieces, special } = tokenizer;
  const barred = new Set<number | null>(Object.values(special));
  const ordinary = Int32Array.from(pieces.keys()).filter((id) => pieces[id] !== undefined && !barred.has(id));
  const isOrdinary = new Uint8Array(pieces.length);
  for (const id of ordinary) isOrdinary[id] = 1;
  const continues = Uint8Array.from(pieces, (piece) => (piece?.startsWith(CONTINUATION) ? 1 : 0));
  return { rate, wholeWords, mask: special.mask!, ordinary, isOrdinary, continues };
}

/** The masked text behind a model's input. Throws `PTX_CONFIG_VALUE` for another tensorizer. */
export function maskedTokensOf(tensorizer: unknown, reader: string): MaskedTokens {
  if (tensorizer instanceof MaskedTokens) return tensorizer;
  throw ptxError(
    "PTX_CONFIG_VALUE",
    "model.inputs.tokens",
    `${reader} needs pieces some of which are hidden`,
    "use MaskedTokenTensorizer for inputs.tokens",
  );
}

/** Ids of pieces, some of which are hidden. */
export const MaskedTokenTensorizer = component({
  kind: "tensorizer",
  name: "MaskedTokenTensorizer",
  schema,
  check: checkPieceOptions,
  create: (config, _context, name) => new MaskedTokens(config, name),
});
