import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type {
  IntentSlotMetricReporter as Contract,
  IntentSlotEvaluated,
} from "../../../src/components/reporters/contracts.js";
import { IntentSlotMetricReporter } from "../../../src/components/reporters/intent-slot.js";
import { Context } from "../../../src/registry/context.js";
import { Registry } from "../../../src/registry/registry.js";

const context = new Context(new Registry(), {
  log: { info: () => {}, warn: () => {} },
  settings: { seed: 0, threads: 1 },
});

type Config = Parameters<typeof IntentSlotMetricReporter.create>[0];

function reporter(options: Partial<Config> = {}): Contract {
  return IntentSlotMetricReporter.create(
    { model_select_metric: "frame_accuracy", worst_rows: 20, ...options },
    context,
  );
}

const INTENTS = ["play", "stop"];
const TAGS = ["O", "B-song", "I-song", "B-artist", "I-artist"];

interface Row {
  readonly intent: string;
  /** Of `play`. */
  readonly score: number;
  readonly gold: string;
  readonly predicted: string;
  readonly scores: readonly number[];
}

function evaluated(rows: readonly Row[], tags: readonly string[] = TAGS): IntentSlotEvaluated {
  const ids = (names: string) => names.split(" ").map((tag) => tags.indexOf(tag));
  return {
    loss: 0.25,
    intent: {
      labels: INTENTS,
      gold: Int32Array.from(rows, ({ intent }) => INTENTS.indexOf(intent)),
      scores: Float32Array.from(rows.flatMap(({ score }) => [score, 1 - score])),
    },
    slots: {
      labels: tags,
      gold: rows.map(({ gold }) => ids(gold)),
      predicted: rows.map(({ predicted }) => ids(predicted)),
      scores: rows.map(({ scores }) => scores),
    },
  };
}

const rows = evaluated([
  {
    intent: "play",
    score: 0.75,
    gold: "O B-song I-song",
    predicted: "O B-song I-song",
    scores: [1, 0.5, 0.5],
  },
  { intent: "play", score: 0.25, gold: "O O", predicted: "O O", scores: [1, 1] },
  { intent: "play", score: 0.75, gold: "B-artist O", predicted: "B-song O", scores: [0.875, 1] },
  { intent: "stop", score: 0, gold: "O B-song", predicted: "O I-song", scores: [1, 0.5] },
]);

describe("figures", () => {
  test("are of frames, intents, slots and tokens", () => {
    expect(reporter().figures(rows)).toMatchObject({
      rows: 4,
      tokens: 9,
      loss: 0.25,
      // The fourth row's slot is read alike, though its tag is another.
      frame_accuracy: 2 / 4,
      intent_accuracy: 3 / 4,
      slot_f1: 2 / 3,
      token_accuracy: 7 / 9,
      per_intent: { play: { support: 3, recall: 2 / 3 }, stop: { support: 1, precision: 1 / 2 } },
      per_slot: { song: { support: 2, recall: 1 }, artist: { support: 1, recall: 0 } },
      confusions: {
        intents: [{ gold: "play", predicted: "stop", count: 1 }],
        slots: [{ gold: "artist", predicted: "song", count: 1 }],
      },
    });
  });

  test("without predicted tags are those of intents and the loss", () => {
    const figures = reporter().figures({ ...rows, slots: { ...rows.slots, predicted: null, scores: null } });
    expect(figures).toMatchObject({
      loss: 0.25,
      intent_accuracy: 3 / 4,
      frame_accuracy: null,
      slot_f1: null,
    });
    expect(reporter().select.value(figures)).toBeNull();
    expect(reporter({ model_select_metric: "intent_accuracy" }).select.value(figures)).toBe(3 / 4);
  });

  test("hold nothing that JSON cannot", () => {
    const figures = reporter().figures(rows);
    expect(JSON.parse(JSON.stringify(figures))).toEqual({ ...figures });
  });

  test("of scores that are not probabilities are an error that says what happened", () => {
    const broken = { ...rows, intent: { ...rows.intent, scores: rows.intent.scores.map(() => Number.NaN) } };
    expect(() => reporter().figures(broken)).toThrow(
      /^PTX_TRAINING {2}metric_reporter\n {2}score of row 0 for label "play" is NaN/,
    );
  });

  test("of tags that name no slots are refused", () => {
    expect(() => reporter().requireFit(["O", "song"])).toThrow(
      'PTX_CONFIG_VALUE  model.inputs.slots\n  "song" is no tag of a slot: expected O, B-x, I-x',
    );
    expect(() => reporter().requireFit(["O", "B-song", "I-song"])).not.toThrow();
  });
});

describe("the selection metric", () => {
  test.each([
    ["frame_accuracy", 1 / 2],
    ["intent_accuracy", 3 / 4],
    ["slot_f1", 2 / 3],
    ["slot_precision", 2 / 3],
    ["slot_recall", 2 / 3],
    ["token_accuracy", 7 / 9],
    ["bracket_f1", 10 / 14],
    ["tree_f1", 8 / 14],
    ["loss", 0.25],
  ] as const)("may be %s", (name, value) => {
    const { select } = reporter({ model_select_metric: name });
    expect(select.name).toBe(name);
    expect(select.higherIsBetter).toBe(name !== "loss");
    expect(select.value(reporter().figures(rows))).toBeCloseTo(value, 12);
  });
});

describe("rows side by side", () => {
  test("hold the intent before the tags, and are right where intent and slots are", () => {
    expect(reporter().compare(rows)).toEqual([
      {
        row: 0,
        gold: ["play", "O", "B-song", "I-song"],
        predicted: ["play", "O", "B-song", "I-song"],
        right: true,
        score: 0.5,
      },
      { row: 1, gold: ["play", "O", "O"], predicted: ["stop", "O", "O"], right: false, score: 0.25 },
      {
        row: 2,
        gold: ["play", "B-artist", "O"],
        predicted: ["play", "B-song", "O"],
        right: false,
        score: 0.125,
      },
      { row: 3, gold: ["stop", "O", "B-song"], predicted: ["stop", "O", "I-song"], right: true, score: 0.5 },
    ]);
  });

  test("are none where tags were not predicted", () => {
    const none = { ...rows, slots: { ...rows.slots, predicted: null, scores: null } };
    expect(reporter().compare(none)).toEqual([]);
  });

  test("are right as often as the frame accuracy says, for any rows", () => {
    const row = fc.record({
      intent: fc.constantFrom(...INTENTS),
      score: fc.constantFrom(0.125, 0.25, 0.75, 1),
      tags: fc.array(fc.tuple(fc.constantFrom(...TAGS), fc.constantFrom(...TAGS)), {
        minLength: 1,
        maxLength: 3,
      }),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 15 }), (given) => {
        const any = evaluated(
          given.map(({ tags, ...rest }) => ({
            ...rest,
            gold: tags.map(([gold]) => gold).join(" "),
            predicted: tags.map(([, predicted]) => predicted).join(" "),
            scores: tags.map(() => 0.5),
          })),
        );
        const right = reporter()
          .compare(any)
          .filter((one) => one.right).length;
        expect(right / given.length).toBe(reporter().figures(any).frame_accuracy);
      }),
    );
  });

  test("that went most wrong are kept as many as the config says", () => {
    expect(reporter({ worst_rows: 3 }).worstRows).toBe(3);
  });
});
