import type { Tensor } from "../../graph/graph.js";
import { ptxError } from "../../registry/errors.js";
import type { ModelInput } from "../contracts.js";

/** What makes each form of target. */
const makers = { ids: "LabelTensorizer", values: "LabelListTensorizer" } as const;

/**
 * The target as class ids `[batch]` (`ids`) or as 0/1 for every label `[batch, labels]` (`values`).
 * Throws `PTX_CONFIG_VALUE` when the input "labels" has the other form.
 */
export function targetTensor({ tensors }: ModelInput, form: keyof typeof makers, reader: string): Tensor {
  const tensor = tensors[form];
  if (tensor !== undefined) return tensor;
  const [needed, given] =
    form === "ids" ? ["one label a row", "lists of labels"] : ["lists of labels", "one label a row"];
  throw ptxError(
    "PTX_CONFIG_VALUE",
    "inputs.labels",
    `${reader} needs ${needed}, but this input gives ${given}`,
    `use ${makers[form]} for inputs.labels, or ${form === "ids" ? "MultiLabelClassificationOutputLayer" : "ClassificationOutputLayer"} as output_layer`,
  );
}

/** The target as a number for each row, float32 `[batch]`. Throws `PTX_CONFIG_VALUE` for any other. */
export function numberTarget({ tensors }: ModelInput, reader: string): Tensor {
  const { values } = tensors;
  if (values?.rank === 1) return values;
  throw ptxError(
    "PTX_CONFIG_VALUE",
    "inputs.labels",
    `${reader} needs a number for each row`,
    "use NumericLabelTensorizer for inputs.labels",
  );
}
