/** @file What a model file holds, for people and scripts: of any ONNX file, whoever made it. */
import { type CheckedModel, readCheckedModel } from "./check-model.js";
import { CONTENT_HASH_KEY, contentHash } from "./content-hash.js";
import { domainOf, metadataOf, opsetsOf } from "./model-file.js";
import { type Edge, moduleFlow, moduleOfNode, moduleOfTensor } from "./modules.js";
import { graphsOf, type Nodes, nodesOf, programsOf } from "./parts.js";
import type { onnx } from "./proto/onnx.js";
import { storedSize } from "./stored-tensor.js";
import { signatureOf, type ValueSignature } from "./value-type.js";

/** What a module of a model is made of. */
export interface ModuleFigures {
  /** The prefix of its names, such as `model.representation.lstm.layer0`; "" for names without one. */
  readonly path: string;
  readonly nodes: number;
  /** Its operators by how often they stand there, the most frequent first. */
  readonly operators: Readonly<Record<string, number>>;
  /** How many stored numbers and texts it has. */
  readonly parameters: number;
  /** The bytes of its stored tensors, and of the lists and texts in its nodes' attributes. */
  readonly bytes: number;
}

/** Whether the recorded digest of a model is that of the file; `unrecorded` where it carries none. */
export type ContentState = "matches" | "differs" | "unrecorded";

/** What a model file holds. */
export interface Inspection {
  readonly path: string;
  /** The size of the model's own file. */
  readonly bytes: number;
  /** The files beside it that hold its tensors. */
  readonly external: readonly { readonly file: string; readonly bytes: number }[];
  readonly content: {
    /** See `contentHash`. */
    readonly sha256: string;
    readonly recorded: string | null;
    readonly state: ContentState;
  };
  readonly producer: { readonly name: string; readonly version: string };
  readonly description: string;
  /** The version of the file format. */
  readonly irVersion: number;
  /** Operator sets by domain; ONNX's own is `ai.onnx`. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly inputs: readonly ValueSignature[];
  readonly outputs: readonly ValueSignature[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Nodes of the graph, of the bodies in it, and of its functions. */
  readonly nodes: number;
  /** Operators by how often they stand there, the most frequent first; with their domain where that is not ONNX's own. */
  readonly operators: Readonly<Record<string, number>>;
  readonly parameters: number;
  /** The bytes of all stored tensors, and of the lists and texts in attributes. */
  readonly parameterBytes: number;
  /** In the order in which they first stand in the file. */
  readonly modules: readonly ModuleFigures[];
  /** Which module reads what another one makes. */
  readonly flow: readonly Edge[];
}

/**
 * What a model file holds. It need not be one of this library's.
 * Throws `PTX_FILE_MISSING` where there is none, `PTX_MODEL_FILE` for one that is damaged or made to do harm.
 */
export async function inspectModel(path: string): Promise<Inspection> {
  const checked = await readCheckedModel(path);
  return inspectChecked(checked, path);
}

/** What a model holds that has been read and checked. */
export function inspectChecked(checked: CheckedModel, path: string): Inspection {
  const { model, bytes, files } = checked;
  const graph = model.graph ?? {};
  const metadata = metadataOf(model);
  const sha256 = contentHash(bytes, checked, path, files);
  const recorded = metadata[CONTENT_HASH_KEY] ?? null;
  const state = recorded === null ? "unrecorded" : recorded === sha256 ? "matches" : "differs";
  const counts = new ModuleCounts(path);
  for (const program of programsOf(model)) counts.add(program);
  const modules = counts.modules();
  const stored = new Set((graph.initializer ?? []).map(({ name }) => name));
  const total = (key: "nodes" | "parameters" | "bytes"): number =>
    modules.reduce((sum, figures) => sum + figures[key], 0);
  return {
    path,
    bytes: bytes.byteLength,
    external: [...files.sizes].map(([file, size]) => ({ file, bytes: size })),
    content: { sha256, recorded, state },
    producer: { name: model.producerName ?? "", version: model.producerVersion ?? "" },
    description: model.docString ?? "",
    irVersion: Number(model.irVersion ?? 0),
    opsets: Object.fromEntries(
      [...opsetsOf(model)].map(([domain, version]) => [domain || "ai.onnx", version]),
    ),
    inputs: (graph.input ?? []).filter(({ name }) => !stored.has(name)).map(signatureOf),
    outputs: (graph.output ?? []).map(signatureOf),
    metadata,
    nodes: total("nodes"),
    operators: sorted(counts.operators),
    parameters: total("parameters"),
    parameterBytes: total("bytes"),
    modules,
    flow: moduleFlow(graph),
  };
}

interface Counts {
  nodes: number;
  parameters: number;
  bytes: number;
  readonly operators: Map<string, number>;
}

/** Gathers the figures of modules. */
class ModuleCounts {
  readonly operators = new Map<string, number>();
  readonly #modules = new Map<string, Counts>();

  constructor(readonly where: string) {}

  add(program: Nodes): void {
    for (const node of nodesOf(program)) this.#node(node);
    for (const { initializer, sparseInitializer } of graphsOf(program)) {
      for (const tensor of initializer ?? []) this.#tensor(this.#of(moduleOfTensor(tensor.name)), tensor);
      for (const { values, indices } of sparseInitializer ?? []) {
        const counts = this.#of(moduleOfTensor(values?.name));
        for (const part of [values, indices]) if (part) this.#tensor(counts, part);
      }
    }
  }

  modules(): ModuleFigures[] {
    return [...this.#modules].map(([path, { operators, ...counts }]) => ({
      path,
      ...counts,
      operators: sorted(operators),
    }));
  }

  #of(path: string): Counts {
    let counts = this.#modules.get(path);
    if (counts === undefined) {
      counts = { nodes: 0, parameters: 0, bytes: 0, operators: new Map() };
      this.#modules.set(path, counts);
    }
    return counts;
  }

  #node({ name, domain, opType, attribute }: onnx.NodeProto.$Properties): void {
    const counts = this.#of(moduleOfNode(name));
    const space = domainOf(domain);
    const operator = space === "" ? (opType ?? "") : `${space}.${opType}`;
    counts.nodes++;
    for (const table of [counts.operators, this.operators])
      table.set(operator, (table.get(operator) ?? 0) + 1);
    for (const { t, tensors, s, strings, floats, ints } of attribute ?? []) {
      for (const tensor of [...(t ? [t] : []), ...(tensors ?? [])]) this.#tensor(counts, tensor);
      counts.bytes += (s?.byteLength ?? 0) + 4 * (floats?.length ?? 0) + 8 * (ints?.length ?? 0);
      for (const text of strings ?? []) counts.bytes += text.byteLength;
    }
  }

  #tensor(counts: Counts, tensor: onnx.TensorProto.$Properties): void {
    const { elements, bytes } = storedSize(tensor, this.where, anyFile);
    counts.parameters += elements;
    counts.bytes += bytes;
  }
}

/** The files of a checked model have been looked at. */
const anyFile = { require: (): void => {} };

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a, i], [b, j]) => j - i || (a < b ? -1 : 1)));
}
