/**
 * @file All comparisons of speed, as one Markdown section for RESULTS.md. The machine should do nothing else meanwhile.
 * Usage: npm run bench   (some 12 minutes on 2 cores)
 */
import { commandLine } from "./cli.js";
import { epoch } from "./epoch.js";
import { inference } from "./inference.js";
import { machine } from "./lib/environment.js";
import { sequenceInference } from "./sequence-inference.js";
import { sequenceLengths } from "./sequence-lengths.js";
import { sequenceTraining } from "./sequence-training.js";
import { trainingStep } from "./training-step.js";

console.log(`## ${machine()}\n\nCommand: \`npm run bench\`\n`);
console.log(await commandLine({ threads: [2], rounds: 15 }));
console.log(await trainingStep({ threads: [2], rounds: 15 }));
console.log(await inference({ threads: [1, 2], rounds: 15 }));
console.log(await sequenceTraining({ threads: [2], rounds: 15 }));
console.log(await sequenceInference({ threads: [1, 2], rounds: 15 }));
console.log(await sequenceLengths({ threads: [2], rounds: 5 }));
console.log(await epoch({ threads: [2], rounds: 5 }));
