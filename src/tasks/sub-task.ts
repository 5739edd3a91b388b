import { type TObject, Type } from "typebox";
import { type AnyComponent, type Component, component } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import type { ModelTask, Task } from "./task.js";

/** A task of one model as one of several that are trained together: the same name and keys, without trainer and channels, which belong to all. */
export const asSubTask = (task: AnyComponent<"task">): Component<"sub_task"> =>
  partOf(task, "sub_task", ["trainer", "channels"]);

/** A task of one model as one of several that read the same rows: without data too. */
export const asHead = (task: AnyComponent<"task">): Component<"head"> =>
  partOf(task, "head", ["trainer", "channels", "data"]);

function partOf<K extends "sub_task" | "head">(
  task: AnyComponent<"task">,
  kind: K,
  ofAll: readonly string[],
): Component<K> {
  const { properties, description = "" } = task.schema as TObject & { readonly description?: string };
  const own = Object.fromEntries(Object.entries(properties).filter(([key]) => !ofAll.includes(key)));
  const create = task.create as (config: object, context: Context) => Task;
  const part = component({
    kind: "sub_task",
    name: task.name,
    schema: Type.Object(own, { description }),
    ...(task.check && { check: task.check as Component<"sub_task">["check"] & {} }),
    create: (config, context) => create(config, context).parts.values().next().value!,
  });
  return { ...part, kind } as unknown as Component<K>;
}

declare module "../registry/component.js" {
  interface ComponentKinds<Config> {
    /** A task of one model, trained with others. */
    sub_task: { create(config: Config, context: Context): ModelTask };
    /** A task of one model that reads the same rows as others. */
    head: { create(config: Config, context: Context): ModelTask };
  }
}
