/**
 * Symbolic dimensions: a dimension is a number, or a polynomial in symbols (`batch`, `tokens - 2`, `batch*tokens`)
 * held as its canonical text, so two dimensions are equal exactly when their texts are.
 */
export type Dim = number | string;

/** The sizes of a tensor's axes. */
export type Shape = readonly Dim[];

/** Monomial (sorted symbols joined by `*`; "" is the constant) to integer coefficient. */
type Polynomial = Map<string, number>;

/** A symbol for a size that only the run will tell: opaque, equal to itself alone. */
export function unknownDim(id: string): Dim {
  return `?${id}`;
}

/** `a + b`. */
export function addDims(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return a + b;
  const sum = parse(a);
  for (const [monomial, factor] of parse(b)) sum.set(monomial, (sum.get(monomial) ?? 0) + factor);
  return print(sum);
}

/** `a - b`. */
export function subDims(a: Dim, b: Dim): Dim {
  return addDims(a, mulDims(-1, b));
}

/** No product that a model's shapes give has more terms; one that had would be a file made to fill the memory. */
const MOST_TERMS = 1000;

/** `a * b`. */
export function mulDims(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return a * b + 0; // never -0
  const product: Polynomial = new Map();
  const [left, right] = [parse(a), parse(b)];
  if (left.size * right.size > MOST_TERMS) throw new RangeError(`a size of over ${MOST_TERMS} terms`);
  for (const [ma, fa] of left) {
    for (const [mb, fb] of right) {
      const symbols = [...symbolsOf(ma), ...symbolsOf(mb)].sort();
      const monomial = symbols.join("*");
      product.set(monomial, (product.get(monomial) ?? 0) + fa * fb);
    }
  }
  return print(product);
}

/** `a / b` when it divides exactly for every value of the symbols, else undefined. `b` must have one term. */
export function divDims(a: Dim, b: Dim): Dim | undefined {
  if (a === b) return 1;
  const terms = [...parse(b)];
  const [divisor] = terms;
  if (divisor === undefined || terms.length > 1) return undefined;
  const quotient: Polynomial = new Map();
  for (const [monomial, factor] of parse(a)) {
    if (factor === 0) continue;
    const rest = symbolsOf(monomial);
    for (const symbol of symbolsOf(divisor[0])) {
      const at = rest.indexOf(symbol);
      if (at < 0) return undefined;
      rest.splice(at, 1);
    }
    if (factor % divisor[1] !== 0) return undefined;
    quotient.set(rest.join("*"), factor / divisor[1]);
  }
  return print(quotient);
}

/** The product of all sizes: how many elements a shape holds. */
export function sizeOf(shape: Shape): Dim {
  return shape.reduce<Dim>(mulDims, 1);
}

/** The number a dimension has under these bindings; undefined while a symbol in it is unbound. */
export function evaluateDim(dim: Dim, bindings: ReadonlyMap<string, number>): number | undefined {
  if (typeof dim === "number") return dim;
  const direct = bindings.get(dim);
  if (direct !== undefined) return direct;
  let total = 0;
  for (const [monomial, factor] of parse(dim)) {
    let term = factor;
    for (const symbol of symbolsOf(monomial)) {
      const value = bindings.get(symbol);
      if (value === undefined) return undefined;
      term *= value;
    }
    total += term;
  }
  return total;
}

/** The symbols that a dimension is made of. */
export function dimSymbols(dim: Dim): string[] {
  if (typeof dim === "number") return [];
  return [...new Set([...parse(dim).keys()].flatMap(symbolsOf))];
}

/** `[batch,tokens,100]`. */
export function printShape(shape: Shape): string {
  return `[${shape.join(",")}]`;
}

/** Whether two shapes have equal dimensions throughout. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

function symbolsOf(monomial: string): string[] {
  return monomial === "" ? [] : monomial.split("*");
}

function parse(dim: Dim): Polynomial {
  const polynomial: Polynomial = new Map();
  if (typeof dim === "number") return polynomial.set("", dim);
  for (const [, sign, body] of dim.matchAll(/([+-]?)([^+-]+)/g)) {
    const parts = body!.split("*");
    const factor = /^\d+$/.test(parts[0]!) ? Number(parts.shift()) : 1;
    polynomial.set(parts.join("*"), sign === "-" ? -factor : factor);
  }
  return polynomial;
}

function print(polynomial: Polynomial): Dim {
  const terms = [...polynomial].filter(([, factor]) => factor !== 0);
  if (terms.length === 0) return 0;
  if (terms.length === 1 && terms[0]![0] === "") return terms[0]![1];
  const text = terms
    .sort(([a], [b]) => (a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1))
    .map(([monomial, factor]) => {
      const size = Math.abs(factor);
      const body = monomial === "" ? `${size}` : size === 1 ? monomial : `${size}*${monomial}`;
      return `${factor < 0 ? "-" : "+"}${body}`;
    })
    .join("");
  return text.startsWith("+") ? text.slice(1) : text;
}
