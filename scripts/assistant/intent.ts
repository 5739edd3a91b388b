/** What people say for one intent; no template of one part says what another part's does. */
export interface IntentTemplates {
  readonly train: readonly string[];
  readonly eval: readonly string[];
  readonly test: readonly string[];
}
