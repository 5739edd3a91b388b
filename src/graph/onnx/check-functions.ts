/** @file Functions of a model: run times write them out in place of every call, so they must end. */
import { damaged, domainOf } from "./model-file.js";
import { type Nodes, nodesOf } from "./parts.js";
import type { onnx } from "./proto/onnx.js";

type FunctionProto = onnx.FunctionProto.$Properties;

/** What a graph or a function becomes where its calls are written out. */
interface Expanded {
  readonly nodes: number;
  readonly depth: number;
}

/** How deep functions may call one another, and how many nodes they may become. */
const MOST = { depth: 64, nodes: 2 ** 20 };

/** Throws `PTX_MODEL_FILE` for functions that call themselves, or that become more nodes than a run time can hold. */
export function checkFunctions({ graph, functions }: onnx.ModelProto.$Properties, where: string): void {
  if (!functions || functions.length === 0) return;
  const functionsByKey = new Map<string, FunctionProto>();
  for (const each of functions) {
    const key = keyOf(each.domain, each.name, each.overload);
    if (functionsByKey.has(key)) throw damaged(where, `the function "${each.name}" is defined twice`);
    functionsByKey.set(key, each);
  }
  const sizes = new Map<FunctionProto, Expanded>();
  const expand = (program: Nodes, callers: readonly FunctionProto[]): Expanded => {
    let [nodes, depth] = [0, 0];
    for (const { domain, opType, overload } of nodesOf(program)) {
      const called = functionsByKey.get(keyOf(domain, opType, overload));
      const inside = called === undefined ? { nodes: 1, depth: 0 } : expandFunction(called, callers);
      nodes += inside.nodes;
      depth = Math.max(depth, inside.depth + (called === undefined ? 0 : 1));
      if (nodes > MOST.nodes)
        throw damaged(where, `its functions become over ${MOST.nodes} nodes where they are called`);
      if (depth > MOST.depth) throw damaged(where, `its functions call one another over ${MOST.depth} deep`);
    }
    return { nodes, depth };
  };
  const expandFunction = (each: FunctionProto, callers: readonly FunctionProto[]): Expanded => {
    const before = sizes.get(each);
    if (before !== undefined) return before;
    if (callers.includes(each)) throw damaged(where, `the function "${each.name}" calls itself`);
    if (callers.length > MOST.depth)
      throw damaged(where, `its functions call one another over ${MOST.depth} deep`);
    const inside = expand(each, [...callers, each]);
    sizes.set(each, inside);
    return inside;
  };
  for (const each of functions) expandFunction(each, []);
  expand(graph ?? {}, []);
}

function keyOf(
  domain: string | null | undefined,
  name: string | null | undefined,
  overload: string | null | undefined,
): string {
  return JSON.stringify([domainOf(domain), name ?? "", overload ?? ""]);
}
