import { figureLines } from "../components/channels/console.js";
import { testRun } from "../tasks/test-run.js";
import { loadRegistry, print, terminalLog } from "./session.js";

/** Options of `pytext-ts test`. */
export interface TestCommand {
  readonly data?: string;
  readonly json?: boolean;
  readonly include: readonly string[];
}

/** `pytext-ts test RUN`: the figures of the run's test rows, or of another file's. */
export async function testCommand(run: string, options: TestCommand): Promise<void> {
  const registry = await loadRegistry(options.include);
  const figures = await testRun(run, {
    registry,
    log: terminalLog(options.json),
    ...(options.data && { data: options.data }),
  });
  if (options.json) print(JSON.stringify(figures));
  else for (const line of figureLines("test", figures)) print(line);
}
