/** @file The members of an ensemble, each a run of its own, and the model that they are together. */
import type { Figures } from "../../components/trainers/contracts.js";
import { ParameterStore } from "../../graph/parameters.js";
import { runFiles } from "../../registry/run-files.js";
import type { OpenTask } from "../open-task.js";
import type { SavedVocabularies } from "../run-folder.js";
import {
  type MemberFigures,
  type Metrics,
  type RunSession,
  type TrainedRun,
  tested,
  trainingPart,
} from "../run-session.js";
import type { MemberRun } from "../task.js";

/** Gives a member's run; `learnt` is what its tensorizers have learnt from all training rows. */
export type MakeMember = (
  member: MemberRun,
  learnt: SavedVocabularies["tensorizers"],
) => Promise<Pick<TrainedRun, "folder" | "metrics">>;

/** Makes the members one after another, and one model of them. */
export async function makeEnsemble(
  open: OpenTask,
  session: RunSession,
  makeMember: MakeMember,
): Promise<Metrics> {
  const members = open.task.members!;
  await session.begin();
  const made: Awaited<ReturnType<MakeMember>>[] = [];
  for (const member of members) {
    open.context.log.info(`${member.name} of ${members.length}, seed ${member.seed}`);
    made.push(await makeMember(member, learntBy(member)));
  }
  return assemble(open, session, made);
}

/** What a member's tensorizers have learnt from all training rows, by input. */
export const learntBy = ({ tensorizers }: MemberRun): SavedVocabularies["tensorizers"] =>
  Object.fromEntries(Object.entries(tensorizers).map(([input, tensorizer]) => [input, tensorizer.state()]));

/** The model of an ensemble, made of its members' runs and tested; with their figures. */
async function assemble(
  open: OpenTask,
  session: RunSession,
  trained: readonly Awaited<ReturnType<MakeMember>>[],
): Promise<Metrics> {
  const { task, context, parameters } = open;
  const { folder } = session;
  for (const [i, { folder: run }] of trained.entries()) {
    await run.loadFiles(runFiles(context));
    const own = new ParameterStore(context.settings.seed);
    await run.loadParameters(own);
    for (const parameter of own)
      parameters.add({ ...parameter, name: `${task.members![i]!.name}.${parameter.name}` });
  }
  parameters.seal(folder.path);
  await folder.saveFiles(runFiles(context));
  await folder.saveParameters(parameters);
  const [name, part] = [...task.parts][0]!;
  const parts = [trainingPart(task, name, part, session.rows.get(name)!)];
  const figures = await tested(open, await open.engine(), parts, new Map(), session);
  const members = trained.map(({ metrics }, i): MemberFigures => {
    const value = (split: Figures | null): number | null => split && part.select.value(split);
    const { seed, name: member } = task.members![i]!;
    return {
      name: member,
      seed,
      metric: part.select.name,
      eval: value(metrics.eval),
      test: value(metrics.test),
    };
  });
  for (const split of ["eval", "test"] as const) {
    const line = compared(split, members, figures[split] && part.select.value(figures[split]));
    if (line !== undefined) context.log.info(line);
  }
  return { train: { loss: null }, ...figures, epochs: [], members };
}

/** A split's figure of an ensemble beside those of its members, as a sentence; undefined where one is not known. */
function compared(split: string, members: readonly MemberFigures[], own: number | null): string | undefined {
  const values = members.map((member) => member[split as "eval" | "test"]);
  if (own === null || values.includes(null)) return undefined;
  const known = values as number[];
  const mean = known.reduce((a, b) => a + b) / known.length;
  const shown = (value: number): string => value.toFixed(4);
  return `${split}: ${members[0]!.metric} ${shown(own)}; members ${shown(mean)} in the mean, ${shown(Math.min(...known))} to ${shown(Math.max(...known))}`;
}
