/** The contract between programs and what runs them. */
import type { HostTensor } from "../graph/dtype.js";
import type { Graph } from "../graph/graph.js";
import type { Context } from "../registry/context.js";

/** Values by name: inputs and parameters in, outputs out. */
export type Values = Readonly<Record<string, HostTensor>>;

/** How a graph is compiled. */
export interface CompileOptions {
  /** Parameters whose values never change again (prediction): built in, so that the engine may fold and prepack them. */
  readonly frozen?: Values;
}

/** A compiled graph. */
export interface Program {
  /**
   * Runs once. `feeds` holds every input and every parameter that is not frozen.
   * With `into`, the named outputs are written into the given arrays (whose sizes must be right) instead of new ones.
   */
  run(feeds: Values, outputs?: readonly string[], into?: Values): Promise<Record<string, HostTensor>>;
  /** Frees what the engine holds. The program cannot run afterwards. */
  release(): Promise<void>;
}

/** Where graphs run. */
export interface Engine {
  readonly name: string;
  compile(graph: Graph, options?: CompileOptions): Promise<Program>;
}

declare module "../registry/component.js" {
  interface ComponentKinds<Config> {
    engine: { create(config: Config, context: Context): Promise<Engine> };
  }
}
