import type { Row } from "../components/data/contracts.js";
import { textCell } from "../components/data/tensorizers/cells.js";
import { loadEncoder } from "../library.js";
import { ptxError } from "../registry/errors.js";
import type { Embedder, EmbedInput } from "../tasks/embed/contracts.js";
import { type EmbedOptions, layersNamed, poolingNamed } from "../tasks/embed/options.js";
import { openVectorsFile, requireVectorsForm, type VectorsFile } from "../tasks/embed/vectors-file.js";
import { fileRows } from "./file-rows.js";
import { loadRegistry, terminalLog } from "./session.js";

/** Options of `pytext-ts embed`. */
export interface EmbedCommand extends Omit<EmbedOptions, "pooling" | "layers"> {
  readonly input: string;
  readonly output: string;
  readonly column: readonly string[];
  readonly pairs?: boolean;
  readonly pooling?: string;
  readonly layers?: string;
  readonly showTokens?: boolean;
  readonly task?: string;
  readonly threads?: number;
  readonly adapter?: string;
  readonly include: readonly string[];
}

/** `pytext-ts embed MODEL --input F --output F`: vectors of texts. */
export async function embedCommand(model: string, command: EmbedCommand): Promise<void> {
  const { output, showTokens = false, task, threads, adapter } = command;
  requireVectorsForm(output, showTokens);
  const options = optionsOf(command);
  const log = terminalLog();
  const registry = await loadRegistry(command.include);
  const encoder = await loadEncoder(model, {
    ...{ registry, log },
    ...(task !== undefined && { task }),
    ...(threads !== undefined && { threads }),
    ...(adapter !== undefined && { adapter }),
  });
  let out: VectorsFile | undefined;
  try {
    const columns = columnsOf(command, encoder);
    const form = {
      ...{ columns, showTokens, dim: await encoder.dim(options) },
      perToken: options.pooling === "none",
    };
    out = await openVectorsFile(output, form);
    const counts = await embedAll(encoder, options, fileRows(command.input, columns, registry), columns, out);
    const written = await out.close();
    out = undefined;
    log.info(`wrote ${written.join(" and ")}: ${counts.rows} rows, vectors of ${form.dim}`);
    for (const [count, what] of counts.warnings)
      if (count > 0) log.warn(`${count} of ${counts.rows} rows ${what}`);
  } finally {
    await out?.discard();
    await encoder.release();
  }
}

async function embedAll(
  encoder: Embedder,
  options: EmbedOptions,
  rows: AsyncIterable<Row>,
  columns: readonly string[],
  out: VectorsFile,
) {
  const waiting: Row[] = [];
  async function* texts(): AsyncGenerator<EmbedInput> {
    for await (const row of rows) {
      const [first, second] = columns.map((column) => textCell(row, column));
      waiting.push(row);
      yield second === undefined ? first! : [first!, second];
    }
  }
  let [count, truncated, empty, unknownRows] = [0, 0, 0, 0];
  for await (const chunk of encoder.embed(texts(), options)) {
    const own = waiting.splice(0, chunk.length);
    await out.write(chunk.map((embedded, i) => ({ values: own[i]!.values, embedded })));
    count += chunk.length;
    for (const one of chunk) {
      if (one.truncated) truncated += 1;
      if (one.empty) empty += 1;
      if (one.unknown > 0) unknownRows += 1;
    }
  }
  return {
    rows: count,
    warnings: [
      [truncated, "have more tokens than are read: their ends are left out (--max-seq-len)"],
      [empty, "have nothing to pool: their vectors are zeros"],
      [unknownRows, "have tokens that the model does not know"],
    ] as const,
  };
}

function optionsOf(command: EmbedCommand): EmbedOptions {
  const { pooling, layers, ...rest } = command;
  const others = ["maskClsSep", "maxSeqLen", "batchSize", "maxTokens", "normalize"] as const;
  return {
    ...Object.fromEntries(others.flatMap((name) => (rest[name] === undefined ? [] : [[name, rest[name]]]))),
    ...(pooling !== undefined && { pooling: poolingNamed(pooling, "--pooling") }),
    ...(layers !== undefined && { layers: layersNamed(layers, "--layers") }),
  };
}

/** The columns to read: those named, else the model's own. */
function columnsOf({ column, pairs = false }: EmbedCommand, encoder: Embedder): readonly string[] {
  if (column.length === 0)
    return pairs && encoder.columns.length === 1 ? ["text1", "text2"] : encoder.columns;
  const needed = pairs || encoder.columns.length === 2 ? 2 : 1;
  if (column.length === needed) return column;
  throw ptxError(
    "PTX_USAGE",
    "--column",
    `${column.length} columns are named, and ${needed} ${needed === 1 ? "is" : "are"} read`,
    "a pair of texts is asked for by --pairs",
  );
}
