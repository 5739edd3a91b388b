/** @file What can be exported instead of what cannot. */
import { INPUT_FORMS, type InputForm } from "../components/data/contracts.js";
import type { Graph } from "../graph/graph.js";
import { type Problem, PtxError } from "../registry/errors.js";
import { deploymentGraph } from "../tasks/deployment.js";
import type { OpenTask } from "../tasks/open-task.js";
import type { ModelTask } from "../tasks/task.js";
import { sharedTokenizer } from "./tokenizer-file.js";

type Wanted = Parameters<typeof deploymentGraph>[2];

/** `deploymentGraph`, which says where it throws `PTX_EXPORT` what other forms of input the model is exported with. */
export function exportedGraph(open: OpenTask, part: ModelTask, wanted: Wanted): Graph {
  try {
    return deploymentGraph(open, part, wanted);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // Sizes are of other axes in other forms.
    const builds = (input: InputForm): boolean => {
      try {
        deploymentGraph(open, part, { input });
        return true;
      } catch (other) {
        if (!isRefusal(other)) throw other;
        return false;
      }
    };
    const offers = INPUT_FORMS.filter((input) => input !== wanted.input && builds(input)).map((input) =>
      offer(input, part),
    );
    const [first, ...others] = error.problems.map((problem) => withOffers(problem, offers));
    throw new PtxError([first!, ...others]);
  }
}

const isRefusal = (error: unknown): error is PtxError =>
  error instanceof PtxError && error.code === "PTX_EXPORT";

function offer(input: InputForm, part: ModelTask): string {
  if (input === "tokens") return "--input tokens, and cut texts before they go in";
  if (input === "ids" && sharedTokenizer(part) !== undefined)
    return "--input ids; the tokenizer is written beside the file";
  return `--input ${input}`;
}

function withOffers(problem: Problem, offers: readonly string[]): Problem {
  const ways = [
    ...(problem.hint === undefined ? [] : [problem.hint]),
    ...offers.map((one) => `export with ${one}`),
  ];
  return ways.length === 0 ? problem : { ...problem, hint: ways.join("; or ") };
}
