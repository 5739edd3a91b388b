import { appendFileSync } from "node:fs";
import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { requireFileTarget } from "../../registry/output-file.js";
import type { Channel, TrainingEvent } from "../trainers/contracts.js";

/** Appends every event but progress as one JSON object a line; each line is whole or absent. */
export class JsonLines implements Channel {
  readonly terminal = false;

  constructor(readonly path: string) {}

  event(event: TrainingEvent): void {
    if (event.type === "progress") return;
    appendFileSync(this.path, `${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
  }

  close(): void {}
}

const schema = Type.Object(
  { path: Type.String({ description: "The file to append to." }) },
  {
    description:
      "Events as JSON lines in a file of your own; the run folder's log.jsonl is written in any case.",
  },
);

/** Events as JSON lines. */
export const JSONLChannel = component({
  kind: "channel",
  name: "JSONLChannel",
  schema,
  create({ path }) {
    requireFileTarget(path, "JSONLChannel.path");
    return new JsonLines(path);
  },
});
