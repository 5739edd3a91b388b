import { END_ID } from "../components/data/tensorizers/running-text-tensorizer.js";
import { candidatesOf, drawToken, type SamplingOptions } from "../components/language/sampling.js";
import { CarriedValues } from "../components/trainers/carried.js";
import type { Program, Values } from "../engine/engine.js";
import { Graph } from "../graph/graph.js";
import { optimize } from "../graph/passes.js";
import { Scope } from "../graph/scope.js";
import type { Log } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import { stream } from "../registry/random.js";
import type { Registry } from "../registry/registry.js";
import { PAD_ID, UNK_ID } from "../text/vocabulary.js";
import { LanguageModel } from "./language-model.js";
import { openRun } from "./open-task.js";

/** How texts are generated. */
export interface GenerateOptions extends SamplingOptions {
  /** What every text begins with; "" begins a new line. */
  readonly prompt: string;
  /** Tokens that are generated at most, ends of lines included. */
  readonly maxTokens: number;
  readonly seed: number;
  /** How many texts. Each is the same whatever the number of others. */
  readonly count: number;
}

/** What is no token of a text. */
const BARRED = new Set([UNK_ID, PAD_ID]);

/** A trained language model, ready to write: a run of its graph reads one token and gives the probabilities of the next. */
export class Generator {
  private constructor(
    readonly task: LanguageModel,
    readonly log: Log,
    readonly program: Program,
    readonly carried: CarriedValues,
  ) {}

  /** Loads a run folder. Throws `PTX_RUN` when it is not a language model's. */
  static async load(path: string, registry: Registry, log: Log): Promise<Generator> {
    const open = await openRun(path, registry, log);
    const [task] = open.task.parts.values();
    if (!(task instanceof LanguageModel)) {
      throw ptxError(
        "PTX_RUN",
        path,
        `only language models generate text, and this run is of ${open.task.name}`,
      );
    }
    const graph = new Graph();
    const scope = Scope.root(graph, "infer", open.parameters, open.context);
    graph.output("next_scores", task.buildStep(scope).outputs.next_scores!);
    const carried = CarriedValues.declare(graph, scope.carried);
    open.parameters.requireAllDeclared();
    optimize(graph);
    const engine = await open.engine();
    const frozen = open.parameters.feeds(graph.parameters.map(({ name }) => name));
    return new Generator(task, log, await engine.compile(graph, { frozen }), carried);
  }

  /** The texts, one after the other: the prompt and what follows. Ends of lines are line feeds. */
  async *texts(options: GenerateOptions): AsyncGenerator<string> {
    const prompt = this.#ids(options.prompt);
    for (let i = 0; i < options.count; i++) {
      const ids: number[] = [];
      const random = stream(options.seed, "generate", i);
      this.carried.reset();
      let scores = await this.#read(END_ID, prompt);
      while (ids.length < options.maxTokens) {
        const next = drawToken(candidatesOf(scores, options, BARRED), random);
        ids.push(next);
        if (next === END_ID && !this.task.carriesState) break; // nothing was learnt of what follows a line
        if (ids.length < options.maxTokens) scores = await this.#read(next, new Int32Array(0));
      }
      yield this.#continued(options.prompt, ids);
    }
  }

  async release(): Promise<void> {
    await this.program.release();
  }

  /** Reads tokens on from the present state; the probabilities of what follows them. */
  async #read(before: number, ids: Int32Array): Promise<Float32Array> {
    const [tokens, first] = this.task.text.fields.map(({ name }) => name);
    const batch: Values = {
      [tokens!]: { dtype: "int32", dims: [1, ids.length], data: ids },
      [first!]: { dtype: "int32", dims: [1], data: Int32Array.of(before) },
    };
    const results = await this.program.run({ ...batch, ...this.carried.feeds(batch) });
    this.carried.take(results);
    return results.next_scores!.data as Float32Array;
  }

  /** A prompt as ids, its line feeds as ends of lines; unknown words are told. */
  #ids(prompt: string): Int32Array {
    const { text } = this.task;
    const [column] = text.columns;
    const ids = prompt.split("\n").flatMap((line, i) => {
      const { tokens } = text.tokenized({ values: { [column!]: line }, origin: "--prompt" });
      const own = tokens.map((token) => text.vocabulary.id(token.text));
      return i === 0 ? own : [END_ID, ...own];
    });
    const unknown = ids.filter((id) => id === UNK_ID).length;
    if (unknown > 0) this.log.warn(`the prompt has ${unknown} tokens that the model does not know`);
    return Int32Array.from(ids);
  }

  #continued(prompt: string, ids: readonly number[]): string {
    const { vocabulary, separator } = this.task.text;
    let text = prompt;
    for (const id of ids) {
      if (id === END_ID) text += "\n";
      else text += (text === "" || text.endsWith("\n") ? "" : separator) + vocabulary.word(id);
    }
    return text;
  }
}
