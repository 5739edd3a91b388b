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
  /** The config's variable `data` names the shared data (`--data`); or a variable of this name the folder of this name in it. */
  readonly shared?: boolean | string;
  /** Changes to the config. */
  readonly sets?: readonly string[];
  /** The config's variable `vectors` names the benchmark's GloVe file. */
  readonly vectors?: boolean;
  /** A set that does not come with the shared data: its folder below `--data-root`, and the config's variable for it. */
  readonly external?: { readonly folder: string; readonly variable: string };
  /** A folder below `--data` whose training rows are without those that are evaluated on too. */
  readonly unseen?: string;
  /** A long run: only the first seed. */
  readonly once?: boolean;
  /** Longest run on 2 cores. */
  readonly minutes?: number;
}

/** The figures of a joint model and the targets of some. */
const joint = (
  targets: { slot_f1?: number; intent_accuracy?: number; frame_accuracy?: number },
  task = "",
): Goal[] =>
  (["slot_f1", "intent_accuracy", "frame_accuracy"] as const).map((figure) => {
    const target = targets[figure];
    return { figure: `${task}${figure}`, ...(target !== undefined && { target }) };
  });

const SQUAD = {
  goals: [{ figure: "exact_match" }, { figure: "f1" }],
  shared: "squad",
  vectors: true,
  once: true,
} as const;
const CONLL = { folder: "conll2003", variable: "conll" };

export const CASES: readonly Case[] = [
  { name: "spam", goals: [{ figure: "per_class.spam.f1", target: 0.97 }] },
  { name: "trec", shared: true, goals: [{ figure: "accuracy", target: 0.87 }] },
  { name: "trec-glove", shared: true, goals: [{ figure: "accuracy", target: 0.9 }], vectors: true },
  { name: "sst2", shared: true, goals: [{ figure: "accuracy", target: 0.8 }] },
  { name: "sst2-glove", shared: true, goals: [{ figure: "accuracy", target: 0.85 }], vectors: true },
  { name: "snips-intent", shared: true, goals: [{ figure: "accuracy", target: 0.975 }] },
  { name: "chnsenticorp", shared: true, goals: [{ figure: "accuracy", target: 0.88 }] },
  { name: "chnsenticorp-words", shared: true, goals: [{ figure: "accuracy", target: 0.88 }] },
  {
    name: "chnsenticorp-unseen",
    config: "chnsenticorp",
    shared: true,
    goals: [{ figure: "accuracy" }],
    unseen: "chnsenticorp",
  },
  {
    name: "chnsenticorp-words-unseen",
    config: "chnsenticorp-words",
    shared: true,
    goals: [{ figure: "accuracy" }],
    unseen: "chnsenticorp",
  },
  { name: "mrpc", shared: true, goals: [{ figure: "accuracy", target: 0.72 }] },
  { name: "stsb-glove", shared: true, goals: [{ figure: "spearman", target: 0.7 }], vectors: true },
  { name: "mrpc-ranking", shared: true, goals: [{ figure: "accuracy" }] },
  {
    name: "mrpc-retrieval",
    shared: true,
    goals: [{ figure: "mrr" }, { figure: "recall_at.1" }, { figure: "recall_at.10" }],
  },
  { name: "assistant-joint", goals: joint({ frame_accuracy: 0.9 }) },
  {
    name: "snips-joint",
    shared: true,
    goals: joint({ slot_f1: 0.92, intent_accuracy: 0.975, frame_accuracy: 0.82 }),
    minutes: 6,
  },
  {
    name: "snips-joint-glove",
    shared: true,
    goals: joint({}).map((goal) => ({ ...goal, beats: "snips-joint" })),
    vectors: true,
  },
  {
    name: "atis-joint",
    goals: joint({ slot_f1: 0.95, intent_accuracy: 0.965 }),
    external: { folder: "atis", variable: "atis" },
    minutes: 5,
  },
  { name: "wnut17-ner", shared: true, goals: [{ figure: "entity_f1", target: 0.33 }], vectors: true },
  { name: "conll2003-ner", goals: [{ figure: "entity_f1", target: 0.82 }], external: CONLL },
  {
    name: "conll2003-ner-glove",
    goals: [{ figure: "entity_f1", target: 0.905 }],
    external: CONLL,
    vectors: true,
    once: true,
  },
  { name: "top-rnng", shared: true, goals: [{ figure: "frame_accuracy", target: 0.785 }], once: true },
  { name: "top-pointer", shared: true, goals: [{ figure: "frame_accuracy", target: 0.79 }], once: true },
  {
    name: "cmudict-g2p",
    goals: [{ figure: "token_error_rate", lower: true }, { figure: "exact_match" }],
    once: true,
  },
  {
    name: "debian-summaries",
    goals: [{ figure: "rouge1" }, { figure: "rouge2" }, { figure: "rougeL" }],
    once: true,
  },
  { name: "squad-drqa", ...SQUAD },
  { name: "squad-bidaf", ...SQUAD },
  { name: "ewt-pos", shared: true, goals: [{ figure: "token_accuracy", target: 0.93 }] },
  {
    name: "ewt-pos-glove",
    shared: true,
    goals: [{ figure: "token_accuracy", target: 0.945 }],
    vectors: true,
  },
  {
    name: "ptb-lm",
    goals: [{ figure: "perplexity", target: 116, lower: true }],
    external: { folder: "ptb", variable: "ptb" },
    once: true,
  },
  { name: "wikitext2-lm", shared: true, goals: [{ figure: "perplexity", lower: true }], once: true },
  {
    name: "snips-tenth",
    config: "snips-joint",
    shared: true,
    goals: joint({}),
    sets: ["task.data.train_fraction=0.1", "task.trainer.epochs=60"],
  },
  { name: "multitask-snips-assistant", shared: true, goals: joint({}, "snips.") },
];
