import { resolve } from "node:path";
import { createJiti } from "jiti";
import * as typebox from "typebox";
import type { AnyComponent } from "./component.js";
import { assertDefinition, looksLikeComponent } from "./definition.js";
import { slotKinds } from "./describe.js";
import { type Problem, PtxError, ptxError } from "./errors.js";
import { missingInput } from "./input-file.js";
import { didYouMean } from "./nearest.js";
import type { Registry } from "./registry.js";
import { runConfigSchema } from "./run-config.js";
import { assertSoundSchema } from "./validate.js";

/**
 * Loads a user's own modules (.ts, .mts, .mjs, .js) and registers every component that they export. Inside them,
 * `import ... from "pytext-ts"` gives `library`, this very program, and `typebox` gives the one that it uses, whether
 * or not they are installed beside the file. Throws `PTX_FILE_MISSING` or `PTX_REGISTRY` naming the file.
 */
export async function includeFiles(
  registry: Registry,
  files: readonly string[],
  library: object,
): Promise<void> {
  const jiti = createJiti(import.meta.url, {
    virtualModules: { "pytext-ts": library, typebox },
    fsCache: false,
    interopDefault: false,
    tryNative: false,
  });
  for (const file of files) {
    const missing = missingInput(file);
    if (missing !== undefined) throw ptxError("PTX_FILE_MISSING", `--include ${file}`, missing);
    let exported: unknown;
    try {
      exported = await jiti.import(resolve(file));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new PtxError([problem(file, `the file cannot be loaded: ${reason}`)], { cause });
    }
    register(registry, file, exported as object);
  }
}

function register(registry: Registry, file: string, exported: object): void {
  const components = [...new Set(Object.values(exported))].filter(looksLikeComponent) as AnyComponent[];
  if (components.length === 0) {
    const names = Object.keys(exported).join(", ") || "nothing";
    throw new PtxError([
      problem(
        file,
        `the file exports no component; export what component({ kind, name, schema, ... }) returns  exports: ${names}`,
      ),
    ]);
  }
  for (const component of components) {
    try {
      assertDefinition(component);
      assertSoundSchema(component.schema);
      registry.add(component);
    } catch (error) {
      if (error instanceof PtxError) {
        const [first, ...rest] = error.problems.map((each) =>
          problem(file, `${each.where}: ${each.message}`),
        );
        throw new PtxError([first as Problem, ...rest]);
      }
      const reason = error instanceof Error ? error.message : String(error);
      throw new PtxError([
        problem(file, `${component.kind} ${component.name}: the schema is not sound: ${reason}`),
      ]);
    }
  }
  for (const component of components) assertFits(registry, component, components, file);
}

/** A component is of use only if some slot takes its kind and it has the functions that its kind needs. */
function assertFits(
  registry: Registry,
  component: AnyComponent,
  own: readonly AnyComponent[],
  file: string,
): void {
  const { kind, name } = component;
  const others = registry
    .names(kind)
    .map((each) => registry.get(kind, each))
    .filter((each) => !own.includes(each));
  if (others.length === 0 && !slotKinds(registry, runConfigSchema).has(kind)) {
    const kinds = registry.kinds().filter((each) => each !== kind);
    throw new PtxError([
      problem(
        file,
        `${kind} ${name}: no slot takes the kind "${kind}"${didYouMean(kind, kinds)}  known: ${kinds.join(", ")}`,
      ),
    ]);
  }
  const needed = functionsOf(others[0] ?? component).filter((key) =>
    others.every((each) => functionsOf(each).includes(key)),
  );
  const lacking = needed.filter((key) => key !== "check" && !functionsOf(component).includes(key));
  if (lacking.length > 0) {
    const message = `${kind} ${name} lacks the function ${lacking.map((key) => `"${key}"`).join(" and ")}, which every ${kind} has`;
    throw new PtxError([problem(file, message)]);
  }
}

function functionsOf(component: AnyComponent): string[] {
  return Object.entries(component).flatMap(([key, value]) => (typeof value === "function" ? [key] : []));
}

function problem(file: string, message: string): Problem {
  return { code: "PTX_REGISTRY", where: `--include ${file}`, message };
}
