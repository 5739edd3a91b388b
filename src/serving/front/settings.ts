/** @file What can be set about the door of a server: addresses, limits, keys. */
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";

const count = (value: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1, default: value, description });
const milliseconds = (value: number, description: string, minimum = 1) =>
  Type.Integer({ minimum, maximum: 2 ** 31 - 1, default: value, description });
const port = { minimum: 0, maximum: 65_535 };

/** The keys of serve.json about HTTP and gRPC. */
export const frontProperties = {
  host: Type.String({
    minLength: 1,
    default: "127.0.0.1",
    description: "Address to listen at; 0.0.0.0 is every one of the machine's.",
  }),
  port: Type.Integer({ ...port, default: 8000, description: "HTTP's port; 0 takes a free one." }),
  grpc_port: Type.Union([Type.Integer(port), Type.Null()], {
    default: null,
    description: "Port of the Open Inference Protocol over gRPC; null: off.",
  }),
  keys: Type.Array(
    Type.Object({
      name: Type.String({ minLength: 1, description: "Whose key it is: in logs and for fair shares." }),
      sha256: Type.String({
        pattern: "^[0-9a-fA-F]{64}$",
        description: "SHA-256 of the key in hexadecimal digits: printf %s KEY | sha256sum.",
      }),
    }),
    { default: [], description: "Who may ask, by `Authorization: Bearer KEY`; none: everybody." },
  ),
  rate_limit: Type.Union(
    [
      Type.Object({
        requests_per_second: Type.Number({
          exclusiveMinimum: 0,
          description: "Requests a second over time.",
        }),
        burst: count(1, "Requests at once after a rest."),
      }),
      Type.Null(),
    ],
    { default: null, description: "How often each client may ask: an owner of a key, else an address." },
  ),
  trust_proxy: Type.Array(Type.String({ minLength: 1 }), {
    default: [],
    description: "Addresses or networks of proxies whose X-Forwarded-For names the client.",
  }),
  cors_origins: Type.Array(Type.String({ minLength: 1 }), {
    default: [],
    description: "Origins whose web pages may ask (https://example.org); none by default.",
  }),
  tls: Type.Union(
    [
      Type.Object({
        cert: Type.String({ minLength: 1, description: "File of the certificate chain, PEM." }),
        key: Type.String({ minLength: 1, description: "File of its private key, PEM." }),
      }),
      Type.Null(),
    ],
    { default: null, description: "HTTPS, and gRPC over TLS, in place of plain connections." },
  ),
  max_body_bytes: count(8 * 2 ** 20, "Bytes of a body; of a stream, of each line."),
  max_rows: count(1024, "Rows of a request; a stream has any number."),
  max_text_characters: count(100_000, "UTF-16 units of a text."),
  max_connections: count(1024, "Connections at a time; more are closed at once."),
  headers_timeout_ms: milliseconds(10_000, "Time for a request's headers to come."),
  body_timeout_ms: milliseconds(30_000, "Time for a body to come; of a stream, for the next piece."),
  keep_alive_timeout_ms: milliseconds(72_000, "How long an idle connection stays open."),
  idle_timeout_ms: milliseconds(120_000, "Silence in mid-request after which a connection is closed."),
  drain_delay_ms: milliseconds(
    0,
    "How long /readyz says no before a stopping server refuses connections: time for a load balancer to see it.",
    0,
  ),
  drain_timeout_ms: milliseconds(30_000, "How long a stopping server waits for its requests."),
  log_level: Type.Enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"], {
    default: "info",
    description: "The least important lines of the log that are written.",
  }),
};

const frontSchema = Type.Object(frontProperties);

/** Settings of the door. */
export type FrontSettings = Static<typeof frontSchema>;

/** Settings with nothing but these changed. */
export function frontSettings(changes: Partial<FrontSettings> = {}): FrontSettings {
  return { ...(Value.Create(frontSchema) as FrontSettings), ...changes };
}
