/** @file Files of vectors: rows come a chunk at a time, and a file appears only when it is complete. */
import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ptxError } from "../../registry/errors.js";
import { requireFileTarget } from "../../registry/output-file.js";
import { shortNumbers } from "../short-numbers.js";
import type { Embedded } from "./contracts.js";
import { NpyFile } from "./npy-file.js";

/** A text's vector, and the row of data that the text is from. */
export interface VectorRow {
  readonly values: Readonly<Record<string, unknown>>;
  readonly embedded: Embedded;
}

/** What a file of vectors holds. */
export interface VectorsForm {
  /** The columns of texts. */
  readonly columns: readonly string[];
  /** Size of the vectors. */
  readonly dim: number;
  /** Whether rows have a vector for each token. */
  readonly perToken: boolean;
  /** Whether the tokens are written, too. */
  readonly showTokens: boolean;
}

/** Writes rows to one or several files. */
interface RowsWriter {
  /** The files under their temporary names, and where they belong. */
  readonly files: readonly (readonly [temporary: string, path: string])[];
  write(rows: readonly VectorRow[]): Promise<void>;
  close(): Promise<void>;
  abandon(): Promise<void>;
}

type Opener = (path: string, form: VectorsForm) => Promise<RowsWriter>;

const FORMS: Readonly<Record<string, Opener>> = {
  ".npy": npyWriter,
  ".jsonl": jsonWriter,
  ".parquet": parquetWriter,
};

/** Throws `PTX_USAGE` for a name whose end says no known form, or a form that cannot hold tokens. */
export function requireVectorsForm(path: string, showTokens: boolean): void {
  openerOf(path);
  if (showTokens && path.endsWith(".npy"))
    throw ptxError("PTX_USAGE", "--show-tokens", ".npy files hold numbers only", "use .jsonl or .parquet");
}

/**
 * Opens a file by the end of its name: `.npy` (float32 `[rows, dim]`; one vector a token: `[all tokens, dim]`, and beside it
 * NAME.offsets.npy, int64 `[rows + 1]`: row i's tokens are offsets[i] to offsets[i + 1]), `.jsonl` or `.parquet`.
 */
export async function openVectorsFile(path: string, form: VectorsForm): Promise<VectorsFile> {
  requireVectorsForm(path, form.showTokens);
  requireFileTarget(path, "--output");
  return new VectorsFile(await openerOf(path)(path, form));
}

function openerOf(path: string): Opener {
  const end = Object.keys(FORMS).find((one) => path.endsWith(one));
  if (end !== undefined) return FORMS[end]!;
  const message = `the name must end in ${Object.keys(FORMS).join(", ")}`;
  throw ptxError("PTX_USAGE", `--output ${path}`, message);
}

/** An open file of vectors. */
export class VectorsFile {
  readonly #writer: RowsWriter;

  constructor(writer: RowsWriter) {
    this.#writer = writer;
  }

  async write(rows: readonly VectorRow[]): Promise<void> {
    await this.#writer.write(rows);
  }

  /** Puts the files in their places, whose names it gives. */
  async close(): Promise<string[]> {
    await this.#writer.close();
    for (const [temporary, path] of this.#writer.files) await rename(temporary, path);
    return this.#writer.files.map(([, path]) => path);
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await this.#writer.abandon();
    for (const [temporary] of this.#writer.files) await rm(temporary, { force: true });
  }
}

const temporaryOf = (path: string): string => join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);

async function npyWriter(path: string, { dim, perToken }: VectorsForm): Promise<RowsWriter> {
  const offsetsPath = path.replace(/\.npy$/, ".offsets.npy");
  const files = (perToken ? [path, offsetsPath] : [path]).map((one) => [temporaryOf(one), one] as const);
  const vectors = await NpyFile.open(files[0]![0], "float32", [dim]);
  const offsets = perToken ? await NpyFile.open(files[1]![0], "int64", []) : undefined;
  let end = 0n;
  await offsets?.write(BigInt64Array.of(0n), 1);
  return {
    files,
    async write(rows) {
      const counts = rows.map(({ embedded: { vector } }) => vector.length / dim);
      const count = counts.reduce((a, b) => a + b, 0);
      const data = new Float32Array(count * dim);
      let at = 0;
      for (const { embedded } of rows) {
        data.set(embedded.vector, at);
        at += embedded.vector.length;
      }
      await vectors.write(data, count);
      const ends = BigInt64Array.from(counts, (tokens) => (end += BigInt(tokens)));
      await offsets?.write(ends, rows.length);
    },
    async close() {
      await vectors.close();
      await offsets?.close();
    },
    async abandon() {
      await vectors.abandon();
      await offsets?.abandon();
    },
  };
}

/** A row's vector as lists. */
function lists({ vector, dims }: Embedded, of: (vector: Float32Array) => number[]): number[] | number[][] {
  const [count, dim] = dims;
  if (dim === undefined) return of(vector);
  return Array.from({ length: count! }, (_, i) => of(vector.subarray(i * dim, (i + 1) * dim)));
}

async function jsonWriter(path: string, { perToken, showTokens }: VectorsForm): Promise<RowsWriter> {
  const temporary = temporaryOf(path);
  const file = await open(temporary, "w");
  const line = ({ values, embedded }: VectorRow): string => {
    const key = perToken ? "vectors" : "vector";
    const row = {
      ...values,
      ...(showTokens && { tokens: embedded.tokens }),
      [key]: lists(embedded, shortNumbers),
      ...(embedded.truncated && { truncated: true }),
    };
    return `${JSON.stringify(row)}\n`;
  };
  return {
    files: [[temporary, path]],
    write: async (rows) => file.writeFile(rows.map(line).join("")),
    close: () => file.close(),
    abandon: () => file.close(),
  };
}

async function parquetWriter(
  path: string,
  { columns, perToken, showTokens }: VectorsForm,
): Promise<RowsWriter> {
  const { ParquetWriter, fileWriter } = await import("hyparquet-writer");
  const temporary = temporaryOf(path);
  const required = { repetition_type: "REQUIRED" } as const;
  type Elements = ConstructorParameters<typeof ParquetWriter>[0]["schema"];
  const list = (name: string, elements: Elements): Elements => [
    { name, ...required, num_children: 1, converted_type: "LIST" },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    ...elements,
  ];
  const text = (name: string): Elements[number] => ({
    name,
    type: "BYTE_ARRAY",
    converted_type: "UTF8",
    ...required,
  });
  const number: Elements[number] = { name: "element", type: "FLOAT", ...required };
  const name = perToken ? "vectors" : "vector";
  const fields: Elements[] = [
    ...columns.map((column) => [text(column)]),
    ...(showTokens ? [list("tokens", [text("element")])] : []),
    list(name, perToken ? list("element", [number]) : [number]),
    [{ name: "truncated", type: "BOOLEAN", ...required }],
  ];
  const writer = fileWriter(temporary);
  const parquet = new ParquetWriter({
    writer,
    schema: [{ name: "root", num_children: fields.length }, ...fields.flat()],
    statistics: false,
  });
  return {
    files: [[temporary, path]],
    async write(rows) {
      await parquet.write({
        columnData: [
          ...columns.map((column) => ({
            name: column,
            data: rows.map(({ values }) => String(values[column])),
          })),
          ...(showTokens ? [{ name: "tokens", data: rows.map(({ embedded }) => [...embedded.tokens]) }] : []),
          { name, data: rows.map(({ embedded }) => lists(embedded, (vector) => Array.from(vector))) },
          { name: "truncated", data: rows.map(({ embedded }) => embedded.truncated) },
        ],
      });
    },
    async close() {
      await parquet.finish();
    },
    async abandon() {},
  };
}
