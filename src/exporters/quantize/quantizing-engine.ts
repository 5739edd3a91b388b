import type { Engine } from "../../engine/engine.js";
import type { OpenTask } from "../../tasks/open-task.js";
import { prunedModel } from "../prune/prune.js";
import type { QuantizedForm } from "./forms.js";
import { quantizedModel } from "./quantize.js";

/**
 * The same task, whose engine makes every graph smaller before it compiles it: so a run is tested in the form that it is exported in.
 * @param prune whether it takes out first what does nothing
 */
export function inForm<Opened extends OpenTask>(open: Opened, form: QuantizedForm, prune = false): Opened {
  return { ...open, engine: async () => quantizing(await open.engine(), open, form, prune) };
}

/** Parameters are built into its programs; what they are fed of them is not read. */
function quantizing(engine: Engine, { parameters }: OpenTask, form: QuantizedForm, prune: boolean): Engine {
  return {
    name: engine.name,
    async compile(graph, { frozen } = {}) {
      const names = new Set(graph.parameters.map(({ name }) => name));
      const own = frozen ?? parameters.feeds(names);
      const whole = prune ? await prunedModel(graph, own, engine) : { graph, values: own };
      const { graph: small, values } = await quantizedModel(whole.graph, whole.values, form, engine);
      const program = await engine.compile(small, { frozen: values });
      return {
        run(feeds, outputs, into) {
          const inputs = Object.entries(feeds).filter(([name]) => !names.has(name));
          return program.run(Object.fromEntries(inputs), outputs, into);
        },
        release: () => program.release(),
      };
    },
  };
}
