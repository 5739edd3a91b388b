/** @file HTTPS, and gRPC over TLS, by one certificate. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Client, credentials } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { ServeClient } from "../../../src/serving/client/index.js";
import { testFront } from "../../support/front.js";

const file = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

test("who trusts the certificate is answered, over HTTP and gRPC; plain HTTP is not", async () => {
  const [cert, key] = [file("localhost-cert.pem"), file("localhost-key.pem")];
  const front = await testFront({ tls: { cert, key }, grpc_port: 0 });
  const ca = readFileSync(cert);
  expect(front.http.url).toBe(`https://127.0.0.1:${front.http.port}`);
  const client = new ServeClient(front.http.url, { ca: ca.toString() });
  expect((await client.predict(["a"])).predictions).toHaveLength(1);
  const stranger = new ServeClient(front.http.url, { retries: 0 });
  await expect(stranger.predict(["a"])).rejects.toMatchObject({ code: "connection" });
  await expect(fetch(front.http.url.replace("https", "http"))).rejects.toThrow();
  const grpc = new Client(`127.0.0.1:${front.grpcPort}`, credentials.createSsl(ca));
  const same = (bytes: Buffer): Buffer => bytes;
  const live = await new Promise<Buffer>((resolve, reject) => {
    const done = (error: Error | null, reply?: Buffer) => (error === null ? resolve(reply!) : reject(error));
    grpc.makeUnaryRequest("/inference.GRPCInferenceService/ServerLive", same, same, Buffer.alloc(0), done);
  });
  expect(live.toString("hex")).toBe("0801");
  grpc.close();
  await Promise.all([client.close(), stranger.close()]);
  await front.stop();
});
