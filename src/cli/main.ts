#!/usr/bin/env node
/** @file The command line. Commands are loaded when they run, so that `--help` answers at once. */
import { Command, InvalidArgumentError, Option } from "commander";
import type { QuantizedForm } from "../exporters/quantize/forms.js";
import { libraryVersion } from "../registry/version.js";
import { addModelsCommand } from "./models-program.js";

/** The exit code for bad input: config, data or command line. */
const BAD_INPUT = 2;

const program = new Command("pytext-ts")
  .description("From a JSON config and a text file to a trained, exported NLP model.")
  .version(libraryVersion())
  .showSuggestionAfterError()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : BAD_INPUT));

const collect = (value: string, all: readonly string[]): string[] => [...all, value];

/** A whole number in decimal digits. */
const integer =
  (minimum: number, maximum: number) =>
  (text: string): number => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= minimum && value <= maximum))
      throw new InvalidArgumentError(`expected a whole number from ${minimum} to ${maximum}.`);
    return value;
  };

/** A decimal number above `low` (or equal to it, if it is allowed) and not above `high`. */
const decimal =
  (low: number, allowed: boolean, high: number) =>
  (text: string): number => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (!((allowed ? value >= low : value > low) && value <= high))
      throw new InvalidArgumentError(`expected a number ${allowed ? "from" : "above"} ${low} to ${high}.`);
    return value;
  };

const command = (usage: string, description: string): Command =>
  program
    .command(usage)
    .description(description)
    .option(
      "--include <file>",
      "a .ts or .mjs file that exports components of your own; may be repeated",
      collect,
      [],
    );

command("train <config>", "train, test, and write a run folder")
  .option("--output <dir>", "folder of the run (default: runs/<config name>-<time>)")
  .option(
    "--set <path=value>",
    "change the config, for example task.trainer.epochs=3; may be repeated",
    collect,
    [],
  )
  .option("--resume", "go on with the run in --output from its last checkpoint")
  .option("--seed <n>", "seed of all randomness, in place of the config's", integer(0, 0xffffffff))
  .option("--threads <n>", "threads for the graph, in place of the config's", integer(1, 1024))
  .option("--quiet", "print only warnings and the paths written")
  .action(async (config, options) => (await import("./train.js")).trainCommand(config, options));

command(
  "ensemble <runs...>",
  "make one model of runs that have ended, which decide together; nothing is trained",
)
  .requiredOption("--output <dir>", "folder of the ensemble's run")
  .addOption(
    new Option(
      "--combine <what>",
      "what predictions become one by: the mean of logits (and of a CRF's transitions), the mean of probabilities, or votes",
    )
      .choices(["logits", "probabilities", "votes"])
      .default("logits"),
  )
  .option("--quiet", "print only warnings and the paths written")
  .action(async (runs, options) => (await import("./ensemble.js")).ensembleCommand(runs, options));

command(
  "self-train <config>",
  "train on rows with labels, then on those too that the model before labels with confidence; a run for each round",
)
  .requiredOption("--unlabelled <file>", "plain lines or JSON objects without labels")
  .requiredOption("--output <dir>", "folder for the rounds: their runs and the rows that each took")
  .option("--threshold <score>", "the least score with which a row is taken", decimal(0, true, 1), 0.9)
  .option("--rounds <n>", "how often rows are labelled and a model is trained", integer(1, 1000), 1)
  .option("--balanced", "take as many rows of each label as of the one with the fewest: the surest")
  .option("--set <path=value>", "change the config; may be repeated", collect, [])
  .option("--seed <n>", "seed of all randomness, in place of the config's", integer(0, 0xffffffff))
  .option("--threads <n>", "threads for the graph, in place of the config's", integer(1, 1024))
  .option("--quiet", "print only warnings and the figures of each round")
  .action(async (config, options) => (await import("./self-train.js")).selfTrainCommand(config, options));

command("test <run>", "figures of a run on its test rows")
  .option("--data <file>", "rows to test on, in the form of the run's test file")
  .option("--task <name>", "which of a run's several tasks; all by default")
  .option(
    "--predictions <file>",
    "file for one JSON object a test row: what is right beside what was predicted",
  )
  .option("--json", "print one JSON object")
  .action(async (run, options) => (await import("./test.js")).testCommand(run, options));

command(
  "sensitivity <run>",
  "a table of what it costs when each parameter alone loses its smallest numbers, on the run's eval (else test) rows",
)
  .option(
    "--sparsity <share>",
    "the share of numbers that become zero; may be repeated (default: 0.5, 0.8, 0.9)",
    (text, all: readonly number[]) => [...all, decimal(0, false, 0.9999)(text)],
    [],
  )
  .option(
    "--parameter <pattern>",
    "paths of parameters, * for a part of a name; may be repeated (default: all trained ones of two or more axes)",
    collect,
    [],
  )
  .option("--output <file>", "file for the table as JSON, which SensitivityAnalysisSparsifier reads")
  .option("--task <name>", "which of a run's several tasks")
  .option("--json", "print one JSON object")
  .action(async (run, options) => (await import("./sensitivity.js")).sensitivityCommand(run, options));

command(
  "predict <model> [texts...]",
  "predict texts with a run folder or an exported .onnx file, one JSON object a line",
)
  .option(
    "--input <file>",
    "plain lines or JSON objects to predict; - is standard input (the default without texts)",
  )
  .option("--output <file>", "file for the results in place of standard output")
  .addOption(offsetUnit("what start and end count"))
  .option("--top-k <n>", "the n likeliest labels, best first, in place of all scores", integer(1, 1e9))
  .option("--task <name>", "which of a run's several tasks")
  .action(async (model, texts, options) =>
    (await import("./predict.js")).predictCommand(model, texts, options),
  );

command(
  "get-logits <model>",
  "rows with a teacher's logits, for a student to learn from; one JSON object a line",
)
  .option("--input <file>", "plain lines or JSON objects, labelled or not; - is standard input (the default)")
  .option("--output <file>", "file for the results in place of standard output")
  .option("--task <name>", "which of a run's several tasks")
  .action(async (model, options) => (await import("./get-logits.js")).getLogitsCommand(model, options));

command("embed <model>", "vectors of texts, by a pretrained encoder, a run's encoder, or vectors of words")
  .requiredOption(
    "--input <file>",
    "plain lines, JSON objects, or a .tsv, .csv or .parquet file with named columns; - is standard input",
  )
  .requiredOption("--output <file>", "the .npy, .jsonl or .parquet file to write")
  .option("--column <name>", "the column of texts; named twice with --pairs (default: text)", collect, [])
  .option("--pairs", "read two texts together, by default those of the columns text1 and text2")
  .option(
    "--pooling <name>",
    "none (a vector a token), reduce_mean, reduce_max, reduce_mean_max, first_token (cls), last_token (sep), cls_pooled (default: the model's own, else reduce_mean)",
  )
  .option(
    "--layers <numbers>",
    "whose states: -1 is the last layer, several stand side by side, such as -4..-1 (default: -1)",
  )
  .option("--mask-cls-sep", "leave special pieces out of the pooling; attention sees them all the same")
  .option("--max-seq-len <n>", "tokens of a text at most, special ones included", integer(1, 1e9))
  .option("--batch-size <n>", "texts that run together at most (default: 64)", integer(1, 1e9))
  .option("--max-tokens <n>", "tokens that run together at most (default: 4096)", integer(1, 1e9))
  .option("--normalize", "bring vectors to the length 1")
  .option("--no-normalize", "leave vectors as they are, whatever the model's folder says")
  .option("--show-tokens", "write the tokens beside the vectors")
  .option("--adapter <folder>", "a low-rank adapter in PEFT's form for a pretrained encoder")
  .option("--task <name>", "which of a run's several tasks")
  .option("--threads <n>", "threads for the graph", integer(1, 1024))
  .action(async (model, options) => (await import("./embed.js")).embedCommand(model, options));

/** The smaller forms of a model; their module is not loaded for the sake of `--help`. */
const forms: Readonly<Record<QuantizedForm, string>> = {
  int8: "(matrix products and LSTMs in whole numbers, tables in 8 bits)",
  "int8-weights": "(weights in 8 bits)",
  "int4-weights": "(tables in 4 bits, other weights in 8)",
  float16: "(weights in half precision)",
};

command("export <run>", "write a run as one .onnx file, or its encoder for Hugging Face's Transformers")
  .option("--onnx <file>", "the file to write")
  .option(
    "--hugging-face <folder>",
    "a folder for the run's encoder as Hugging Face's Transformers reads it: config.json, model.safetensors, the tokenizer; with or without --onnx",
  )
  .option(
    "--adapter <folder>",
    "a folder for the adapter of the run's encoder alone, as PEFT reads it: adapter_config.json, adapter_model.safetensors; with or without --onnx",
  )
  .option("--ort <file>", "a file of ONNX Runtime's own format, for its small builds; with or without --onnx")
  .addOption(
    new Option("--input <form>", "what the file takes: whole texts, which it cuts itself; tokens; ids")
      .choices(["text", "tokens", "ids"])
      .default("text"),
  )
  .addOption(offsetUnit("what places in texts count in the file's outputs"))
  .option(
    "--top-k <n>",
    "also give the n likeliest labels, best first: outputs top_labels and top_scores",
    integer(1, 1e9),
  )
  .option(
    "--size <axis=n>",
    "a size that is the same in every run, for example batch=1 or tokens=32; all are free by default; may be repeated",
    collect,
    [],
  )
  .option("--card <file>", "file for a model card in Markdown: signature, figures, data, labels, config")
  .option("--task <name>", "which of a run's several tasks")
  .addOption(
    new Option(
      "--quantize <form>",
      `a smaller form; a table tells what it costs: ${Object.entries(forms)
        .map((form) => form.join(" "))
        .join("; ")}`,
    ).choices(Object.keys(forms)),
  )
  .option(
    "--prune",
    "take out of the file what a sparsifier left zero throughout: filters and units of layers, dimensions of word vectors",
  )
  .option(
    "--max-accuracy-drop <points>",
    "write nothing if the smaller form loses more points of accuracy on the run's test (else eval) rows",
    decimal(0, true, 100),
  )
  .option("--external-data", "keep weights beside the model, in FILE.data; above 1 GB they always are")
  .option("--no-self-test", "leave out of the file the few held-out rows by which a server checks it")
  .option(
    "--tag-probabilities",
    "tell the probabilities of all tags at each token too, as get-logits needs them of a file",
  )
  .option("--show-fusions", "print which operators ONNX Runtime runs in place of the file's")
  .action(async (run, options) => (await import("./export.js")).exportCommand(run, options));

command("serve [models...]", "answer requests over HTTP and gRPC, from exported files, runs and encoders")
  .addHelpText(
    "after",
    "\nA model is MODEL.onnx, a run, a folder of an encoder or store:NAME[@VERSION|@ALIAS]; NAME=MODEL names it.",
  )
  .option("--config <file>", "serve.json: models, batches, limits, keys; options stand in place of its keys")
  .option("--host <address>", "address to listen at (default: 127.0.0.1)")
  .option("--port <n>", "HTTP's port; 0 takes a free one (default: 8000)", integer(0, 65_535))
  .option(
    "--grpc-port <n>",
    "port of the Open Inference Protocol over gRPC (default: off)",
    integer(0, 65_535),
  )
  .option("--workers <n>", "copies of each model that run at a time", integer(1, 256))
  .option("--threads <n>", "threads of a worker (default: 1)", integer(1, 1024))
  .addOption(
    new Option("--isolation <kind>", "where workers run (default: thread)").choices(["thread", "process"]),
  )
  .option("--max-batch-size <n>", "rows that run together at most (default: 64)", integer(1, 4096))
  .option("--max-batch-tokens <n>", "tokens that run together at most (default: 8192)", integer(1, 1e9))
  .option("--max-queue-delay-ms <n>", "how long a batch waits for more rows (default: 0)", integer(0, 60_000))
  .option(
    "--store <address>",
    "where store:NAME is looked up (default: $PYTEXT_TS_STORE, else file:model-store)",
  )
  .option("--store-cache <dir>", "folder that models of a store are fetched into (default: model-cache)")
  .option("--log-level <level>", "the least important lines of the log that are written (default: info)")
  .action(async (models, options) => (await import("./serve.js")).serveCommand(models, options));

program
  .command("inspect <model>")
  .description(
    "what an .onnx file holds: signature, operators, modules, sizes, metadata; any file, whoever made it",
  )
  .option("--json", "print one JSON object")
  .option("--svg <file>", "file for a drawing of the graph by module")
  .action(async (model, options) => (await import("./inspect.js")).inspectCommand(model, options));

command("generate <run>", "texts that a language model writes")
  .option("--prompt <text>", "what every text begins with", "")
  .option("--temperature <t>", "below 1 likely tokens gain, 0 takes the likeliest", decimal(0, true, 100), 1)
  .option("--top-k <n>", "choose among so many of the likeliest tokens", integer(1, 1e9))
  .option("--top-p <p>", "choose among the likeliest tokens that together reach p", decimal(0, false, 1))
  .option("--max-tokens <n>", "tokens of a text at most, ends of lines included", integer(1, 1e9), 50)
  .option("--seed <n>", "seed of the choices", integer(0, 0xffffffff), 0)
  .option("--count <n>", "how many texts", integer(1, 1e9), 1)
  .option("--json", "print one JSON object a text")
  .action(async (run, options) => (await import("./generate.js")).generateCommand(run, options));

program
  .command("train-tokenizer")
  .description("learn the pieces of a tokenizer from texts, one a line; writes tokenizer.json")
  .addOption(
    new Option("--model <kind>", "BERT's word pieces, or RoBERTa's byte-level pairs")
      .choices(["wordpiece", "bpe"])
      .makeOptionMandatory(),
  )
  .requiredOption("--input <file>", "a file of texts; may be repeated", collect, [])
  .requiredOption("--vocab-size <n>", "how many pieces, special ones included", integer(1, 2 ** 24))
  .option("--min-frequency <n>", "merge only pairs that occur so often", integer(1, 1e9), 2)
  .option("--lowercase", "lower-case texts; word pieces lose accents too")
  .requiredOption("--output <dir>", "folder for the tokenizer")
  .action(async (options) => (await import("./train-tokenizer.js")).trainTokenizerCommand(options));

command(
  "debug-data <config>",
  "look at the data before training: sizes, labels, overlap, conflicts, lengths, unknown words",
)
  .option("--set <path=value>", "change the config; may be repeated", collect, [])
  .option("--json", "print one JSON object")
  .action(async (config, options) => (await import("./debug-data.js")).debugDataCommand(config, options));

command("summary <model>", "parameters and predicted memory of a config's model, or of a run's")
  .option("--set <path=value>", "change the config; may be repeated", collect, [])
  .option(
    "--size <axis=n>",
    "size of the batch that memory is predicted for, for example batch=64 or tokens=20; may be repeated",
    collect,
    [],
  )
  .option("--json", "print one JSON object")
  .action(async (model, options) => (await import("./summary.js")).summaryCommand(model, options));

command(
  "gen-default-config <task> [edits...]",
  "print a complete config; edits are component names or path=value",
).action(async (task, edits, options) => {
  const [{ genDefaultConfig }, { loadRegistry, show }] = await Promise.all([
    import("./gen-default-config.js"),
    import("./session.js"),
  ]);
  show(genDefaultConfig(await loadRegistry(options.include), { task, edits }));
});

command(
  "help-config [name]",
  "keys, types, defaults and meanings of a component, or of the whole config",
).action(async (name, options) => {
  const [{ helpConfig }, { loadRegistry, show }] = await Promise.all([
    import("./help-config.js"),
    import("./session.js"),
  ]);
  show(helpConfig(await loadRegistry(options.include), { name }));
});

command(
  "update-config <file>",
  "print a config in the current version's spelling; configs of PyText, versions 0 to 48, too",
)
  .option("--output <file>", "write it to a file")
  .action(async (file, options) => {
    const [{ updateConfig }, { loadRegistry, show }] = await Promise.all([
      import("./update-config.js"),
      import("./session.js"),
    ]);
    show(await updateConfig(await loadRegistry(options.include), { file, output: options.output }));
  });

command("schema", "print the JSON Schema of configs, for editors").action(async (options) => {
  const [{ schema }, { loadRegistry, show }] = await Promise.all([
    import("./schema.js"),
    import("./session.js"),
  ]);
  show(schema(await loadRegistry(options.include)));
});

command("list [kind]", "list the components that configs may name").action(async (kind, options) => {
  const [{ list }, { loadRegistry, show }] = await Promise.all([import("./list.js"), import("./session.js")]);
  show(list(await loadRegistry(options.include), { kind }));
});

addModelsCommand(program);

// A reader that has gone (`| head`) ends a prediction, see OutputLines, but no training run.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

program.parseAsync().catch(async (error: unknown) => {
  const { PtxError } = await import("../registry/errors.js");
  const known = error instanceof PtxError;
  process.stderr.write(`${known || isSystemError(error) ? error.message : stackOf(error)}\n`);
  process.exitCode = known ? BAD_INPUT : 1;
});

function offsetUnit(description: string): Option {
  return new Option("--offset-unit <unit>", description)
    .choices(["utf16", "codepoint", "utf8"])
    .default("utf16");
}

/** A full disk or a forbidden folder is told by its message; only faults of this program need a stack. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

function stackOf(error: unknown): string {
  return error instanceof Error && error.stack !== undefined ? error.stack : String(error);
}
