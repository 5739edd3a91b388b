/**
 * @file The default example from the raw e-mail to answers: prepares the data, trains configs/spam.json, tests,
 * exports and asks the exported file. Every step is a command that can be typed as printed.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { npm, pytextTs, root } from "./lib/run.js";

const folder = "runs/spam-example";
const model = `${folder}/model.onnx`;
const sentences = [
  "Congratulations, you have won! Claim your free cash prize now, limited offer, click here",
  "Lower your mortgage rate today, no obligation, approval guaranteed",
  "Can you send me the patch for the kernel module again? The build fails here since yesterday.",
  "Are we still meeting for lunch on Thursday? Bob cannot make it before noon.",
];

rmSync(join(root, folder), { recursive: true, force: true });
npm(["run", "--silent", "data"]);
pytextTs(["train", "configs/spam.json", "--output", folder]);
pytextTs(["test", folder]);
pytextTs(["export", folder, "--onnx", model]);
pytextTs(["predict", model, ...sentences]);
