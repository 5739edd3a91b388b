/** @file Which parameters belong to which layer of an encoder, told by their paths. */
import { ptxError } from "../../registry/errors.js";

/** What stands in an encoder: `PLACE.embeddings.*`, `PLACE.layer0.*`, `PLACE.layer1.*`, ...; `PLACE.layer.*` where layers share. */
const MEMBER = /^(.+)\.(embeddings|layer\d*)\./;

/**
 * How far below the head each parameter of an encoder stands: 1 in its topmost layer, n in the lowest of n, n + 1 in the
 * embeddings. Parameters that are not named stand above: decoders, poolers, other modules.
 * Throws `PTX_CONFIG_VALUE` at `where` when there is no encoder, or its layers share their parameters.
 */
export function depthsBelowHead(names: readonly string[], where: string): ReadonlyMap<string, number> {
  const members = names.flatMap((name) => {
    const [, place, module] = MEMBER.exec(name) ?? [];
    return place === undefined ? [] : [{ name, place, module: module! }];
  });
  const withEmbeddings = new Set(
    members.flatMap(({ place, module }) => (module === "embeddings" ? place : [])),
  );
  const encoders = members.filter(({ place }) => withEmbeddings.has(place));
  const shared = encoders.find(({ module }) => module === "layer");
  if (shared !== undefined) {
    throw ptxError(
      "PTX_CONFIG_VALUE",
      where,
      `the layers of ${shared.place} are one and the same: there are no lower and upper ones to tell apart`,
    );
  }
  const layers = new Map<string, number>();
  for (const { place, module } of encoders)
    layers.set(place, Math.max(layers.get(place) ?? 0, above(module)));
  if (![...layers.values()].some((count) => count > 0)) {
    throw ptxError(
      "PTX_CONFIG_VALUE",
      where,
      "no module has layers over embeddings, as TransformerEncoder has (encoder.embeddings, encoder.layer0, ...)",
    );
  }
  return new Map(
    encoders.map(({ name, place, module }) => [name, layers.get(place)! + 1 - above(module)] as const),
  );
}

/** How many modules up a module stands: 0 embeddings, 1 the lowest layer. */
const above = (module: string): number =>
  module === "embeddings" ? 0 : Number(module.slice("layer".length)) + 1;
