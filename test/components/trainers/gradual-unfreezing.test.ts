/** @file Layers that wait for their turn stay as they are, bit for bit, and a run that thaws them can be gone on with. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Checkpoint } from "../../../src/components/trainers/contracts.js";
import { GradualUnfreezing } from "../../../src/components/trainers/gradual-unfreezing.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import { writeTinyEncoder } from "../../support/tiny-encoder.js";
import { toyConfig, workplace, writeToyData } from "../../support/toy.js";
import { type TrainedInMemory, trainInMemory } from "../../support/train-in-memory.js";
import { Checkpoints } from "./harness.js";

const folder = workplace();
const base = join(folder, "base");
await writeTinyEncoder(base);
writeToyData(folder, 32);

/** A tiny BERT of two layers with a head: two batches an epoch. */
function config(trainer: object, encoder: object = {}): object {
  const model = {
    NewBertModel: {
      inputs: { tokens: { BERTTensorizer: { vocab_file: join(base, "vocab.txt"), max_seq_len: 24 } } },
      encoder: { TransformerEncoder: { pretrained: base, ...encoder } },
      pooling: "MeanPool",
    },
  };
  const all = { epochs: 5, optimizer: { AdamW: { lr: 0.01, weight_decay: 0.1 } }, ...trainer };
  const { task, ...around } = toyConfig({ data: folder, model, trainer: all }) as {
    task: { DocumentClassificationTask: object };
  };
  return { ...around, task: { NewBertClassificationTask: task.DocumentClassificationTask } };
}

const moduleOf = (name: string): string =>
  /encoder\.(embeddings|layer\d)\./.exec(name)?.[1] ?? name.split(".")[1]!;

/** The modules in which two sets of values differ. */
function changed(a: ReadonlyMap<string, Float32Array>, b: ReadonlyMap<string, Float32Array>): string[] {
  const names = [...a.keys()].filter(
    (name) => Buffer.compare(bytes(a.get(name)!), bytes(b.get(name)!)) !== 0,
  );
  return [...new Set(names.map(moduleOf))].sort();
}
const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength);

/** All bits of a checkpoint. */
function digest({ arrays, state }: Checkpoint): string {
  const hash = createHash("sha256").update(JSON.stringify(state));
  for (const [name, { data }] of arrays) hash.update(name).update(bytes(data));
  return hash.digest("hex");
}

/** What one kind of array in each checkpoint held, by parameter. */
const saved = ({ saved: all }: Checkpoints, prefix: string) =>
  all.map(
    ({ arrays }) =>
      new Map(
        [...arrays].flatMap(([name, { data }]) =>
          name.startsWith(prefix) ? [[name.slice(prefix.length), data] as const] : [],
        ),
      ),
  );

/** Which modules each stretch between two checkpoints changed. */
function changes({ first }: TrainedInMemory, checkpoints: Checkpoints): string[][] {
  const values = [first, ...saved(checkpoints, "parameter/")];
  return values.slice(1).map((after, i) => changed(values[i]!, after));
}

const all = ["decoder", "embeddings", "layer0", "layer1"];

describe("gradual_unfreezing", () => {
  it("thaws layer after layer from the top; until then values do not change and optimizers keep no state", async () => {
    const checkpoints = new Checkpoints();
    const trained = await trainInMemory(
      config({
        gradual_unfreezing: {},
        optimizer: { AdamW: { lr: 0.01, weight_decay: 0.1, layer_decay: 0.5 } },
      }),
      checkpoints,
    );
    expect(changes(trained, checkpoints)).toEqual([
      ["decoder"],
      ["decoder", "layer1"],
      ["decoder", "layer0", "layer1"],
      all,
      all,
    ]);
    const moments = saved(checkpoints, "optimizer/exp_avg/");
    expect(moments.map((of) => [...new Set([...of.keys()].map(moduleOf))].sort())).toEqual([
      ["decoder"],
      ["decoder", "layer1"],
      ["decoder", "layer0", "layer1"],
      all,
      all,
    ]);
    const steps = checkpoints.saved.at(-1)!.state as { optimizer: Record<string, number> };
    expect(steps.optimizer["step/model.encoder.layer0.norm1.weight"]).toBe(6); // of 10 updates
    expect(trained.said.filter((line) => line.includes("updates:"))).toEqual([
      expect.stringMatching(/^epoch 2, after 2 updates: \d+ parameters are still frozen/),
      expect.stringMatching(/^epoch 3, after 4 updates: \d+ parameters are still frozen/),
      "epoch 4, after 6 updates: all layers are trained",
    ]);
  });

  it("begins as a run does whose encoder is frozen", async () => {
    const [gradual, frozen] = [new Checkpoints(), new Checkpoints()];
    await trainInMemory(config({ gradual_unfreezing: {}, epochs: 1 }), gradual);
    await trainInMemory(config({ freeze: ["model.encoder"], epochs: 1 }), frozen);
    expect(changed(saved(gradual, "parameter/")[0]!, saved(frozen, "parameter/")[0]!)).toEqual([]);
  });

  it("counts updates, some layers at a time", async () => {
    const checkpoints = new Checkpoints();
    const trained = await trainInMemory(
      config({
        gradual_unfreezing: { unit: "step", start: 1, every: 2, layers: 2 },
        checkpoint_every_batches: 1,
        epochs: 2,
      }),
      checkpoints,
    );
    expect(changes(trained, checkpoints)).toEqual([
      ["decoder"],
      ["decoder", "layer0", "layer1"],
      ["decoder", "layer0", "layer1"],
      all,
    ]);
  });

  it("waits for the whole update where batches are accumulated", async () => {
    const checkpoints = new Checkpoints();
    const trained = await trainInMemory(
      config({
        gradual_unfreezing: { unit: "step", start: 0, layers: 3 },
        num_accumulated_batches: 2,
        epochs: 1,
      }),
      checkpoints,
    );
    expect(changes(trained, checkpoints)).toEqual([all]);
  });

  const resumable = {
    "EMA and clipping": [{ weight_averaging: "EMA", max_clip_norm: 1 }, {}],
    SGD: [{ optimizer: { SGD: { lr: 0.1, momentum: 0.9, weight_decay: 0.1 } } }, {}],
    LoRA: [{}, { adapter: { LoRA: { rank: 2, dropout: 0.1 } } }],
  } as const;
  it.each(Object.entries(resumable))(
    "with %s, a run that goes on from any checkpoint ends with the same bits",
    async (_, [trainer, encoder]) => {
      const unfreezing = { gradual_unfreezing: { unit: "step", start: 1 } };
      const whole = config({ ...unfreezing, ...trainer, epochs: 2, checkpoint_every_batches: 1 }, encoder);
      const checkpoints = new Checkpoints();
      const { result } = await trainInMemory(whole, checkpoints);
      const digests = checkpoints.saved.map(digest);
      expect(digests).toHaveLength(4);
      for (const [i, checkpoint] of checkpoints.saved.slice(0, -1).entries()) {
        const later = new Checkpoints(checkpoint);
        const resumed = await trainInMemory(whole, later);
        expect(resumed.result.epochs).toEqual(result.epochs);
        expect(later.saved.map(digest)).toEqual(digests.slice(i + 1));
      }
    },
  );

  it("leaves an average of frozen values what they are", async () => {
    const checkpoints = new Checkpoints();
    const { first } = await trainInMemory(
      config({ gradual_unfreezing: { start: 2 }, weight_averaging: "EMA", epochs: 2 }),
      checkpoints,
    );
    const [average] = saved(checkpoints, "averaging/average/").slice(-1);
    expect(changed(average!, first)).toEqual(["decoder"]);
  });

  it("thaws an adapter's matrices with their layers", async () => {
    const checkpoints = new Checkpoints();
    const trained = await trainInMemory(
      config({ gradual_unfreezing: {}, epochs: 4 }, { adapter: { LoRA: { rank: 2 } } }),
      checkpoints,
    );
    expect(changes(trained, checkpoints)).toEqual([
      ["decoder"],
      ["decoder", "layer1"],
      ["decoder", "layer0", "layer1"],
      ["decoder", "layer0", "layer1"],
    ]);
  });

  it("tells what a run is too short to thaw", async () => {
    const { said } = await trainInMemory(config({ gradual_unfreezing: {}, epochs: 2 }), new Checkpoints());
    expect(said).toContain(
      "trainer.gradual_unfreezing: the run has 2 epochs and the last layer would thaw after 3; never trained: model.encoder.embeddings, model.encoder.layer0",
    );
  });

  it.each([
    ["no encoder", ["model.decoder.weight"], [], {}, /no module has layers over embeddings/],
    [
      "an encoder that is frozen",
      ["e.embeddings.x", "e.layer0.x", "head"],
      ["e.embeddings.x", "e.layer0.x"],
      {},
      /nothing can thaw/,
    ],
    ["a frozen head", ["e.embeddings.x", "e.layer0.x", "head"], ["head"], {}, /set start to 0/],
  ] as const)("refuses %s", (_, names, frozen, options, message) => {
    expect(() => new GradualUnfreezing({ ...standard, ...options }, store(names, frozen))).toThrow(message);
  });

  it("may begin with the topmost layer", () => {
    const held = new GradualUnfreezing(
      { ...standard, start: 0 },
      store(["e.embeddings.x", "e.layer0.x", "head"], ["head"]),
    ).held(0, 0);
    expect([...held]).toEqual(["e.embeddings.x"]);
  });
});

const standard = { unit: "epoch", start: 1, every: 1, layers: 1 } as const;
function store(names: readonly string[], frozen: readonly string[]): ParameterStore {
  const parameters = new ParameterStore(1);
  for (const name of names)
    parameters.add({ name, shape: [1], data: new Float32Array(1), trainable: !frozen.includes(name) });
  return parameters;
}
