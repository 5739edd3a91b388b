import { type Static, Type } from "typebox";
import { Slot } from "./component.js";

/** The version of the config format that this program reads and writes; older ones are upgraded by `adapters.ts`. */
export const CONFIG_VERSION = 1;

/** The schema of a whole config file: what stands around the task. */
export const runConfigSchema = Type.Object(
  {
    $schema: Type.Optional(
      Type.String({
        description: "Where editors find the JSON Schema of configs; not read by this program.",
      }),
    ),
    version: Type.Integer({
      minimum: 0,
      default: CONFIG_VERSION,
      description: "Version of the config format. A config without it is read as version 0, the oldest.",
    }),
    vars: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
      default: {},
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the text shows how variables are written.
      description: "Variables: every text below may use them as ${name}; write $${ for a literal ${.",
    }),
    engine: Slot("engine", {
      default: "onnxruntime",
      description: "What runs the graph.",
    }),
    seed: Type.Integer({
      minimum: 0,
      maximum: 0xffffffff,
      default: 0,
      description: "The seed from which every random stream derives.",
    }),
    threads: Type.Union([Type.Null(), Type.Integer({ minimum: 1 })], {
      default: null,
      description: "Threads for the graph; null = as many as there are processor cores.",
    }),
    task: Slot("task", { description: "What is learned: the task with its data, model and trainer." }),
  },
  { additionalProperties: false, description: "A whole config." },
);

/** A resolved config: every default filled in, every slot written `{"ClassName": {...}}`, variables replaced. */
export type RunConfig = Static<typeof runConfigSchema>;
