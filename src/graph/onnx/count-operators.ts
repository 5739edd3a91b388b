import { readFile } from "node:fs/promises";
import { onnx } from "./proto/onnx.js";

/** How many nodes of each operator a model has, those of loops included; operators of other domains as `domain.Name`. */
export async function countOperators(path: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const visit = ({ node }: onnx.GraphProto.$Properties): void => {
    for (const { domain, opType, attribute } of node ?? []) {
      const name = domain ? `${domain}.${opType}` : `${opType}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      for (const { g } of attribute ?? []) if (g) visit(g);
    }
  };
  visit(onnx.ModelProto.decode(await readFile(path)).graph ?? {});
  return counts;
}
