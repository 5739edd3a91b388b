/** @file The parts of a model's message, in the order of the file. */
import type { onnx } from "./proto/onnx.js";

type NodeProto = onnx.NodeProto.$Properties;
type GraphProto = onnx.GraphProto.$Properties;
type TensorProto = onnx.TensorProto.$Properties;

/** The nodes of a graph or of a function, and what a graph has besides. */
export type Nodes = Pick<GraphProto, "node" | "initializer" | "sparseInitializer">;

/** The graphs that a node has as attributes: the body of a loop, the branches of a choice. */
export function bodiesOf({ attribute }: NodeProto): GraphProto[] {
  return (attribute ?? []).flatMap(({ g, graphs }) => [...(g ? [g] : []), ...(graphs ?? [])]);
}

/** Whatever of a model runs: its graph, then its functions. */
export function programsOf({ graph, functions }: onnx.ModelProto.$Properties): Nodes[] {
  return [...(graph ? [graph] : []), ...(functions ?? [])];
}

/** All nodes, those of bodies after the node that has them. */
export function* nodesOf({ node }: Nodes): Generator<NodeProto> {
  for (const each of node ?? []) {
    yield each;
    for (const body of bodiesOf(each)) yield* nodesOf(body);
  }
}

/** All graphs: this one, then the bodies in it. */
export function* graphsOf(program: Nodes): Generator<Nodes> {
  yield program;
  for (const node of program.node ?? []) for (const body of bodiesOf(node)) yield* graphsOf(body);
}

/** All stored tensors: those of a graph, then those that its nodes have as attributes, bodies included. */
export function* tensorsOf({ initializer, sparseInitializer, node }: Nodes): Generator<TensorProto> {
  yield* initializer ?? [];
  for (const sparse of sparseInitializer ?? []) yield* partsOfSparse(sparse);
  for (const { attribute } of node ?? []) {
    for (const { t, tensors, sparseTensor, sparseTensors, g, graphs } of attribute ?? []) {
      if (t) yield t;
      yield* tensors ?? [];
      for (const sparse of [...(sparseTensor ? [sparseTensor] : []), ...(sparseTensors ?? [])])
        yield* partsOfSparse(sparse);
      for (const body of [...(g ? [g] : []), ...(graphs ?? [])]) yield* tensorsOf(body);
    }
  }
}

/** The two tensors that a sparse one is stored as. */
function partsOfSparse({ values, indices }: onnx.SparseTensorProto.$Properties): TensorProto[] {
  return [values, indices].filter((part) => part !== null && part !== undefined);
}
