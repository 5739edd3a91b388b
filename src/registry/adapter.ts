import type { ConfigDraft } from "./config-edit.js";

/** Brings a config from one version to the next. */
export interface Adapter {
  /** The version that it reads; it makes `from + 1` of it. */
  readonly from: number;
  /**
   * Edits a config of version `from`; `version` itself is set by the caller.
   * @param source what messages call the config
   */
  upgrade(draft: ConfigDraft, source: string): void;
}
