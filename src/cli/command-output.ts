/** What a command that only prints has to say. */
export interface CommandOutput {
  /** The result, for standard output: complete, so that it can be piped into a file. */
  readonly text: string;
  /** Remarks for the person, for standard error, one line each. */
  readonly notes: readonly string[];
}
