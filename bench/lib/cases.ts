/** @file What the shipped configs are to reach. */

/** A figure in the test part of metrics.json. */
export interface Goal {
  readonly figure: string;
  /** The least mean; the most for `lower`. Absent: reported only. */
  readonly target?: number;
  /** The case whose mean is the target. */
  readonly beats?: string;
  /** The less the better, and no share of one. */
  readonly lower?: boolean;
}

/** Something that is measured. */
export interface Case {
  readonly name: string;
  /** A file of configs/ without its ending; the name by default. */
  readonly config?: string;
  readonly goals: readonly Goal[];
  /** What the config's variable `data` names: the shared data, or SNIPS with a tenth of its training rows. Absent: what it says itself. */
  readonly data?: "shared" | "snips-tenth";
  /** The config's variable `vectors` names the benchmark's GloVe file. */
  readonly vectors?: boolean;
  /** A set that does not come with the shared data: its folder below `--data-root`, and the config's variable for it. */
  readonly external?: string;
  /** A long run: only the first seed. */
  readonly once?: boolean;
  /** Longest run on 2 cores. */
  readonly minutes?: number;
}

const joint = (slots?: number, intent?: number, frame?: number): Goal[] => [
  { figure: "slot_f1", ...(slots !== undefined && { target: slots }) },
  { figure: "intent_accuracy", ...(intent !== undefined && { target: intent }) },
  { figure: "frame_accuracy", ...(frame !== undefined && { target: frame }) },
];

export const CASES: readonly Case[] = [
  { name: "spam", goals: [{ figure: "per_class.spam.f1", target: 0.97 }] },
  { name: "trec", data: "shared", goals: [{ figure: "accuracy", target: 0.87 }] },
  { name: "trec-glove", data: "shared", goals: [{ figure: "accuracy", target: 0.9 }], vectors: true },
  { name: "sst2", data: "shared", goals: [{ figure: "accuracy", target: 0.8 }] },
  { name: "sst2-glove", data: "shared", goals: [{ figure: "accuracy", target: 0.85 }], vectors: true },
  { name: "snips-intent", data: "shared", goals: [{ figure: "accuracy", target: 0.975 }] },
  { name: "assistant-joint", goals: joint(undefined, undefined, 0.9) },
  { name: "snips-joint", data: "shared", goals: joint(0.92, 0.975, 0.82), minutes: 6 },
  {
    name: "snips-joint-glove",
    data: "shared",
    goals: joint().map((goal) => ({ ...goal, beats: "snips-joint" })),
    vectors: true,
  },
  { name: "atis-joint", goals: joint(0.95, 0.965), external: "atis", minutes: 5 },
  { name: "wnut17-ner", data: "shared", goals: [{ figure: "entity_f1", target: 0.33 }], vectors: true },
  { name: "conll2003-ner", goals: [{ figure: "entity_f1", target: 0.82 }], external: "conll2003" },
  {
    name: "conll2003-ner-glove",
    goals: [{ figure: "entity_f1", target: 0.905 }],
    external: "conll2003",
    vectors: true,
    once: true,
  },
  { name: "ewt-pos", data: "shared", goals: [{ figure: "token_accuracy", target: 0.93 }] },
  {
    name: "ewt-pos-glove",
    data: "shared",
    goals: [{ figure: "token_accuracy", target: 0.945 }],
    vectors: true,
  },
  {
    name: "ptb-lm",
    goals: [{ figure: "perplexity", target: 116, lower: true }],
    external: "ptb",
    once: true,
  },
  { name: "wikitext2-lm", data: "shared", goals: [{ figure: "perplexity", lower: true }], once: true },
  { name: "snips-tenth", config: "snips-joint", goals: joint(), data: "snips-tenth" },
];
