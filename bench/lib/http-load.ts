/** @file A closed loop of requests over connections that stay open: what it costs itself is little beside what it measures. */
import { connect, type Socket } from "node:net";

/** What is sent, and for how long. */
export interface Load {
  readonly port: number;
  readonly path: string;
  /** JSON texts, sent in turn. */
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly milliseconds: number;
}

/** What came back. */
export interface LoadResult {
  readonly seconds: number;
  /** Milliseconds of each request that was answered with 200. */
  readonly latencies: readonly number[];
  /** How many had another status, by status. */
  readonly others: Readonly<Record<string, number>>;
}

/** Sends requests over each connection, one after the other, until the time is over; the last ones are waited for. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const requests = load.bodies.map((body) => requestOf(load.path, body));
  const latencies: number[] = [];
  const others: Record<string, number> = {};
  const start = performance.now();
  let next = 0;
  const connection = async (): Promise<void> => {
    const line = new Line(await opened(load.port));
    while (performance.now() - start < load.milliseconds) {
      const sent = performance.now();
      const status = await line.exchange(requests[next++ % requests.length]!);
      if (status === 200) latencies.push(performance.now() - sent);
      else others[status] = (others[status] ?? 0) + 1;
    }
    line.end();
  };
  await Promise.all(Array.from({ length: load.connections }, connection));
  return { seconds: (performance.now() - start) / 1000, latencies, others };
}

function requestOf(path: string, body: string): Buffer {
  const content = Buffer.from(body);
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${content.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), content]);
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}

/** A connection with at most one request under way; answers must say how long they are. */
class Line {
  #received: Buffer = Buffer.alloc(0);
  #done: { resolve(status: number): void; reject(error: Error): void } | null = null;

  constructor(readonly socket: Socket) {
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("close", () => this.#done?.reject(new Error("the server closed the connection")));
  }

  exchange(request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#done = { resolve, reject };
      this.socket.write(request);
    });
  }

  end(): void {
    this.#done = null;
    this.socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const head = this.#received.toString("latin1", 0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) {
      this.socket.destroy(new Error("an answer without its length"));
      return;
    }
    if (this.#received.length < end + 4 + Number(length)) return;
    this.#received = this.#received.subarray(end + 4 + Number(length));
    this.#done?.resolve(Number(head.slice(9, 12)));
  }
}
