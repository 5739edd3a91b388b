/** @file Requests that are wrong in every way that a seed comes to, and what a server may answer to them. */
import { connect } from "node:net";
import { Client, credentials, status } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { type RandomStream, stream } from "../../src/registry/random.js";
import { PROTO_FILE } from "../../src/serving/grpc/server.js";
import { toRaw } from "../../src/serving/open-inference/datatypes.js";
import { mutants } from "./mutants.js";

/** A request that is right. */
interface Sample {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const json = (path: string, value: unknown, headers: Record<string, string> = {}): Sample => ({
  ...{ path, headers: { "Content-Type": "application/json", ...headers } },
  body: Buffer.from(JSON.stringify(value)),
});

const texts = { name: "text", datatype: "BYTES", shape: [2], data: ["aab", "é\u{1f600}"] };
const numbers = { name: "text", datatype: "INT64", shape: [1, 2], data: [["9007199254740993", -1]] };

function binary(): Sample {
  const raw = toRaw("BYTES", ["aab", "é"]);
  const input = { ...texts, data: undefined, parameters: { binary_data_size: raw.length } };
  const head = Buffer.from(JSON.stringify({ inputs: [input], parameters: { binary_data_output: true } }));
  return {
    path: "/v2/models/letters/infer",
    headers: {
      "Content-Type": "application/octet-stream",
      "Inference-Header-Content-Length": String(head.length),
    },
    body: Buffer.concat([head, raw]),
  };
}

const samples: readonly Sample[] = [
  json("/v1/predict", {
    model: "letters",
    version: "3",
    inputs: ["aab", { text: "x" }],
    timeout_ms: 1000,
    offset_unit: "utf8",
  }),
  json("/v1/embed", {
    inputs: ["a b", ["c", "d"]],
    pooling: "none",
    layers: [-1],
    max_seq_len: 8,
    encoding_format: "base64",
  }),
  {
    path: "/v1/predict?model=letters",
    headers: { "Content-Type": "application/x-ndjson" },
    body: Buffer.from('"a"\n{"text":"b"}\n"c"\n'),
  },
  {
    path: "/v1/embed?pooling=cls&layers=-2..-1",
    headers: { "Content-Type": "application/x-ndjson" },
    body: Buffer.from('"a"\n["b","c"]\n'),
  },
  json("/v2/models/letters/versions/3/infer", {
    id: "7",
    inputs: [texts],
    outputs: [{ name: "label", parameters: { binary_data: true } }],
  }),
  json("/v2/models/lengths/infer", { inputs: [numbers], parameters: { pooling: "mean", timeout: 100_000 } }),
  binary(),
  json("/v1/models/letters/labels/production:predict", {
    signature_name: "serving_default",
    instances: ["a", { b64: "w6k=" }],
  }),
  json("/v1/models/pairs:predict", { inputs: { text1: ["a"], text2: ["b"] } }),
  json("/v1/models/letters:classify", { context: { text: "a" }, examples: [{ text: "b" }, {}] }),
  json("/v1/embeddings", {
    model: "lengths",
    input: ["a", "b"],
    encoding_format: "base64",
    dimensions: 4,
    user: "u",
  }),
  json("/encode", { id: 1, texts: ["a", "b ||| c"], is_tokenized: false, show_tokens: true }),
];

/** Values that nobody expects. */
const ODD: readonly unknown[] = [
  ...[null, true, -1, 0, 1.5, 1e308, 2 ** 53, "", " ", "\0", "\ud800", "a\u0000b", "__proto__", "../../etc"],
  ...[
    [],
    {},
    [[]],
    [null],
    { "": "" },
    { b64: "!" },
    "x".repeat(5000),
    Array(300).fill("a"),
    nested(50),
    nested(70),
  ],
  ...["9".repeat(400), "-0", "NaN", [1, "a"], { text: { text: {} } }, "\u202e\ufeff", "0..9999999999"],
];

function nested(depth: number): unknown {
  let value: unknown = "a";
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { text: value };
  return value;
}

/** A copy of a JSON value with one place of it changed, gone, renamed or doubled. */
function changed(value: unknown, random: RandomStream): unknown {
  const odd = () => ODD[random.int(ODD.length)];
  if (typeof value !== "object" || value === null || random.int(6) === 0) return odd();
  if (Array.isArray(value)) {
    const copy: unknown[] = [...value];
    const at = random.int(copy.length + 1);
    if (at === copy.length) copy.push(odd());
    else if (random.int(5) === 0) copy.splice(at, 1);
    else copy[at] = changed(copy[at], random);
    return copy;
  }
  const entries = Object.entries(value);
  const at = random.int(entries.length + 1);
  if (at === entries.length)
    entries.push([["mdoel", "__proto__", "text", "constructor"][random.int(4)]!, odd()]);
  else if (random.int(5) === 0) entries.splice(at, 1);
  else entries[at] = [entries[at]![0], changed(entries[at]![1], random)];
  return Object.fromEntries(entries);
}

/** Bytes with some flipped, cut, put in or doubled. */
function garbled(bytes: Buffer, random: RandomStream): Buffer {
  const copy = Buffer.from(bytes);
  const at = random.int(copy.length + 1);
  switch (random.int(5)) {
    case 0:
      return copy.subarray(0, at);
    case 1:
      return Buffer.concat([
        copy.subarray(0, at),
        Buffer.from(Array.from({ length: 1 + random.int(20) }, () => random.int(256))),
        copy.subarray(at),
      ]);
    case 2:
      return Buffer.concat([copy, copy.subarray(at)]);
    case 3:
      return Buffer.concat([
        copy.subarray(0, at),
        copy.subarray(Math.min(copy.length, at + 1 + random.int(8))),
      ]);
    default:
      for (let i = 0; i <= random.int(4); i++)
        if (copy.length > 0) copy[random.int(copy.length)]! ^= 1 << random.int(8);
      return copy;
  }
}

/** A wrong request as bytes on the wire. `whole`: its head is right, so that there must be an answer. */
interface Wire {
  readonly bytes: Buffer;
  readonly whole: boolean;
}

function wire({ path, headers, body }: Sample, length = String(body.length)): Buffer {
  const lines = Object.entries({ Host: "x", Connection: "close", ...headers, "Content-Length": length });
  const head = [`POST ${path} HTTP/1.1`, ...lines.map((line) => line.join(": ")), "", ""].join("\r\n");
  return Buffer.concat([Buffer.from(head, "latin1"), body]);
}

function malformed(random: RandomStream): Wire {
  const sample = samples[random.int(samples.length)]!;
  const other = samples[random.int(samples.length)]!;
  switch (random.int(8)) {
    case 0:
      return { bytes: wire({ ...sample, body: garbled(sample.body, random) }), whole: true };
    case 1:
      return { bytes: wire({ ...sample, body: other.body }), whole: true };
    case 2: {
      const header = [
        "Content-Type",
        "Content-Encoding",
        "Inference-Header-Content-Length",
        "Authorization",
        "X-Request-Id",
      ][random.int(5)]!;
      const value = ["", "text/plain", "gzip", "-1", "99999999999999999999", "application/x-ndjson", "0"][
        random.int(7)
      ]!;
      return { bytes: wire({ ...sample, headers: { ...sample.headers, [header]: value } }), whole: true };
    }
    case 3: {
      const length = String(sample.body.length + random.int(20) - 10);
      return { bytes: wire(sample, random.int(4) === 0 ? "x" : length), whole: false };
    }
    case 4:
      return { bytes: garbled(wire(sample), random), whole: false };
    case 5: {
      const paths = [
        "%00",
        "%ff",
        "%2e%2e%2f",
        ":",
        "?a=b",
        "/../..",
        "?pooling=%F0%9F%98%80",
        "//",
        "?timeout_ms=-1",
      ];
      return {
        bytes: wire({ ...sample, path: sample.path + paths[random.int(paths.length)]! }),
        whole: true,
      };
    }
    default: {
      if (!sample.headers["Content-Type"]!.endsWith("/json"))
        return { bytes: wire({ ...sample, body: garbled(sample.body, random) }), whole: true };
      let value: unknown = JSON.parse(sample.body.toString());
      for (let i = 0; i <= random.int(3); i++) value = changed(value, random);
      return { bytes: wire({ ...sample, body: Buffer.from(JSON.stringify(value)) }), whole: true };
    }
  }
}

/** Sends bytes, ends, and gives what comes back until the server ends. */
function exchange(port: number, bytes: Buffer, patience = 10_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const chunks: Buffer[] = [];
    socket.setTimeout(patience, () => {
      socket.destroy();
      reject(new Error(`no end of the connection within ${patience} ms`));
    });
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", () => {}); // a server that has answered may end before all is sent
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
    socket.end(bytes);
  });
}

/** What is wrong with an answer to a wrong request, or undefined. */
function fault(answer: string, whole: boolean): string | undefined {
  if (answer === "") return whole ? "no answer" : undefined;
  const [, code] = /^HTTP\/1\.1 (\d{3})/.exec(answer) ?? [];
  if (code === undefined) return "the answer is no HTTP";
  if (Number(code) >= 500) return `status ${code}`;
  const body = answer.slice(answer.indexOf("\r\n\r\n") + 4);
  if (/node_modules|\.js:\d|\bat \w+ \(/.test(body)) return "the answer shows the inside";
  if (Number(code) < 400) return undefined;
  try {
    const { error } = JSON.parse(body) as { error: string | { message: string } };
    const message = typeof error === "string" ? error : error.message;
    return message.length >= 5 && message.length < 1000
      ? undefined
      : `the answer says "${message.slice(0, 100)}"`;
  } catch {
    return `the answer is no JSON with an error: ${body.slice(0, 100)}`;
  }
}

/** How an attack went. */
export interface Attack {
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** What no server may do, with the bytes that led to it. */
  readonly faults: readonly string[];
}

/** Sends so many wrong requests over HTTP, some at a time. */
export async function attackHttp(port: number, count: number, seed: number, atOnce = 16): Promise<Attack> {
  const random = stream(seed, "malformed");
  const statuses: Record<string, number> = {};
  const faults: string[] = [];
  let left = count;
  const one = async (): Promise<void> => {
    while (left-- > 0) {
      const { bytes, whole } = malformed(random);
      const answer = await exchange(port, bytes);
      const code = answer.slice(9, 12) || "none";
      statuses[code] = (statuses[code] ?? 0) + 1;
      const wrong = fault(answer, whole);
      if (wrong !== undefined)
        faults.push(`${wrong}: ${JSON.stringify(bytes.toString("latin1").slice(0, 600))}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return { statuses, faults };
}

/** Statuses by which a gRPC server says that it is the client who is wrong. */
const OF_CLIENT = new Set([status.INVALID_ARGUMENT, status.NOT_FOUND, status.RESOURCE_EXHAUSTED]);

/** Sends so many damaged messages over gRPC, and as many bytes that are no HTTP/2. */
export async function attackGrpc(port: number, count: number, seed: number): Promise<Attack> {
  const method = loadSync(PROTO_FILE, { keepCase: true })["inference.GRPCInferenceService"] as unknown as {
    ModelInfer: { requestSerialize(value: object): Buffer };
  };
  const typed = method.ModelInfer.requestSerialize({
    ...{
      model_name: "letters",
      model_version: "3",
      id: "7",
      parameters: { timeout: { int64_param: 100_000 } },
    },
    inputs: [
      { ...texts, data: undefined, contents: { bytes_contents: [Buffer.from("aab"), Buffer.from("é")] } },
    ],
    outputs: [{ name: "label" }],
  });
  const raw = method.ModelInfer.requestSerialize({
    ...{ model_name: "lengths", inputs: [{ name: "text", datatype: "BYTES", shape: [1, 1] }] },
    ...{
      parameters: { pooling: { string_param: "none" }, max_seq_len: { int64_param: 3 } },
      raw_input_contents: [toRaw("BYTES", ["a b"])],
    },
  });
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const statuses: Record<string, number> = {};
  const faults: string[] = [];
  const same = (bytes: Buffer): Buffer => bytes;
  const send = (bytes: Buffer): Promise<void> =>
    new Promise((resolve) => {
      client.makeUnaryRequest(INFER, same, same, bytes, { deadline: Date.now() + 5000 }, (error) => {
        const code = error?.code ?? status.OK;
        statuses[status[code]] = (statuses[status[code]] ?? 0) + 1;
        // The server's own: a damaged time limit may be short. The client's would mean that no answer came.
        const late = code === status.DEADLINE_EXCEEDED && !error!.details.startsWith("Deadline exceeded");
        const unreadable = code === status.INTERNAL && /deserializ/i.test(error!.details);
        if (error !== null && ((!OF_CLIENT.has(code) && !unreadable && !late) || error.details.length < 5))
          faults.push(`${status[code]} ${error.details}: ${bytes.toString("hex").slice(0, 600)}`);
        resolve();
      });
    });
  const half = Math.ceil(count / 4);
  for (const [first, second, part] of [
    [typed, raw, seed],
    [raw, typed, seed + 1],
  ] as const)
    for (const { bytes } of mutants(first, second, half, part)) await send(Buffer.from(bytes));
  const random = stream(seed, "no HTTP/2");
  const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", "latin1");
  for (let i = 0; i < count - 2 * half; i++) {
    const bytes = random.int(2) === 0 ? preface : Buffer.alloc(0);
    // A connection that begins as HTTP/2 does may stay open.
    await exchange(port, Buffer.concat([bytes, garbled(preface, random)]), 20).catch(() => "");
  }
  client.close();
  return { statuses, faults };
}

const INFER = "/inference.GRPCInferenceService/ModelInfer";
