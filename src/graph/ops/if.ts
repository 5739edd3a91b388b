/** @file The choice between two computations. */
import { sameShape } from "../dims.js";
import { Graph, type Tensor, type TensorType } from "../graph.js";
import { applyAll, define, type OpInputs, ShapeError } from "./define.js";
import { Identity } from "./elementwise.js";
import { addBodyOutput, capturesOf } from "./scan.js";

/**
 * The branches have no inputs. Node inputs are `[condition, ...captures]`; captures are the outer tensors that the branches
 * read, as those of `Scan`.
 */
export type IfAttributes = { then_branch: Graph; else_branch: Graph };

export const If = define<OpInputs, IfAttributes>("If", {
  written: () => 1,
  infer: ([condition], { then_branch, else_branch }) => {
    if (condition?.dtype !== "bool" || condition.shape.some((dim) => dim !== 1))
      throw new ShapeError("the condition must be one bool");
    const [yes, no] = [then_branch, else_branch].map(({ outputs }) => [...outputs.values()]);
    if (yes!.length !== no!.length) throw new ShapeError("the branches must have equally many outputs");
    return yes!.map((output, i): TensorType => {
      const other = no![i]!;
      if (output.dtype !== other.dtype || !sameShape(output.shape, other.shape))
        throw new ShapeError(`one branch gives ${output}, the other ${other}`);
      return { dtype: output.dtype, shape: output.shape };
    });
  },
  gradient: { none: "only one of its branches is computed" },
});

/** What a branch makes of the inputs. */
type Branch = (inputs: readonly Tensor[]) => readonly Tensor[];

/** `yes(inputs)` where the condition (a bool) holds, else `no(inputs)`. Only that one is computed; both have the same types and shapes. */
export function chooseAll(
  condition: Tensor,
  inputs: readonly Tensor[],
  yes: Branch,
  no: Branch,
): readonly Tensor[] {
  const outer = [condition, ...inputs]
    .map(({ graph }) => graph)
    .reduce((deepest, graph) => (graph.depth > deepest.depth ? graph : deepest));
  const [then_branch, else_branch] = [yes, no].map((branch) => {
    const body = new Graph(outer);
    // Nodes stand where their inputs do: so the branch reads copies, which are passed over later.
    const copies = inputs.map((input) => body.addNode(Identity, [input], {}, [input]).outputs[0]!);
    for (const output of branch(copies)) addBodyOutput(body, output);
    return body;
  }) as [Graph, Graph];
  const captures = new Set([...capturesOf(then_branch), ...capturesOf(else_branch)]);
  return applyAll<OpInputs, IfAttributes>(If, [condition, ...captures], { then_branch, else_branch });
}

/** As `chooseAll`, of one result. */
export const choose = (
  condition: Tensor,
  inputs: readonly Tensor[],
  yes: (inputs: readonly Tensor[]) => Tensor,
  no: (inputs: readonly Tensor[]) => Tensor,
): Tensor =>
  chooseAll(
    condition,
    inputs,
    (all) => [yes(all)],
    (all) => [no(all)],
  )[0]!;
