import { mkdtemp, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** Folders in which files are made before they go to their places: on the same disk, and gone afterwards. */
export class Workshops {
  readonly #folders: string[] = [];

  /** A new folder beside a file. */
  async beside(file: string): Promise<string> {
    const folder = await mkdtemp(join(dirname(resolve(file)), ".export-"));
    this.#folders.push(folder);
    return folder;
  }

  /** Removes them all with what is left in them. */
  async remove(): Promise<void> {
    await Promise.all(this.#folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }
}
