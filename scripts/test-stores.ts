/**
 * @file Tests that need servers of model stores, with real ones that are started for them: the contract of all places
 * (`npm run test:stores`), or what happens when things break (`npm run test:faults`). A server that cannot be had is told, and
 * its tests are skipped.
 */
import { spawnSync } from "node:child_process";
import { root, toolPath } from "./lib/run.js";
import { type Server, type ServerKind, startServer } from "./lib/store-servers.js";

const variables: Readonly<Record<ServerKind, string>> = {
  postgres: "PYTEXT_TS_TEST_POSTGRES",
  mongodb: "PYTEXT_TS_TEST_MONGODB",
  s3: "PYTEXT_TS_TEST_S3",
};

// A service of one's own takes any key.
Object.assign(process.env, {
  AWS_ACCESS_KEY_ID: "tester",
  AWS_SECRET_ACCESS_KEY: "tester",
  AWS_REGION: "us-east-1",
  NODE_NO_WARNINGS: "1",
});

const servers: Server[] = [];
const stop = async (): Promise<void> => {
  await Promise.all(servers.map((server) => server.remove()));
};

try {
  await Promise.all(
    (Object.keys(variables) as ServerKind[]).map(async (kind) => {
      if (process.env[variables[kind]] !== undefined) return;
      try {
        const server = await startServer(kind);
        servers.push(server);
        process.env[variables[kind]] = server.address;
      } catch (error) {
        process.stdout.write(`${kind} is not tested: ${(error as Error).message}\n`);
      }
    }),
  );
  const args = [toolPath("vitest", "vitest"), "run", "test/serving/store/contract", ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  process.exitCode = status ?? 1;
} finally {
  await stop();
}
