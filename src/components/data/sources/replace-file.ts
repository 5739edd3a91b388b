import { ptxError } from "../../../registry/errors.js";
import type { DataSource, Split } from "../contracts.js";

/** Lets a source read a split from another file from now on. Throws `PTX_RUN` for a source that cannot. */
export function replaceFile(source: DataSource, split: Split, file: string): void {
  if (source.replace !== undefined) {
    source.replace(split, file);
    return;
  }
  const message = `the run's data source does not read its ${split} rows from one file: none can be put in place of it`;
  throw ptxError("PTX_RUN", file, message);
}
