import type { Program, Values } from "../../engine/engine.js";
import type { HostTensor } from "../../graph/dtype.js";
import type { TokenPlaces } from "../../graph/scope.js";

/** The output of a training graph that tells where tokens stand. */
export const maskOutput = ({ places }: TokenPlaces): string => `mask:${places.name}`;

/** What a run is fed of where a batch's tokens stand: the masks are computed first, by the part of the program that they need. */
export async function tokenFeeds(
  program: Program,
  asked: readonly TokenPlaces[],
  batch: Values,
): Promise<Record<string, HostTensor>> {
  if (asked.length === 0) return {};
  const masks = await program.run(batch, asked.map(maskOutput));
  return Object.fromEntries(
    asked.flatMap((tokens) => {
      const { dims, data } = masks[maskOutput(tokens)]!;
      const { places, ranks } = placesOf(data as Uint8Array);
      return [
        [tokens.places.name, { dtype: "int32", dims: [places.length], data: places }],
        [tokens.ranks.name, { dtype: "int32", dims, data: ranks }],
      ];
    }),
  );
}

/** See `TokenPlaces`. */
export function placesOf(mask: Uint8Array): { readonly places: Int32Array; readonly ranks: Int32Array } {
  const found = Int32Array.from(mask.keys()).filter((at) => mask[at] !== 0);
  const places = found.length > 0 ? found : Int32Array.of(0);
  const ranks = new Int32Array(mask.length).fill(places.length);
  for (const [rank, at] of found.entries()) ranks[at] = rank;
  return { places, ranks };
}
