import { Type } from "typebox";

/** A row: a text, the texts of the columns, or an object by column. */
export const rowSchema = Type.Union(
  [
    Type.String(),
    Type.Array(Type.String(), { minItems: 1 }),
    Type.Unsafe<Record<string, unknown>>({ type: "object" }),
  ],
  { description: "A text, texts in the order of the model's columns, or an object by column." },
);

/** A text for an encoder, or two that are read together. */
export const textSchema = Type.Union(
  [Type.String(), Type.Array(Type.String(), { minItems: 2, maxItems: 2 })],
  { description: "A text, or two that are read together." },
);

/** One, or a list of them. */
export const listSchema = <T extends typeof rowSchema | typeof textSchema>(one: T) =>
  Type.Array(one, { minItems: 1, description: "What to answer, in this order." });

/** Which model, and for how long an answer is of use. */
export const targetProperties = {
  model: Type.Optional(Type.String({ description: "Name of the model; absent: the first one." })),
  version: Type.Optional(
    Type.String({ description: 'A version ("3") or a label ("production"); absent: what the model serves.' }),
  ),
};

export const timeoutProperty = {
  timeout_ms: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 3_600_000, description: "Answer 504 when it has taken so long." }),
  ),
};
