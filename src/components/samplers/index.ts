/** The built-in samplers, for the registry. */
import { AlternatingRandomizedBatchSampler } from "./alternating.js";
import { NaturalBatchSampler } from "./natural.js";
import { RandomizedBatchSampler } from "./randomized.js";
import { RoundRobinBatchSampler } from "./round-robin.js";
import { TemperatureBatchSampler } from "./temperature.js";

/** Every sampler that comes with the library. */
export const samplers = [
  RoundRobinBatchSampler,
  RandomizedBatchSampler,
  NaturalBatchSampler,
  AlternatingRandomizedBatchSampler,
  TemperatureBatchSampler,
] as const;
