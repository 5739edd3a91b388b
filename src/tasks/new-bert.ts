/** @file Tasks that fine-tune a pretrained encoder to give labels. */
import { component } from "../registry/component.js";
import { classificationSchema, DocumentClassification } from "./document-classification.js";
import { requirePair } from "./pair-inputs.js";

/** PyText's NewBertClassificationTask: a text to one or several labels, on a pretrained encoder. */
export const NewBertClassificationTask = component({
  kind: "task",
  name: "NewBertClassificationTask",
  schema: classificationSchema(
    "NewBertModel",
    "Gives each text one label, or several, on a pretrained encoder.",
  ),
  create: (config, context) => new DocumentClassification("NewBertClassificationTask", config, context),
});

/** PyText's NewBertPairClassificationTask: two texts that the encoder reads together (paraphrase, inference). */
export const NewBertPairClassificationTask = component({
  kind: "task",
  name: "NewBertPairClassificationTask",
  schema: classificationSchema(
    "NewBertModel",
    "Gives each pair of texts one label, or several, on a pretrained encoder that reads both together.",
  ),
  create(config, context) {
    const task = new DocumentClassification("NewBertPairClassificationTask", config, context);
    requirePair(task.tensorizers);
    return task;
  },
});
