import { Type } from "typebox";
import { component } from "../../../registry/component.js";
import { ptxError } from "../../../registry/errors.js";
import type { Row } from "../contracts.js";
import {
  FileRow,
  FileSource,
  filesOf,
  RowValues,
  sourceOptions,
  splitFiles,
  type WantedColumn,
} from "./file-source.js";

/** The library is loaded when a Parquet file is read, not before. */
const load = async () => {
  const [parquet, { compressors }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet-compressors"),
  ]);
  return { ...parquet, compressors };
};

/** Rows of Parquet files, a row group in memory at a time. */
class ParquetSource extends FileSource {
  protected override async header(file: string): Promise<readonly string[]> {
    const [{ parquetSchema }, { metadata }] = await Promise.all([load(), open(file)]);
    return parquetSchema(metadata).children.map(({ element }) => element.name);
  }

  protected override async *read(file: string, wanted: readonly WantedColumn[]): AsyncGenerator<Row[]> {
    const { parquetReadObjects, compressors } = await load();
    const { buffer, metadata } = await open(file);
    const columns = [...new Set(wanted.map(({ inFile }) => inFile))];
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      const records = await parquetReadObjects({
        file: buffer,
        metadata,
        columns,
        compressors,
        rowStart,
        rowEnd,
      }).catch((error: Error) => {
        throw ptxError(
          "PTX_DATA",
          `${file}:row ${rowStart + 1}`,
          `the row group that starts here cannot be read: ${error.message}`,
        );
      });
      const first = rowStart + 1;
      yield records.map((record, index) => {
        const values = new RowValues();
        for (const { name, inFile } of wanted) values[name] = record[inFile];
        return new FileRow(values, file, first + index, "row ");
      });
      rowStart = rowEnd;
    }
  }
}

async function open(file: string) {
  const { asyncBufferFromFile, parquetMetadataAsync } = await load();
  try {
    const buffer = await asyncBufferFromFile(file);
    return { buffer, metadata: await parquetMetadataAsync(buffer) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw code === "ENOENT"
      ? ptxError("PTX_FILE_MISSING", file, "no such file")
      : ptxError("PTX_DATA", file, `not a Parquet file that can be read: ${message}`);
  }
}

/** Parquet files. */
export const ParquetDataSource = component({
  kind: "data_source",
  name: "ParquetDataSource",
  schema: Type.Object(
    { ...splitFiles, column_mapping: sourceOptions.column_mapping },
    {
      description:
        "Rows of Parquet files; only the columns that are read are unpacked, a row group at a time.",
    },
  ),
  create: (config) => new ParquetSource(filesOf(config), { ...config, on_error: "fail" }),
});
