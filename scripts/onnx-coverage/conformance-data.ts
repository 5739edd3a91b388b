/** @file ONNX's conformance models as they lie on disk: a model, inputs, and the outputs that it must give for them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { HostTensor } from "../../src/graph/dtype.js";
import { onnx } from "../../src/graph/onnx/proto/onnx.js";
import { tensorValue } from "../../src/graph/onnx/tensor-proto.js";

/** Where Debian's package `libonnx-testdata` puts the models. */
const INSTALLED = "/usr/share/libonnx-testdata/data";

/** The folders that hold models, by what they are about. */
export const groups = ["node", "simple", "pytorch-converted", "pytorch-operator"] as const;

/** One of ONNX's models, and what it is to compute. */
export interface ConformanceCase {
  readonly group: (typeof groups)[number];
  /** `test_add_bcast`. */
  readonly name: string;
  /** The operator that it is about; null for models that are about many. */
  readonly operator: string | null;
  readonly model: onnx.ModelProto.$Properties;
  readonly inputs: readonly onnx.TensorProto.$Properties[];
  readonly outputs: readonly onnx.TensorProto.$Properties[];
}

/** The folder of the models: what `ONNX_TESTDATA` names, else where the package is installed; undefined where neither is. */
export function conformanceFolder(): string | undefined {
  const folder = process.env.ONNX_TESTDATA ?? INSTALLED;
  return existsSync(join(folder, "node")) ? folder : undefined;
}

/** All models of the folder, in the order of their names. */
export function conformanceCases(folder: string): ConformanceCase[] {
  return groups.flatMap((group) => {
    const place = join(folder, group);
    if (!existsSync(place)) return [];
    const read = readdirSync(place)
      .sort()
      .filter((name) => existsSync(join(place, name, "model.onnx")))
      .map((name) => readCase(group, name, join(place, name)));
    return group === "node" ? named(read) : read;
  });
}

function readCase(group: ConformanceCase["group"], name: string, folder: string): ConformanceCase {
  const data = join(folder, "test_data_set_0");
  const tensors = (kind: "input" | "output"): onnx.TensorProto.$Properties[] => {
    const found: onnx.TensorProto.$Properties[] = [];
    for (let i = 0; existsSync(join(data, `${kind}_${i}.pb`)); i++)
      found.push(onnx.TensorProto.decode(readFileSync(join(data, `${kind}_${i}.pb`))));
    return found;
  };
  return {
    group,
    name,
    operator: null,
    model: onnx.ModelProto.decode(readFileSync(join(folder, "model.onnx"))),
    inputs: tensors("input"),
    outputs: tensors("output"),
  };
}

/** A model of one node is about its operator, and so is the same model with that node written out in others (`NAME_expanded`). */
function named(cases: readonly ConformanceCase[]): ConformanceCase[] {
  const operators = new Map<string, string>();
  for (const { name, model } of cases) {
    const nodes = model.graph?.node ?? [];
    if (nodes.length === 1) operators.set(name, operatorName(nodes[0]!));
  }
  return cases.map((each) => {
    const written = each.name.replace(/_expanded.*$/, "");
    return { ...each, operator: operators.get(written) ?? operators.get(each.name) ?? theMain(each.model) };
  });
}

/** Of a model of several nodes the operator that is not there to make its constants. */
function theMain({ graph }: onnx.ModelProto.$Properties): string {
  const nodes = (graph?.node ?? []).filter(({ opType }) => opType !== "Constant");
  return operatorName(nodes.at(-1) ?? {});
}

function operatorName({ domain, opType }: onnx.NodeProto.$Properties): string {
  return domain ? `${domain}.${opType}` : (opType ?? "");
}

/** A stored tensor of a case. Throws `PTX_MODEL_FILE` for element types that graphs do not have. */
export function storedValue(tensor: onnx.TensorProto.$Properties): HostTensor {
  return tensorValue(tensor, "test data");
}
