import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "pytext-ts": fileURLToPath(new URL("./src/index.ts", import.meta.url)) } },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: "forks",
    // Without this one core is left idle; of two that is half of the machine.
    maxWorkers: "100%",
    // The files of a worker share the modules that they load.
    isolate: false,
  },
});
