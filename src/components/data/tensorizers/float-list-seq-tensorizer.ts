import { type Static, Type } from "typebox";
import type { HostTensor } from "../../../graph/dtype.js";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import { ptxError } from "../../../registry/errors.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row, Tensorizer } from "../contracts.js";
import { badCell, badState } from "./cells.js";
import { listCell } from "./lists.js";
import { tokenOptions } from "./token-cutter.js";

const schema = Type.Object(
  {
    column: Type.String({
      default: "dense",
      description: "The column with a JSON list of numbers for each token: [[0.5, 1], [0, 2]].",
    }),
    dim: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: null,
      description: "How many numbers each token has; null: as many as the first token of the training rows.",
    }),
    max_seq_len: tokenOptions.max_seq_len,
    axis: tokenOptions.axis,
  },
  { description: "A fixed number of numbers that stand beside each token of a text (dense features)." },
);

/** Lists of numbers to vectors `[tokens, dim]`. In a graph it gives `values [batch, tokens, dim]`. */
class TokenNumbers implements Tensorizer {
  readonly columns: readonly string[];
  readonly role = "input";
  #dim: number | null;

  constructor(
    readonly config: Static<typeof schema>,
    readonly name: string,
  ) {
    this.columns = [config.column];
    this.#dim = config.dim;
  }

  get fields(): readonly FieldSpec[] {
    return [{ name: this.name, dtype: "float32", dims: [this.config.axis, this.#size()], pad: 0 }];
  }

  observe(row: Row): void {
    this.#numbers(row);
  }

  async finish(): Promise<void> {}

  numberize(row: Row): FieldValue[] {
    const tokens = this.#numbers(row);
    return [{ data: Float32Array.from(tokens.flat()), sizes: [tokens.length, this.#size()] }];
  }

  length([values]: readonly FieldValue[]): number {
    return values!.sizes[0]!;
  }

  /** Both forms take the numbers. */
  build(scope: Scope, _form: InputForm): InputTensors {
    const dims = ["batch", this.config.axis, this.#size()];
    return { values: scope.graph.input(this.name, "float32", dims) };
  }

  serve(rows: readonly Row[]): Readonly<Record<string, HostTensor>> {
    const texts = rows.map((row) => this.#numbers(row));
    const longest = texts.reduce((most, { length }) => Math.max(most, length), 1);
    const dims = [rows.length, longest, this.#size()];
    const data = new Float32Array(rows.length * longest * this.#size());
    for (const [row, tokens] of texts.entries()) data.set(tokens.flat(), row * longest * this.#size());
    return { [this.name]: { dtype: "float32", dims, data } };
  }

  state(): unknown {
    return { dim: this.#dim };
  }

  load(state: unknown): void {
    const { dim } = (state ?? {}) as { dim?: unknown };
    if (!Number.isInteger(dim)) throw badState(this.name, "the number of features");
    this.#dim = dim as number;
  }

  facts(): Readonly<Record<string, number>> {
    return { features: this.#size() };
  }

  counts(): Readonly<Record<string, number>> {
    return {};
  }

  #size(): number {
    if (this.#dim !== null) return this.#dim;
    throw ptxError(
      "PTX_DATA",
      `inputs.${this.name}`,
      "the number of features is not known before a training row with a token is read: set dim",
    );
  }

  #numbers(row: Row): number[][] {
    const { column, max_seq_len } = this.config;
    const tokens = listCell(row, column, null);
    return tokens.slice(0, max_seq_len ?? tokens.length).map((token) => {
      if (
        !Array.isArray(token) ||
        !token.every((value) => typeof value === "number" && Number.isFinite(Math.fround(value)))
      )
        throw badCell(row, column, "a list of finite numbers for each token", token);
      this.#dim ??= token.length;
      if (token.length !== this.#dim)
        throw badCell(row, column, `${this.#dim} numbers for each token`, token);
      return token as number[];
    });
  }
}

/** Dense features of tokens. */
export const FloatListSeqTensorizer = component({
  kind: "tensorizer",
  name: "FloatListSeqTensorizer",
  schema,
  create: (config, _context, name) => new TokenNumbers(config, name),
});
