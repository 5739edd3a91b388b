import { type Static, Type } from "typebox";
import { PtxError } from "../../registry/errors.js";
import { layersNamed, poolingNamed } from "../../tasks/embed/options.js";
import type { ServeEmbedOptions } from "../contracts.js";
import { FrontError } from "./faults.js";
import { checked } from "./request-schema.js";

/** What may be asked of vectors, as every protocol spells it. */
export const embedProperties = {
  pooling: Type.Optional(
    Type.String({
      description: 'How states become a vector: "reduce_mean", "cls", "none" (a vector a token), ...',
    }),
  ),
  layers: Type.Optional(
    Type.Union([Type.Integer(), Type.Array(Type.Integer(), { minItems: 1, maxItems: 128 }), Type.String()], {
      description: 'Whose states: -1 is the last layer; several stand side by side: [-1, -2] or "-4..-1".',
    }),
  ),
  mask_cls_sep: Type.Optional(Type.Boolean({ description: "Leave special pieces out of the pooling." })),
  max_seq_len: Type.Optional(
    Type.Integer({ minimum: 1, description: "Tokens of a text at most, special ones included." }),
  ),
  normalize: Type.Optional(Type.Boolean({ description: "Bring vectors to the length 1, or leave them." })),
};

const embedSchema = Type.Object(embedProperties, { additionalProperties: false });

/** The most layers that text such as "-4..-1" may name: no model has as many. */
const MOST_LAYERS = 128;

/** Options of an encoder. Throws `invalid`, with the place of what is wrong behind `place`. */
export function embedOptionsOf(values: Readonly<Record<string, unknown>>, place = ""): ServeEmbedOptions {
  const where = (key: string): string => (place === "" ? key : `${place}.${key}`);
  const options = inPlace(place, () => checked(embedSchema, values));
  const { pooling, layers, mask_cls_sep: mask, max_seq_len: length, normalize } = options;
  return {
    ...(pooling !== undefined && { pooling: named(where("pooling"), (at) => poolingNamed(pooling, at)) }),
    ...(layers !== undefined && { layers: named(where("layers"), (at) => layersOf(layers, at)) }),
    ...(mask !== undefined && { maskClsSep: mask }),
    ...(length !== undefined && { maxSeqLen: length }),
    ...(normalize !== undefined && { normalize }),
  };
}

/** Values of a query, which are all texts, as the types that options have; what is none is left for the check to refuse. */
export function fromQuery(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const typed = ([key, text]: readonly [string, unknown]): [string, unknown] => {
    if (key === "max_seq_len" && /^\d{1,9}$/.test(String(text))) return [key, Number(text)];
    if (text === "true" || text === "false") return [key, text === "true"];
    return [key, text];
  };
  return Object.fromEntries(Object.entries(values).map(typed));
}

function layersOf(
  layers: NonNullable<Static<typeof embedSchema>["layers"]>,
  place: string,
): readonly number[] {
  if (typeof layers === "number") return [layers];
  if (typeof layers !== "string") return layers;
  const bounds = [...layers.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  if (bounds.every((bound) => bound <= MOST_LAYERS)) return layersNamed(layers.slice(0, 400), place);
  throw new FrontError("invalid", `no model has more than ${MOST_LAYERS} layers`, { place });
}

function named<T>(place: string, read: (place: string) => T): T {
  try {
    return read(place);
  } catch (error) {
    if (!(error instanceof PtxError)) throw error;
    const { message, hint } = error.problems[0];
    throw new FrontError("invalid", hint === undefined ? message : `${message} (${hint})`, { place });
  }
}

function inPlace<T>(place: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (place === "" || !(error instanceof FrontError)) throw error;
    const inner = error.place === undefined ? place : `${place}.${error.place}`;
    throw new FrontError(error.fault, error.message, { place: inner });
  }
}
