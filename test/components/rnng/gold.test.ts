import { describe, expect, it } from "vitest";
import { gradientError } from "../models/harness.js";
import type { PlainOptions } from "./plain.js";
import { type Case, goldFeeds, goldProgram, plainDefaults, plainParser } from "./program.js";

/** 0 shifts, 1 reduces; 2 IN:A, 3 IN:B, 4 IN:UNSUPPORTED, 5 SL:C, 6 SL:D. */
const cases: readonly Case[] = [
  { name: "flat", length: 2, actions: [2, 0, 0, 1] },
  { name: "slots", length: 4, actions: [3, 0, 5, 0, 0, 1, 6, 0, 1, 1] },
  { name: "nested", length: 3, actions: [2, 5, 3, 0, 1, 0, 1, 0, 1] },
  { name: "unsupported", length: 3, actions: [4, 0, 0, 0, 1] },
  { name: "deeper than allowed", length: 2, actions: [2, 5, 3, 6, 0, 1, 1, 0, 1, 1] },
  { name: "slots in an unsupported root", length: 2, actions: [4, 0, 5, 0, 1, 1] },
];

const all = { buffer: true, stack: true, action: true, lastOpen: true };
const variants: Readonly<Record<string, Partial<PlainOptions>>> = {
  "sums, one layer": {},
  "LSTMs in both directions, two layers, the last open node": { composition: "blstm", layers: 2, use: all },
  "sums, two layers, no alternation": { layers: 2, alternating: false, noSlotsInUnsupported: false },
  "the stack alone": { composition: "blstm", use: { ...all, buffer: false, action: false, lastOpen: false } },
  "buffer and actions": { use: { ...all, stack: false, lastOpen: false } },
};

describe.each(Object.entries(variants))("the loss of given actions with %s", (_, own) => {
  const plain = { ...plainDefaults, ...own };

  it.each(["train", "infer"] as const)("is that of plain code over one text, in mode %s", async (mode) => {
    const { target, store } = await goldProgram(plain, { mode });
    const { losses } = await target.run(goldFeeds(cases));
    for (const [i, one] of cases.entries()) {
      const wanted = plainParser(store, plain, one).loss(one.actions);
      expect(losses!.data[i], one.name).toBeCloseTo(wanted, 4);
    }
  });
});

describe.each(Object.entries(variants).slice(0, 2))("the loss of given actions with %s", (_, own) => {
  it("has the gradient that finite differences have", async () => {
    const plain = { ...plainDefaults, ...own };
    const { target, store } = await goldProgram(plain, { mode: "train", gradients: true });
    expect(await gradientError(target, store, goldFeeds(cases.slice(1, 4)), ["vectors"])).toBeLessThan(4e-3);
  });
});

describe("the loss of given actions", () => {
  it.each(["logits", "probabilities"] as const)(
    "by the mean %s of two parsers is that of plain code",
    async (mean) => {
      const other = { ...plainDefaults, hidden: 3, composition: "blstm", use: all } as const;
      const plain = { members: [plainDefaults, other], mean };
      const { target, store } = await goldProgram(plain);
      const { losses } = await target.run(goldFeeds(cases));
      for (const [i, one] of cases.entries())
        expect(losses!.data[i], one.name).toBeCloseTo(plainParser(store, plain, one).loss(one.actions), 4);
    },
  );

  it("does not depend on batch-mates or padding", async () => {
    const { target } = await goldProgram(plainDefaults, { mode: "train" });
    const together = await target.run(goldFeeds(cases, 7, 15, 6));
    for (const [i, one] of cases.entries()) {
      const alone = await target.run(goldFeeds([one]));
      expect(together.losses!.data[i]).toBeCloseTo(alone.losses!.data[0]!, 5);
    }
  });

  it("is the same on both engines", async () => {
    const [ours, other] = await Promise.all(
      (["onnxruntime", "tensorflow"] as const).map(async (name) => {
        const { target } = await goldProgram(plainDefaults, { engine: name });
        return (await target.run(goldFeeds(cases))).losses!.data;
      }),
    );
    for (const [i, loss] of ours!.entries()) expect(other![i]).toBeCloseTo(loss, 4);
  });

  it("leaves out what follows an unsupported root, on request", async () => {
    const { target, store } = await goldProgram(plainDefaults, { ignoreUnsupported: true });
    const { losses } = await target.run(goldFeeds(cases));
    for (const [i, one] of cases.entries()) {
      const wanted = plainParser(store, plainDefaults, one).loss(
        one.actions,
        (step) => one.actions[0] !== 4 || step === 0,
      );
      expect(losses!.data[i], one.name).toBeCloseTo(wanted, 4);
    }
  });
});
