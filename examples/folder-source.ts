/**
 * A data source of your own: a folder for each label, in it a file for each text, as in `train/spam/0001.txt`.
 *
 *   pytext-ts train my-config.json --include examples/folder-source.ts
 *     --set 'task.data.source={"FolderDataSource": {"train": "texts/train", "test": "texts/test"}}'
 */
import { readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { component, type DataSource, ptxError, type Row, type Split, Type } from "pytext-ts";

const folder = (what: string) =>
  Type.Union([Type.Null(), Type.String({ minLength: 1 })], { default: null, description: what });

const schema = Type.Object(
  {
    train: folder("The folder of texts to train on."),
    eval: folder("The folder of texts to choose the best epoch by."),
    test: folder("The folder of texts for the final figures only."),
  },
  { description: "Texts in files of their own, in a folder for each label: columns text and label." },
);

class Folders implements DataSource {
  constructor(readonly folders: Readonly<Record<Split, string | null>>) {}

  columns = async (): Promise<readonly string[]> => ["text", "label"];
  skipped = (): readonly [] => [];
  has = (split: Split): boolean => this.folders[split] !== null;

  files(split: Split): readonly string[] {
    const root = this.folders[split]!;
    if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
      throw ptxError("PTX_FILE_MISSING", `data.source.${split}`, `there is no folder "${root}"`);
    const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    return files.map((file) => join(file.parentPath, file.name)).sort();
  }

  async *rows(split: Split): AsyncGenerator<Row> {
    for (const file of this.files(split)) {
      const text = (await readFile(file, "utf8")).replaceAll(/\s+/g, " ").trim();
      yield { values: { text, label: basename(dirname(file)) }, origin: `${file}:1` };
    }
  }
}

/** Labelled texts in folders. */
export const FolderDataSource = component({
  kind: "data_source",
  name: "FolderDataSource",
  schema,
  create: (config) => new Folders(config),
});
