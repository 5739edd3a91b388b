import { Type } from "typebox";
import { component } from "../../../registry/component.js";
import { filesOf, sourceOptions, splitFiles } from "./file-source.js";
import { TableSource, tableOptions } from "./table-source.js";

const fieldNames = Type.Union([Type.Array(Type.String(), { minItems: 1 }), Type.Null()], {
  default: null,
  description: "The columns' names in order; null: the first row of each file holds them.",
});

/** Tab-separated files. */
export const TSVDataSource = component({
  kind: "data_source",
  name: "TSVDataSource",
  schema: Type.Object(
    {
      ...splitFiles,
      field_names: fieldNames,
      delimiter: Type.String({ default: "\t", minLength: 1, description: "What stands between cells." }),
      quoted: Type.Boolean({
        default: false,
        description: 'Whether cells may stand in double quotes; if not, a " is a character like any other.',
      }),
      ...tableOptions,
      ...sourceOptions,
    },
    { description: "Rows of tab-separated text files (UTF-8, also .gz), one a line." },
  ),
  create: (config) =>
    new TableSource(filesOf(config), config, {
      delimiter: config.delimiter,
      quoted: config.quoted,
      fieldNames: config.field_names,
      extraCells: config.extra_cells,
    }),
});

/** Comma-separated files with quoting. */
export const CSVDataSource = component({
  kind: "data_source",
  name: "CSVDataSource",
  schema: Type.Object(
    {
      ...splitFiles,
      field_names: fieldNames,
      delimiter: Type.String({
        default: ",",
        minLength: 1,
        maxLength: 1,
        description: "What stands between cells.",
      }),
      ...tableOptions,
      ...sourceOptions,
    },
    { description: "Rows of CSV files (RFC 4180, UTF-8, also .gz): cells may be quoted and span lines." },
  ),
  create: (config) =>
    new TableSource(filesOf(config), config, {
      delimiter: config.delimiter,
      quoted: true,
      fieldNames: config.field_names,
      extraCells: config.extra_cells,
    }),
});
