/** @file The commands of `pytext-ts models`: what they take. Each is loaded when it runs. */
import { type Command, InvalidArgumentError } from "commander";

const collect = (value: string, all: readonly string[]): string[] => [...all, value];

/** A whole number in decimal digits. */
const whole =
  (minimum: number) =>
  (text: string): number => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= minimum) return Number(text);
    throw new InvalidArgumentError(`expected a whole number from ${minimum} up.`);
  };

/** A version, or that there is none. */
const versionOrNone = (text: string): number | "none" => (text === "none" ? text : whole(1)(text));

/** Adds the command `models`. */
export function addModelsCommand(program: Command): void {
  const models = program
    .command("models")
    .description("a store of models: versions that never change, aliases that move");
  const command = (usage: string, description: string): Command =>
    models
      .command(usage)
      .description(description)
      .option(
        "--store <address>",
        "file:DIR, postgres://..., mongodb://... or s3://BUCKET/PREFIX (default: $PYTEXT_TS_STORE, else file:model-store)",
      );
  const commands = () => import("./models.js");

  command(
    "push <model> <path>",
    "add a version: an exported .onnx file, a run folder, or the folder of an encoder",
  )
    .option("--alias <alias>", "move this alias to it, once it is there")
    .option("--parent <version>", "the version that it was made from", whole(1))
    .option("--message <text>", "what is to be known of it")
    .option("--metric <name=number>", "a figure of it, beside those of its run; may be repeated", collect, [])
    .option("--tag <key=value>", "a tag; may be repeated", collect, [])
    .option("--card <file>", "a model card in Markdown (default: made of what the file says of itself)")
    .option(
      "--no-self-test",
      "of a folder, record no answers, which a server asks for again before it serves the version",
    )
    .option("--rewrite", "send what the store has already, too: mends damaged contents")
    .option("--json", "print one JSON object")
    .action(async (model, path, options) => (await commands()).pushCommand(model, path, options));

  command("pull <model>", "put the files of NAME, NAME@VERSION or NAME@ALIAS into a folder")
    .requiredOption("--output <dir>", "a folder that is not there yet")
    .action(async (model, options) => (await commands()).pullCommand(model, options));

  command("list [model]", "the models of a store, or the versions of one")
    .option("--json", "print one JSON object")
    .action(async (model, options) => (await commands()).listCommand(model, options));

  command("show <model>", "all that is known of a version, and who uses it")
    .option("--json", "print one JSON object")
    .action(async (model, options) => (await commands()).showCommand(model, options));

  command("promote <model>", "move an alias to NAME@VERSION, or to where another alias stands")
    .option("--alias <alias>", "which one", "production")
    .option(
      "--expect <version>",
      'only if it stands there now; "none": only if it is not there',
      versionOrNone,
    )
    .action(async (model, options) => (await commands()).promoteCommand(model, options));

  command("rollback <model>", "move an alias back to where it stood before")
    .option("--alias <alias>", "which one", "production")
    .option("--expect <version>", "only if it stands there now", whole(1))
    .action(async (model, options) => (await commands()).rollbackCommand(model, options));

  command("tag <model> <tags...>", "set tags of NAME@VERSION; key= takes one away").action(
    async (model, tags, options) => (await commands()).tagCommand(model, tags, options),
  );

  command(
    "rm <model>",
    "remove NAME@VERSION, unless it is in use; or the alias of NAME@ALIAS, and no version",
  ).action(async (model, options) => (await commands()).removeCommand(model, options));

  command("gc", "remove contents that no version has any more, and what pushes left that did not end")
    .option(
      "--keep <n>",
      "first remove versions, but for the newest n of each model and what is needed",
      whole(0),
    )
    .option("--grace <minutes>", "leave alone what is younger", whole(1), 60)
    .option("--dry-run", "only tell what would go")
    .option("--json", "print one JSON object")
    .action(async (options) => (await commands()).collectCommand(options));

  command("verify [model]", "digest every byte of a store, of a model, or of NAME@VERSION")
    .option("--json", "print one JSON object")
    .action(async (model, options) => (await commands()).verifyCommand(model, options));
}
