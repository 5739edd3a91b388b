import { type Initializer, uniformInit } from "../../graph/parameters.js";
import { PAD_ID } from "../../text/vocabulary.js";

/** First values of a table of features: uniform, zeros for padding. `[features, dim]`. */
export const featureTable: Initializer = (data, shape, random) => {
  uniformInit(0.25)(data, shape, random);
  data.fill(0, PAD_ID * shape[1]!, (PAD_ID + 1) * shape[1]!);
};
