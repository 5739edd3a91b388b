import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConsoleChannel, figureLines } from "../../../src/components/channels/console.js";
import { JSONLChannel, JsonLines } from "../../../src/components/channels/jsonl.js";
import type { EpochRecord, TrainingEvent } from "../../../src/components/trainers/contracts.js";
import { Context } from "../../../src/registry/context.js";
import { Registry } from "../../../src/registry/registry.js";

const log = { info: () => {}, warn: () => {} };
const context = new Context(new Registry(), { log, settings: { seed: 0, threads: 1 } });

const record: EpochRecord = {
  epoch: 1,
  steps: 4,
  train_loss: 0.51234,
  eval_loss: 0.4,
  metric: 0.875,
  learning_rate: 0.001,
  gradient_norm: null,
  best: true,
};
const figures = {
  loss: 0.4,
  accuracy: 0.875,
  macro_f1: 0.5,
  roc_auc: null,
  per_class: {
    ham: { precision: 1, recall: 0.5, f1: 2 / 3, support: 6 },
    "a rather long label": { precision: null, recall: 0, f1: 0, support: 0 },
  },
};
const progress = (batch: number): TrainingEvent => ({
  type: "progress",
  epoch: 1,
  batch,
  batches: 8,
  rows: 16,
  loss: 0.7,
});
const events: readonly TrainingEvent[] = [
  { type: "start", epochs: 3, batches: 8, rows: 128, parameters: 999, resumed: 0 },
  ...[1, 2, 3, 4, 5, 6, 7, 8].map(progress),
  { type: "epoch", record, seconds: 1.26, rows: 128 },
  { type: "stop", reason: "all 3 epochs done", best_epoch: 1 },
  { type: "figures", split: "test", figures },
];

/** What is printed while events are shown at moments 60 ms apart. */
function shown(
  mode: "auto" | "always" | "never",
  terminal: boolean,
  given = events,
): { out: string; err: string } {
  const [out, err]: [string[], string[]] = [[], []];
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (now += 60));
  vi.spyOn(process.stdout, "write").mockImplementation((text) => out.push(String(text)) > 0);
  vi.spyOn(process.stderr, "write").mockImplementation((text) => err.push(String(text)) > 0);
  const isTTY = Object.getOwnPropertyDescriptor(process.stderr, "isTTY");
  Object.defineProperty(process.stderr, "isTTY", { value: terminal, configurable: true });
  try {
    const channel = ConsoleChannel.create({ progress: mode }, context);
    expect(channel.terminal).toBe(true);
    for (const event of given) channel.event(event);
    channel.close();
  } finally {
    vi.restoreAllMocks();
    if (isTTY) Object.defineProperty(process.stderr, "isTTY", isTTY);
    else Reflect.deleteProperty(process.stderr, "isTTY");
  }
  return { out: out.join(""), err: err.join("") };
}

describe("the console", () => {
  const table = [
    "training: 128 rows, 8 batches an epoch, 3 epochs, 999 parameters",
    "epoch  train loss  eval loss    metric       rate  seconds      ",
    "    1      0.5123     0.4000    0.8750    1.00e-3      1.3  best",
    "all 3 epochs done; best epoch 1",
    "test: loss 0.4000  accuracy 0.8750  macro_f1 0.5000  roc_auc -",
    "  label                precision  recall      f1  support",
    "  ham                     1.0000  0.5000  0.6667        6",
    "  a rather long label          -  0.0000  0.0000        0",
    "",
  ].join("\n");

  test("prints plain lines, without any control character, where there is no terminal", () => {
    expect(shown("auto", false)).toEqual({ out: table, err: "" });
    expect(shown("never", true)).toEqual({ out: table, err: "" });
  });

  test("draws progress with speed and time left on a terminal, and wipes it before each line", () => {
    const { out, err } = shown("auto", true);
    expect(out).toBe(table);
    const drawn = err.split("\r\u001b[2K").filter((text) => text !== "");
    expect(drawn.length).toBeGreaterThan(2);
    expect(drawn.length).toBeLessThan(8); // not every batch: at most ten a second
    expect(drawn[0]).toMatch(/^epoch 1 █{3}░{21} 1\/8 {2}loss 0\.7000 {2}\d+ rows\/s {2}\d+ s left$/);
    for (const line of drawn) expect(line.match(/[█░]/g)).toHaveLength(24);
    expect(err.endsWith("\r\u001b[2K")).toBe(true);
    expect(shown("always", false).err).toBe(err);
  });

  test("tells speed and time left from what has passed", () => {
    const { err } = shown("always", false);
    const [, batch, speed, left] = /(\d)\/8 {2}loss 0\.7000 {2}(\d+) rows\/s {2}(\d+) s left[^█]*$/.exec(
      err,
    )!;
    // The clock moves 60 ms a look; it is looked at once at the start of the epoch and once a batch.
    const seconds = Number(batch) * 0.06;
    expect(Number(speed)).toBe(Math.round((Number(batch) * 16) / seconds));
    expect(Number(left)).toBe(Math.round((seconds / Number(batch)) * (8 - Number(batch))));
  });

  test("says when a run was resumed, and shows what is not known as a dash", () => {
    const resumed: TrainingEvent = {
      type: "start",
      epochs: 1,
      batches: 2,
      rows: 3,
      parameters: 4,
      resumed: 17,
    };
    const bare = { ...record, eval_loss: null, metric: null, best: false };
    const { out } = shown("auto", false, [resumed, { type: "epoch", record: bare, seconds: 0, rows: 3 }]);
    expect(out).toContain("4 parameters; resumed after 17 steps\n");
    expect(out.trimEnd().split("\n").at(-1)).toBe(
      "    1      0.5123          -         -    1.00e-3      0.0",
    );
  });

  test("shows every task's metric of an epoch where there are several", () => {
    const several = { ...record, tasks: { snips: 0.9, assistant: null } };
    const { out } = shown("auto", false, [{ type: "epoch", record: several, seconds: 1, rows: 3 }]);
    expect(out.trimEnd()).toMatch(/best {2}snips 0\.9000 {2}assistant -$/);
  });

  test("leaves the table of labels out where figures have none", () => {
    expect(
      figureLines("eval", { loss: 1, mrr: 0.5, recall_at: { 1: 0.25, 3: null }, ndcg_at: { 10: 0.75 } }),
    ).toEqual(["eval: loss 1.0000  mrr 0.5000", "  recall at  1: 0.2500  3: -", "  nDCG at  10: 0.7500"]);
    expect(figureLines("eval", { loss: null })).toEqual(["eval: loss -"]);
    expect(figureLines("eval", { loss: null, per_entity: {}, confusions: { entities: [] } })).toEqual([
      "eval: loss -",
    ]);
  });

  const prf = (f1: number | null, support: number) => ({ precision: f1, recall: f1, f1, support });

  test("shows a tagger's entities and which of them were confused, its five most frequent errors", () => {
    const confusion = (gold: string | null, predicted: string | null, count: number) => ({
      gold,
      predicted,
      count,
    });
    expect(
      figureLines("test", {
        loss: 0.5,
        token_accuracy: 0.875,
        entity_f1: 0.25,
        per_entity: { person: prf(0.5, 12), LOC: prf(null, 0) },
        per_tag: { O: prf(1, 1) },
        confusions: {
          entities: [
            confusion("person", "LOC", 12),
            confusion(null, "person", 3),
            confusion("LOC", null, 2),
            { ...confusion("LOC", "person", 1), other_bounds: true },
            confusion("a", "b", 1),
            confusion("a", "c", 1),
          ],
          tags: [confusion("O", "B-LOC", 9)],
        },
      }),
    ).toEqual([
      "test: loss 0.5000  entity_f1 0.2500  token_accuracy 0.8750",
      "  entity  precision  recall      f1  support",
      "  person     0.5000  0.5000  0.5000       12",
      "  LOC             -       -       -        0",
      "  most frequent errors in entities, gold -> predicted:",
      "       12  person -> LOC",
      "        3  (none) -> person",
      "        2  LOC    -> (none)",
      "        1  LOC    -> person, other bounds",
      "        1  a      -> b",
    ]);
  });

  test("shows the tags of a tagger that has no entities", () => {
    expect(
      figureLines("test", {
        loss: 0.5,
        token_accuracy: 0.875,
        per_tag: { NOUN: prf(1, 4) },
        confusions: { tags: [{ gold: "NOUN", predicted: "VERB", count: 2 }] },
      }),
    ).toEqual([
      "test: loss 0.5000  token_accuracy 0.8750",
      "  tag   precision  recall      f1  support",
      "  NOUN     1.0000  1.0000  1.0000        4",
      "  most frequent errors in tags, gold -> predicted:",
      "        2  NOUN -> VERB",
    ]);
  });

  test("shows a joint model's intents and slots one after the other", () => {
    const one = [{ gold: "a", predicted: "b", count: 1 }];
    expect(
      figureLines("test", {
        loss: 0.5,
        slot_f1: 0.5,
        intent_accuracy: 0.75,
        frame_accuracy: 0.25,
        per_intent: { play: prf(1, 1) },
        per_slot: { song: prf(1, 1) },
        confusions: { intents: one, slots: one, tags: one },
      }),
    ).toEqual([
      "test: loss 0.5000  frame_accuracy 0.2500  intent_accuracy 0.7500  slot_f1 0.5000",
      "  intent  precision  recall      f1  support",
      "  play       1.0000  1.0000  1.0000        1",
      "  slot  precision  recall      f1  support",
      "  song     1.0000  1.0000  1.0000        1",
      "  most frequent errors in intents, gold -> predicted:",
      "        1  a -> b",
      "  most frequent errors in slots, gold -> predicted:",
      "        1  a -> b",
    ]);
  });

  test("shows each of several tasks under its name, and takes a label called loss for a label", () => {
    expect(
      figureLines("test", {
        loss: 1,
        topics: { loss: 0.5, accuracy: 0.75, per_class: { loss: prf(1, 1) } },
        names: { loss: null, entity_f1: null },
      }),
    ).toEqual([
      "test: loss 1.0000",
      "test topics: loss 0.5000  accuracy 0.7500",
      "  label  precision  recall      f1  support",
      "  loss      1.0000  1.0000  1.0000        1",
      "test names: loss -  entity_f1 -",
    ]);
  });

  test("shows a language model's perplexity", () => {
    expect(figureLines("test", { tokens: 3, loss: 2, perplexity: Math.exp(2), bits_per_token: 2.5 })).toEqual(
      ["test: loss 2.0000  perplexity 7.3891  bits_per_token 2.5000"],
    );
  });
});

describe("JSON lines", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pytext-ts-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("hold every event but progress, with its time, after what was there", () => {
    const path = join(folder, "log.jsonl");
    for (let run = 0; run < 2; run++) {
      const channel = new JsonLines(path);
      expect(channel.terminal).toBe(false);
      for (const event of events) channel.event(event);
      channel.close();
    }
    const lines = readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(8);
    expect(lines.slice(0, 4).map(({ time, ...event }) => event)).toEqual(
      JSON.parse(JSON.stringify(events.filter(({ type }) => type !== "progress"))),
    );
    for (const { time } of lines) expect(new Date(time).toISOString()).toBe(time);
  });

  test("are refused where there is no folder for them, before training", () => {
    expect(() => JSONLChannel.create({ path: join(folder, "no", "log.jsonl") }, context)).toThrow(
      "there is no folder",
    );
    expect(() => JSONLChannel.create({ path: folder }, context)).toThrow("this is a folder");
    expect(JSONLChannel.create({ path: join(folder, "own.jsonl") }, context)).toBeInstanceOf(JsonLines);
  });
});
