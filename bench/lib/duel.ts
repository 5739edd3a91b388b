/** @file Our training steps or predictions beside those of PyTorch programs, in turns. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Job as InferenceJob, Variant } from "../ours-inference.js";
import type { Job as TrainingJob } from "../ours-training.js";
import { Contestant, type Turns, takeTurns } from "./contestant.js";
import { ours, type TorchProgram, torch } from "./environment.js";

/** A way in which PyTorch does what we do. */
export interface Peer {
  readonly name: string;
  readonly program: TorchProgram;
  readonly options: readonly string[];
}

/** Training steps that are compared. */
export interface TrainingDuel extends Turns {
  /** Our config, with the batcher `FixedBatches` (or running text) and the channel `TurnChannel`. */
  readonly config: object;
  readonly peers: readonly Peer[];
  /** Options that all peers get. */
  readonly common: readonly string[];
  readonly folder: string;
}

/** All who took part, we first. */
export async function trainingDuel(duel: TrainingDuel): Promise<[Contestant, ...Contestant[]]> {
  const { config, peers, common, folder, steps } = duel;
  const warmup = 2 * steps;
  const output = join(folder, "run");
  mkdirSync(output);
  const job: TrainingJob = { config, warmup, output };
  const we = await Contestant.start("pytext-ts", ours("ours-training.ts", JSON.stringify(job)));
  const all: [Contestant, ...Contestant[]] = [we];
  for (const peer of peers) all.push(await startPeer(peer, "train", warmup, common));
  await takeTurns(all, duel);
  return all;
}

/** A way in which we predict. */
export interface OurWay {
  readonly name: string;
  readonly variant: Variant;
}

/** Predictions that are compared. */
export interface InferenceDuel extends Turns {
  readonly run: string;
  readonly file: string;
  /** The batches whose rows are predicted one by one, or a file of texts, one a line. */
  readonly batches?: string;
  readonly texts?: string;
  readonly outputs: readonly string[];
  readonly threads: number;
  readonly ours: readonly OurWay[];
  readonly peers: readonly Peer[];
  readonly common: readonly string[];
}

/** All who took part: our ways, then the peers. */
export async function inferenceDuel(
  duel: InferenceDuel,
): Promise<{ readonly ours: Contestant[]; readonly peers: Contestant[] }> {
  const { run, file, batches, texts, outputs, threads, steps } = duel;
  const [we, they]: [Contestant[], Contestant[]] = [[], []];
  for (const { name, variant } of duel.ours) {
    const model = variant.startsWith("run") ? run : file;
    const sentences = batches === undefined ? { texts: texts! } : { batches };
    const job: InferenceJob = { ...sentences, variant, model, outputs, threads, warmup: steps };
    we.push(await Contestant.start(name, ours("ours-inference.ts", JSON.stringify(job))));
  }
  for (const peer of duel.peers) they.push(await startPeer(peer, "infer", steps, duel.common));
  await takeTurns([...we, ...they], duel);
  return { ours: we, peers: they };
}

function startPeer(
  { name, program, options }: Peer,
  mode: "train" | "infer",
  warmup: number,
  common: readonly string[],
): Promise<Contestant> {
  const talk = ["--mode", mode, "--interactive", "--warmup", `${warmup}`];
  return Contestant.start(name, torch(program, ...talk, ...common, ...options));
}
