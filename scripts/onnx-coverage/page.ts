/** @file The page that says which of ONNX's operators can be imported, run and trained through. */
import { tolerances } from "./compare.js";
import { groups } from "./conformance-data.js";
import type { Outcome, Verdict } from "./measure.js";

/** Totals of some models. */
interface Row {
  readonly models: number;
  readonly imported: number;
  readonly onnxruntime: number;
  readonly tensorflow: number;
  readonly gradient: number;
  readonly none: number;
}

function totals(outcomes: readonly Outcome[]): Row {
  const count = (of: (outcome: Outcome) => boolean): number => outcomes.filter(of).length;
  return {
    models: outcomes.length,
    imported: count(({ imported }) => imported === null),
    onnxruntime: count(({ onnxruntime }) => onnxruntime === null),
    tensorflow: count(({ tensorflow }) => tensorflow === null),
    gradient: count(({ gradient }) => gradient === null),
    none: count(({ gradient }) => gradient === "none"),
  };
}

/** The totals as one line for people. */
export function summary(outcomes: readonly Outcome[]): string {
  const { models, imported, onnxruntime, tensorflow, gradient, none } = totals(outcomes);
  return (
    `${models} models: ${imported} imported, ${onnxruntime} equal on onnxruntime, ${tensorflow} on tensorflow, ` +
    `${gradient} with gradients checked, ${none} without gradients by nature`
  );
}

/** The page as Markdown. */
export function coveragePage(outcomes: readonly Outcome[]): string {
  const node = outcomes.filter(({ group }) => group === "node");
  const operators = [...new Set(node.map(({ operator }) => operator!))].sort();
  const byOperator = operators.map((name): [string, readonly Outcome[]] => [
    name,
    node.filter(({ operator }) => operator === name),
  ]);
  const whole = byOperator.filter(([, of]) => of.some(({ imported }) => imported === null));
  const missing = byOperator.filter(([, of]) => of.every(({ imported }) => imported !== null));
  return `${[
    "# ONNX operators",
    "What becomes of ONNX's own conformance models when they are imported. Written by `npm run docs:onnx`; a test " +
      "compares it with what is measured where the models are there (Debian's package `libonnx-testdata`, or the " +
      "folder that `ONNX_TESTDATA` names).",
    `**${summary(outcomes)}.**`,
    `*Equal* means ONNX's own tolerances: \`|got - wanted| <= ${tolerances.atol} + ${tolerances.rtol} * |wanted|\`, ` +
      "integers and strings exactly. *gradient* counts the models whose gradients agree with finite differences; " +
      "*none* those where no float32 goes in or comes out, or an operator has no gradient and says why. " +
      "Where sizes, axes or positions are inputs of a model, they are stored in it before it is imported: a graph's " +
      "shapes are known while it is built. The models `NAME_expanded` write the operator out in others and count with it.",
    "## Groups",
    table(
      "group",
      groups.map((group) => [group, outcomes.filter((outcome) => outcome.group === group)]),
    ),
    "## Operators",
    table("operator", whole),
    "## Operators that cannot be imported",
    list("operator", missing),
  ].join("\n\n")}\n`;
}

function table(head: string, rows: readonly (readonly [string, readonly Outcome[]])[]): string {
  const lines = rows.map(([name, outcomes]) => {
    const { models, imported, onnxruntime, tensorflow, gradient, none } = totals(outcomes);
    const cells = [name, models, imported, onnxruntime, tensorflow, gradient, none, cell(troubles(outcomes))];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    `| ${head} | models | imported | onnxruntime | tensorflow | gradient | none | what is missing |`,
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ...lines,
  ].join("\n");
}

function list(head: string, rows: readonly (readonly [string, readonly Outcome[]])[]): string {
  return [
    `| ${head} | models | why |`,
    "| --- | ---: | --- |",
    ...rows.map(([name, outcomes]) => `| ${name} | ${outcomes.length} | ${cell(troubles(outcomes))} |`),
  ].join("\n");
}

/** The commonest things that went wrong, each once. */
function troubles(outcomes: readonly Outcome[]): string {
  const counts = new Map<string, number>();
  const note = (verdict: Verdict | "none", step: string): boolean => {
    if (verdict === null || verdict === "none") return false;
    const text = `${step}${verdict.replace(/ \(.*/s, "").slice(0, 110)}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
    return true;
  };
  for (const { imported, onnxruntime, tensorflow, gradient } of outcomes) {
    if (note(imported, "")) continue;
    if (!note(onnxruntime, "onnxruntime: ")) note(gradient, "gradient: ");
    note(tensorflow, "tensorflow: ");
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const shown = sorted.slice(0, 3).map(([text, count]) => (count === 1 ? text : `${text} (${count})`));
  if (sorted.length > 3) shown.push(`and ${sorted.length - 3} more`);
  return shown.join("; ");
}

/** Text in a cell of a table. */
function cell(text: string): string {
  return text.replace(/[|<>]/g, (sign) => `\\${sign}`);
}
