/**
 * Which room may import which (docs/architecture.md, section 2). Imports point down only:
 *
 *   cli -> serving, exporters -> tasks -> components -> engine -> graph -> registry
 *
 * registry is the ground floor that every room may stand on. text and metrics are pure: text uses only the
 * registry's errors, metrics uses nothing.
 */
const floors = ["registry", "graph", "engine", "components", "tasks", "(exporters|serving)", "cli"];

const pointsUp = floors.slice(0, -1).map((floor, index) => ({
  name: `${floor.replace(/\W+/g, "-").replace(/^-|-$/g, "")}-imports-nothing-above`,
  comment: "Imports point down only.",
  severity: "error",
  from: { path: `^src/${floor}/` },
  to: { path: `^src/(${floors.slice(index + 1).join("|")})/` },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...pointsUp,
    {
      name: "text-stands-on-registry-only",
      comment: "Text processing is pure: it can be read, tested and reused without a graph or a task.",
      severity: "error",
      from: { path: "^src/text/" },
      to: { path: "^src/", pathNot: "^src/(text|registry)/" },
    },
    {
      name: "metrics-stand-alone",
      comment: "Metrics are pure functions: predictions in, figures out.",
      severity: "error",
      from: { path: "^src/metrics/" },
      to: { path: "^src/", pathNot: "^src/metrics/" },
    },
    {
      name: "registry-stands-alone",
      comment: "The ground floor imports no room, not even text or metrics.",
      severity: "error",
      from: { path: "^src/registry/" },
      to: { path: "^src/", pathNot: "^src/registry/" },
    },
    {
      name: "graph-and-engine-know-no-text",
      comment: "Tensor programs know nothing of language or of figures.",
      severity: "error",
      from: { path: "^src/(graph|engine)/" },
      to: { path: "^src/(text|metrics)/" },
    },
    {
      name: "nobody-imports-the-front-door",
      comment: "src/index.ts is for users of the library; a room that imports it would import everything.",
      severity: "error",
      // The command line stands on the library, and hands it to the files of --include.
      from: { path: "^src/", pathNot: "^src/(index\\.ts$|library\\.ts$|cli/)" },
      to: { path: "^src/(index|library)\\.ts$" },
    },
    {
      name: "no-circular",
      comment: "Modules that need each other at run time are one module. Types are gone by then.",
      severity: "error",
      // An operator's gradient is written with other operators: within the table of operators these circles are
      // the subject itself. They hold only functions, which run long after every module is loaded.
      from: { path: "^src/", pathNot: "^src/graph/ops/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "only-dependencies-that-ship",
      comment: "What src needs at run time must be a dependency or an optional peer, not a development tool.",
      severity: "error",
      from: { path: "^src/" },
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "unknown"],
        dependencyTypesNot: ["npm-peer", "type-only"],
      },
    },
    {
      name: "src-needs-only-src",
      comment: "Tests, scripts and benchmarks do not ship.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|scripts|bench|examples)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};
