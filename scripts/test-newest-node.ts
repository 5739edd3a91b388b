/**
 * @file Runs the tests with another release of Node than the one in use, the newest by default:
 * `npm run test:newest-node [-- --node 24] [-- TEST_PATH...]`. The release comes from npm, where the packages
 * `node-<platform>-<processor>` carry the binaries; nothing is installed into the project.
 */
import { parseArgs } from "node:util";
import { npm, toolPath } from "./lib/run.js";

const { values, positionals } = parseArgs({
  options: { node: { type: "string", default: "latest" } },
  allowPositionals: true,
});
const platform = process.platform === "win32" ? "win" : process.platform;
const release = `node-${platform}-${process.arch}@${values.node}`;
const withNode = (args: readonly string[]) =>
  npm(["exec", "--yes", `--package=${release}`, "--", "node", ...args]);

withNode(["--version"]);
withNode([toolPath("vitest"), "run", ...positionals]);
