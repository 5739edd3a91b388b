import { figureLines } from "../components/channels/console.js";
import type { Figures } from "../components/trainers/contracts.js";
import { testRun } from "../tasks/test-run.js";
import { OutputLines } from "./output-lines.js";
import { loadRegistry, print, terminalLog } from "./session.js";

/** Options of `pytext-ts test`. */
export interface TestCommand {
  readonly data?: string;
  readonly task?: string;
  readonly predictions?: string;
  readonly json?: boolean;
  readonly include: readonly string[];
}

/** `pytext-ts test RUN`: the figures of the run's test rows, or of another file's. */
export async function testCommand(run: string, options: TestCommand): Promise<void> {
  const registry = await loadRegistry(options.include);
  const out = options.predictions === undefined ? undefined : await OutputLines.open(options.predictions);
  let figures: Figures;
  try {
    figures = await testRun(run, {
      registry,
      log: terminalLog(options.json),
      ...(options.data && { data: options.data }),
      ...(options.task !== undefined && { task: options.task }),
      ...(out && {
        row: ({ row: _, task, ...tested }) => out.write(JSON.stringify({ ...(task && { task }), ...tested })),
      }),
    });
    await out?.close();
  } catch (error) {
    await out?.discard();
    throw error;
  }
  if (options.json) print(JSON.stringify(figures));
  else for (const line of figureLines("test", figures)) print(line);
}
