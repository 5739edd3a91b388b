/**
 * @file The contract of model stores (`npm run test:stores`), and what happens when things break in them
 * (`npm run test:faults`), with real servers that are started for that. A server that cannot be had is told, and its tests
 * are skipped.
 */
import { spawn } from "node:child_process";
import { root, toolPath } from "./lib/run.js";
import { type Server, type ServerKind, startServer } from "./lib/store-servers.js";

const variables: Readonly<Record<ServerKind, string>> = {
  postgres: "PYTEXT_TS_TEST_POSTGRES",
  mongodb: "PYTEXT_TS_TEST_MONGODB",
  s3: "PYTEXT_TS_TEST_S3",
};
const [what, ...rest] = process.argv.slice(2);
const servers: Server[] = [];

/** Starts what is not named yet. */
async function start(kind: ServerKind): Promise<void> {
  const variable = variables[kind];
  if (process.env[variable] !== undefined) return;
  try {
    const server = await startServer(kind);
    servers.push(server);
    process.env[variable] = server.address;
  } catch (error) {
    process.stdout.write(`${kind} is not tested: ${(error as Error).message}\n`);
  }
}

/** Runs Vitest and gives its exit code. */
function test(...args: string[]): Promise<number> {
  const child = spawn(process.execPath, [toolPath("vitest", "vitest"), "run", ...args], {
    cwd: root,
    stdio: "inherit",
  });
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
}

// A service of one's own takes any key.
Object.assign(process.env, {
  AWS_ACCESS_KEY_ID: "tester",
  AWS_SECRET_ACCESS_KEY: "tester",
  AWS_REGION: "us-east-1",
  NODE_NO_WARNINGS: "1",
});
const removeAll = async (): Promise<void> => {
  await Promise.all(servers.map((server) => server.remove()));
};
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void removeAll().finally(() => process.exit(1)));

try {
  if (what === "faults") {
    // They start and kill servers of their own.
    process.env.PYTEXT_TS_TEST_FAULTS = "1";
    process.exitCode = await test("test/faults/", ...rest);
  } else {
    await Promise.all((Object.keys(variables) as ServerKind[]).map(start));
    const files = ["postgres", "mongodb", "s3"].map((name) => `test/serving/store/${name}.test.ts`);
    process.exitCode = await test(...files, ...process.argv.slice(2));
  }
} finally {
  await removeAll();
}
