/** The contract of adapters: what trains little beside a pretrained model that stays as it is. */
import type { Scope } from "../../graph/scope.js";
import type { Context } from "../../registry/context.js";

declare module "../../registry/component.js" {
  interface ComponentKinds<Config> {
    adapter: {
      /** Reads files (a pretrained adapter) before the first build of a training run. */
      prepare?(config: Config, context: Context): Promise<void>;
      /** Builds a model at a place that is adapted. Throws `PTX_CONFIG_VALUE` for a setting that does not fit the model. */
      build<T>(scope: Scope, config: Config, model: (adapted: Scope) => T): T;
    };
  }
}
