/** @file A channel that ends a run by force, as a crash does. */
import { Type } from "typebox";
import { component } from "../../src/registry/component.js";

/** A component `StoppingChannel` that throws "stopped" at the `stopAt`th batch after `seen` was set to 0; never while `stopAt` is 0. */
export function stoppingChannel() {
  const counter = { stopAt: 0, seen: 0 };
  const channel = component({
    kind: "channel",
    name: "StoppingChannel",
    schema: Type.Object({}, { description: "Ends the run by force." }),
    create: () => ({
      terminal: false,
      event: ({ type }: { readonly type: string }) => {
        if (type === "progress" && ++counter.seen === counter.stopAt) throw new Error("stopped");
      },
      close: () => {},
    }),
  });
  return { channel, counter };
}
