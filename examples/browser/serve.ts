/**
 * Serves the page of this folder, an exported file and ONNX Runtime Web, all from this machine.
 * Run: npx jiti examples/browser/serve.ts MODEL.onnx [--port 8080]
 */
import { createReadStream, readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, extname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
  ".onnx": "application/octet-stream",
};

/** The files that may be asked for, by the path of their addresses. */
function filesOf(model: string): Map<string, string> {
  const here = dirname(fileURLToPath(import.meta.url));
  const page = ["index.html", "page.css", "page.mjs", "model.mjs"].map(
    (name) => [`/${name}`, join(here, name)] as const,
  );
  const runtime = dirname(createRequire(import.meta.url).resolve("onnxruntime-web/wasm"));
  const library = readdirSync(runtime)
    .filter((name) => /^ort[.-]wasm[\w.-]*\.(mjs|wasm)$/.test(name))
    .map((name) => [`/onnxruntime-web/${name}`, join(runtime, name)] as const);
  return new Map([["/", join(here, "index.html")], ["/model.onnx", model], ...page, ...library]);
}

const { values, positionals } = parseArgs({
  options: { port: { type: "string", default: "8080" } },
  allowPositionals: true,
});
const [model, ...more] = positionals;
const port = Number(values.port);
if (model === undefined || more.length > 0 || !Number.isInteger(port) || port < 0 || port > 65535)
  throw new Error("usage: npx jiti examples/browser/serve.ts MODEL.onnx [--port 0 to 65535]");
if (!statSync(model, { throwIfNoEntry: false })?.isFile())
  throw new Error(`${model}: there is no such file; pytext-ts export RUN --onnx ${model} writes one`);

const files = filesOf(model);
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const path = files.get(pathname);
  if (path === undefined || (request.method !== "GET" && request.method !== "HEAD")) {
    response.writeHead(path === undefined ? 404 : 405).end();
    return;
  }
  const type = TYPES[extname(path)] ?? "application/octet-stream";
  response.writeHead(200, { "content-type": type, "content-length": statSync(path).size });
  if (request.method === "HEAD") response.end();
  // A browser that leaves before the end is no error of the server.
  else pipeline(createReadStream(path), response).catch(() => response.destroy());
});
server.listen(port, "localhost", () =>
  console.log(`http://localhost:${(server.address() as AddressInfo).port}/`),
);
