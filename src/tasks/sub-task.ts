import { type TObject, Type } from "typebox";
import { type AnyComponent, type Component, component } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import type { ModelTask, Task } from "./task.js";

/** What belongs to all tasks together where several are trained at once. */
const OF_ALL = ["trainer", "channels"];

/** A task of one model as one of several that are trained together: the same name and keys, without trainer and channels. */
export function asSubTask(task: AnyComponent<"task">): Component<"sub_task"> {
  const { properties, description = "" } = task.schema as TObject & { readonly description?: string };
  const own = Object.fromEntries(Object.entries(properties).filter(([key]) => !OF_ALL.includes(key)));
  const create = task.create as (config: object, context: Context) => Task;
  return component({
    kind: "sub_task",
    name: task.name,
    schema: Type.Object(own, { description }),
    ...(task.check && { check: task.check as Component<"sub_task">["check"] & {} }),
    create: (config, context) => create(config, context).parts.values().next().value!,
  });
}

declare module "../registry/component.js" {
  interface ComponentKinds<Config> {
    /** A task of one model, trained with others. */
    sub_task: { create(config: Config, context: Context): ModelTask };
  }
}
