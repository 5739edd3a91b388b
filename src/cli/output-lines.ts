import { once } from "node:events";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { requireFileTarget } from "../registry/output-file.js";

/** Lines to standard output, or to a file that appears only when it is complete. */
export class OutputLines {
  #file: FileHandle | undefined;

  private constructor(
    readonly path: string | undefined,
    readonly temporary: string,
  ) {}

  /** Opens the file under a temporary name beside its place. Throws `PTX_FILE_MISSING` when it cannot be there. */
  static async open(path: string | undefined): Promise<OutputLines> {
    const out = new OutputLines(path, `${path}.${process.pid}.part`);
    if (path !== undefined) {
      requireFileTarget(path, "--output");
      out.#file = await open(out.temporary, "w");
    }
    return out;
  }

  async write(line: string): Promise<void> {
    if (this.#file !== undefined) {
      await this.#file.writeFile(`${line}\n`);
      return;
    }
    if (process.stdout.destroyed) process.exit(0); // the reader has gone (`| head`): nobody wants the rest
    if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain").catch(() => {});
  }

  /** Puts the file in its place and says so. */
  async close(): Promise<void> {
    if (this.#file === undefined) return;
    await this.#file.close();
    await rename(this.temporary, this.path!);
    process.stderr.write(`wrote ${this.path}\n`);
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    if (this.#file === undefined) return;
    await this.#file.close();
    await rm(this.temporary, { force: true });
  }
}
