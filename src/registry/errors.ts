/** What each error code means; the docs and `PtxError` share this one catalogue. */
export const errorCatalogue = {
  PTX_CONFIG_SYNTAX: "The config is not valid JSON (comments and trailing commas are allowed).",
  PTX_CONFIG_UNKNOWN_KEY: "A key that no component reads.",
  PTX_CONFIG_UNKNOWN_COMPONENT: "A class name that is not registered for this kind of component.",
  PTX_CONFIG_TYPE: "A value of the wrong type.",
  PTX_CONFIG_VALUE: "A value of the right type that breaks a rule (range, choice, pattern, combination).",
  PTX_CONFIG_MISSING: "A required key is absent.",
  PTX_CONFIG_VERSION: "The config's version is newer than this program, or cannot be upgraded.",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text shows how variables are written.
  PTX_CONFIG_VARIABLE: "A ${variable} that is not defined under vars.",
  PTX_CONFIG_OVERRIDE: "A --set path=value that cannot be applied.",
  PTX_FILE_MISSING: "A file that a config or command names does not exist or cannot be read.",
  PTX_FILE_EXISTS: "The output would overwrite something that this command did not write.",
  PTX_DATA: "A row or file of data that breaks its format; the place is file:line.",
  PTX_VOCABULARY: "A vocabulary or embedding file that does not fit.",
  PTX_SHAPE: "Shapes or types that an operator cannot take, found while building the graph.",
  PTX_GRAPH: "A graph that breaks the rules of graphs (cycle, unknown tensor, duplicate name).",
  PTX_GRADIENT: "A gradient asked through something that has none.",
  PTX_ENGINE: "An engine or execution provider that is missing, or failed while compiling or running.",
  PTX_MODEL_FILE: "A model, parameter or run file that is damaged or of another format.",
  PTX_RUN: "A run folder that lacks what the command needs.",
  PTX_TRAINING: "Training that cannot go on (for example a loss that is not finite).",
  PTX_EXPORT: "An export refused: the file would not predict what the model predicts.",
  PTX_STORE: "A model store that cannot be reached, read or written, or something that is no model store.",
  PTX_STORE_MISSING: "A model, version or alias that the store does not have.",
  PTX_STORE_CONFLICT:
    "Nothing was changed in the store: an alias stands elsewhere than expected, or what is to go is in use.",
  PTX_STORE_DAMAGED: "Bytes in the store that are not those that were pushed.",
  PTX_REGISTRY: "A component definition that cannot be registered.",
  PTX_USAGE: "A command line that cannot be understood.",
} as const;

/** One of the catalogue's codes. */
export type ErrorCode = keyof typeof errorCatalogue;

/** One thing that is wrong: what, where, and what would be right. */
export interface Problem {
  readonly code: ErrorCode;
  /** A config path (`configs/spam.json  task.X.model`), `file:line`, or a graph place (`model.representation`). */
  readonly where: string;
  /** What is wrong, with the value, and the nearest right one. */
  readonly message: string;
  /** What to do or read next, as a command where there is one. */
  readonly hint?: string;
}

/** An error meant for the person at the keyboard: printed without a stack, exit code 2. Carries one or more problems. */
export class PtxError extends Error {
  readonly problems: readonly [Problem, ...Problem[]];

  constructor(problems: readonly [Problem, ...Problem[]], options?: ErrorOptions) {
    super(problems.map(renderProblem).join("\n"), options);
    this.name = "PtxError";
    this.problems = problems;
  }

  /** The first problem's code. */
  get code(): ErrorCode {
    return this.problems[0].code;
  }
}

/** Builds a one-problem error. */
export function ptxError(code: ErrorCode, where: string, message: string, hint?: string): PtxError {
  return new PtxError([hint === undefined ? { code, where, message } : { code, where, message, hint }]);
}

/** Throws all problems at once if there is one. */
export function throwIfAny(problems: readonly Problem[]): void {
  const [first, ...rest] = problems;
  if (first) throw new PtxError([first, ...rest]);
}

function renderProblem({ code, where, message, hint }: Problem): string {
  const see = hint === undefined ? "" : `\n  see: ${hint}`;
  return `${code}  ${where}\n  ${message}${see}`;
}
