import { sha256Of } from "./manifest.js";
import type { ModelStore } from "./model-store.js";

/** A store that is opened when it is first needed, and asked for again where it was away. */
export class ReachedStore {
  /** Stands for the store's address, which may hold a password. */
  readonly key: string;
  #opening: Promise<ModelStore> | undefined;

  constructor(
    address: string,
    readonly open: () => Promise<ModelStore>,
  ) {
    this.key = sha256Of(new TextEncoder().encode(address)).slice(0, 12);
  }

  /** The open store. Rejects as `openStore` does. */
  get(): Promise<ModelStore> {
    this.#opening ??= this.open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  /** Closes it, if it is open. */
  async close(): Promise<void> {
    const store = await this.#opening?.catch(() => undefined);
    await store?.close();
  }
}
