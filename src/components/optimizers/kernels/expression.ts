/** Formulas over arrays, element by element, in float32: what an optimizer does to each parameter element. */

/** A value that each element has: an array's element, a constant, or computed from other values. */
export type Expression =
  | { readonly kind: "element"; readonly array: string }
  | { readonly kind: "constant"; readonly name: string }
  | { readonly kind: "sqrt"; readonly of: Expression }
  | { readonly kind: BinaryOp; readonly left: Expression; readonly right: Expression };

/** The operations on two values; every one rounds to float32. */
export type BinaryOp = "add" | "sub" | "mul" | "div";

export const add = (left: Expression, right: Expression): Expression => ({ kind: "add", left, right });
export const sub = (left: Expression, right: Expression): Expression => ({ kind: "sub", left, right });
export const mul = (left: Expression, right: Expression): Expression => ({ kind: "mul", left, right });
export const div = (left: Expression, right: Expression): Expression => ({ kind: "div", left, right });
export const sqrt = (of: Expression): Expression => ({ kind: "sqrt", of });

/** The first arrays of every kernel: the parameter and its gradient. After them come the rule's slots. */
export const [VALUE, GRADIENT] = ["value", "gradient"] as const;
export const FIXED_ARRAYS = 2;

/** New elements for some arrays as functions of the old elements at the same place, and of constants. */
export interface Kernel<A extends string = string, C extends string = string> {
  /** `value`, `gradient`, then the rule's slots in their order. */
  readonly arrays: readonly A[];
  /** The constants, in the order in which their values are given. */
  readonly constants: readonly C[];
  readonly outputs: { readonly [array in A]?: Expression };
}

/**
 * Writes a kernel as formulas. An expression that is used several times is computed once.
 * @example elementwise(["value", "gradient"], ["lr"], (x, c) => ({ value: sub(x.value, mul(c.lr, x.gradient)) }))
 */
export function elementwise<const A extends string, const C extends string>(
  arrays: readonly A[],
  constants: readonly C[],
  formulas: (
    elements: Record<A, Expression>,
    constants: Record<C, Expression>,
  ) => { [array in A]?: Expression },
): Kernel<A, C> {
  const elements = byName(arrays, (array) => ({ kind: "element", array }));
  const values = byName(constants, (name) => ({ kind: "constant", name }));
  return { arrays, constants, outputs: formulas(elements, values) };
}

function byName<N extends string>(names: readonly N[], make: (name: N) => Expression): Record<N, Expression> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<N, Expression>;
}

/** Every expression that the outputs need, each once, operands before what uses them. */
export function inOrder(kernel: Kernel): Expression[] {
  const ordered = new Set<Expression>();
  const visit = (expression: Expression): void => {
    if (ordered.has(expression)) return;
    if (expression.kind === "sqrt") visit(expression.of);
    else if (expression.kind !== "element" && expression.kind !== "constant") {
      visit(expression.left);
      visit(expression.right);
    }
    ordered.add(expression);
  };
  for (const output of Object.values(kernel.outputs)) if (output !== undefined) visit(output);
  return [...ordered];
}

/** Whether a kernel reads an array. */
export function reads(kernel: Kernel, array: string): boolean {
  return inOrder(kernel).some((expression) => expression.kind === "element" && expression.array === array);
}
