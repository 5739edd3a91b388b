/** @file The compiled program, as it is shipped: built when a test first needs it and the sources have changed since. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("../..", import.meta.url));
const stamp = join(root, "dist", ".tested");
const lock = join(root, "dist", ".building");
const bundle = join(root, "dist", ".bundle");

/** The command line's file in `dist`, of the sources as they are now. */
export function builtMain(): Promise<string> {
  built ??= build();
  return built;
}

/**
 * The same program in a few files. Of a short command most of the time is the loading of some 850 modules: those who run
 * many, and do not ask which modules a command loads, run this.
 */
export async function bundledMain(): Promise<string> {
  await builtMain();
  return join(bundle, "main.js");
}

let built: Promise<string> | undefined;

async function build(): Promise<string> {
  const main = join(root, "dist", "cli", "main.js");
  if (readStamp() === sources()) return main;
  mkdirSync(join(root, "dist"), { recursive: true });
  while (!take()) await sleep(200);
  try {
    const now = sources();
    if (readStamp() !== now) {
      execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: ["ignore", "inherit", "pipe"] });
      await writeBundle();
      writeFileSync(stamp, now);
    }
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
  return main;
}

/** Joins what was compiled and the one package of some hundred modules. What a module finds by its own place stays there. */
async function writeBundle(): Promise<void> {
  const joined = await rolldown({
    input: join(root, "dist", "cli", "main.js"),
    platform: "node",
    external: /^(?!typebox)[\w@]/,
    plugins: [
      {
        name: "own-places",
        transform: {
          filter: { code: "import.meta.url" },
          handler: (code, id) =>
            code.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(id.replace(/\?.*/, "")).href)),
        },
      },
    ],
    onLog: (level, log) => {
      if (level === "warn" && log.code !== "EVAL") throw new Error(log.message);
    },
  });
  rmSync(bundle, { recursive: true, force: true });
  await joined.write({ dir: bundle, keepNames: true });
  await joined.close();
}

/** Test files run in processes of their own: one of them builds, the others wait. A lock of a killed run is taken over. */
function take(): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - since > 180_000) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

function readStamp(): string {
  try {
    return readFileSync(stamp, "utf8");
  } catch {
    return "";
  }
}

/** Names, sizes and times of everything that is compiled. */
function sources(): string {
  const hash = createHash("sha256");
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).map((name) =>
    join("src", name),
  );
  for (const file of [...files, "package.json", "tsconfig.json", "tsconfig.build.json"].sort()) {
    const found = statSync(join(root, file));
    if (found.isFile()) hash.update(`${file} ${found.size} ${found.mtimeMs}\n`);
  }
  return hash.digest("hex");
}
