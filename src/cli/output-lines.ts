import { once } from "node:events";
import { type FileHandle, open, rename, rm } from "node:fs/promises";

/** Lines to standard output, or to a file that appears only when it is complete. */
export class OutputLines {
  readonly #temporary: string | undefined;
  #file: FileHandle | undefined;

  constructor(readonly path?: string) {
    this.#temporary = path === undefined ? undefined : `${path}.${process.pid}.part`;
  }

  async write(line: string): Promise<void> {
    if (this.#temporary === undefined) {
      if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
      return;
    }
    this.#file ??= await open(this.#temporary, "w");
    await this.#file.write(`${line}\n`);
  }

  /** Puts the file in its place and says so. */
  async close(): Promise<void> {
    if (this.path === undefined) return;
    this.#file ??= await open(this.#temporary!, "w");
    await this.#file.close();
    await rename(this.#temporary!, this.path);
    process.stderr.write(`wrote ${this.path}\n`);
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    if (this.#file === undefined) return;
    await this.#file.close();
    await rm(this.#temporary!, { force: true });
  }
}
