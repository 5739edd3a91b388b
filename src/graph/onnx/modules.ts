/** @file The modules of a model, told by the prefixes of names, and what flows between them. */
import { nodesOf } from "./parts.js";
import type { onnx } from "./proto/onnx.js";

/** One end of a flow: a module by its path, or one of the model's inputs or outputs by its name. */
export interface Place {
  readonly kind: "input" | "module" | "output";
  readonly name: string;
}

/** What one place makes, another one reads. */
export interface Edge {
  readonly from: Place;
  readonly to: Place;
}

/** The module of a node: `model.decoder/Gemm_38` is one of `model.decoder`, `/encoder/layer.0/Add` of `encoder.layer.0`. */
export function moduleOfNode(name: string | null | undefined): string {
  const path = (name ?? "").replace(/^\/+/, "");
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0)).replaceAll("/", ".");
}

/** The module of a stored tensor: `model.decoder.layer0.weight` is one of `model.decoder.layer0`. */
export function moduleOfTensor(name: string | null | undefined): string {
  const path = (name ?? "").replace(/^\/+/, "").replaceAll("/", ".");
  return path.slice(0, Math.max(path.lastIndexOf("."), 0));
}

/** What flows between the modules of a graph, each way once; what the bodies in it read counts as read by their nodes' modules. */
export function moduleFlow(graph: onnx.GraphProto.$Properties): Edge[] {
  const makers = new Map<string, Place>();
  for (const { name } of graph.input ?? []) makers.set(name ?? "", { kind: "input", name: name ?? "" });
  for (const { name } of graph.initializer ?? []) {
    const module = moduleOfTensor(name);
    // Constants have no module: they belong to who reads them, and do not flow.
    if (module === "") makers.delete(name ?? "");
    else makers.set(name ?? "", { kind: "module", name: module });
  }
  for (const node of nodesOf(graph)) {
    for (const output of node.output ?? [])
      makers.set(output, { kind: "module", name: moduleOfNode(node.name) });
  }
  const edges = new Map<string, Edge>();
  const connect = (from: Place | undefined, to: Place): void => {
    if (from === undefined || (from.kind === to.kind && from.name === to.name)) return;
    edges.set(JSON.stringify([from.kind, from.name, to.kind, to.name]), { from, to });
  };
  for (const node of nodesOf(graph)) {
    const to: Place = { kind: "module", name: moduleOfNode(node.name) };
    for (const input of node.input ?? []) connect(makers.get(input), to);
  }
  for (const { name } of graph.output ?? [])
    connect(makers.get(name ?? ""), { kind: "output", name: name ?? "" });
  return [...edges.values()];
}
