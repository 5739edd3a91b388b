import type { ModelStore } from "./model-store.js";

/** A store that is opened when it is first needed, and asked for again where it was away. */
export class ReachedStore {
  #opening: Promise<ModelStore> | undefined;

  constructor(readonly open: () => Promise<ModelStore>) {}

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
