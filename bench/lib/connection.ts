import { connect, type Socket } from "node:net";

/** A request as bytes, so that a client that sends many does not spend its time on writing them anew. */
export function postBytes(url: URL, body: string): Buffer {
  const head = [
    `POST ${url.pathname} HTTP/1.1`,
    `Host: ${url.host}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}

const HEAD_END = Buffer.from("\r\n\r\n");

/**
 * A connection that stays open and has one request under way at a time. It reads of an answer its status and its length, and
 * counts the other bytes: what a client does with an answer is not what is measured here.
 */
export class Connection {
  #socket: Socket | undefined;
  #head: Buffer | null = null;
  #status = 0;
  /** Bytes of the body that are still to come; before the head has come nobody knows. */
  #left = Number.NaN;
  #done: (status: number | null) => void = () => {};

  constructor(readonly url: URL) {}

  /** Connects, if it is not: a first request shall not wait for that. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket ??= this.#connected();
      this.#socket.once("connect", resolve);
    });
  }

  /** Sends a request, and calls back with the status when the whole answer is there; null: the connection broke. */
  ask(request: Buffer, done: (status: number | null) => void): void {
    this.#done = done;
    this.#left = Number.NaN;
    this.#head = null;
    this.#socket ??= this.#connected();
    this.#socket.write(request);
  }

  close(): void {
    this.#socket?.destroy();
  }

  #connected(): Socket {
    const { hostname, port } = this.url;
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    socket.on("data", (piece: Buffer) => this.#read(piece));
    socket.on("error", () => {}); // `close` follows
    socket.on("close", () => {
      this.#socket = undefined;
      this.#end(null);
    });
    return socket;
  }

  #read(piece: Buffer): void {
    let body = piece.length;
    if (Number.isNaN(this.#left)) {
      const all: Buffer = this.#head === null ? piece : Buffer.concat([this.#head, piece]);
      const end = all.indexOf(HEAD_END);
      if (end < 0) {
        this.#head = all;
        return;
      }
      const head = all.toString("latin1", 0, end);
      const length = /^content-length: *(\d+)/im.exec(head)?.[1];
      if (length === undefined) throw new Error(`an answer without a length:\n${head}`);
      this.#status = Number(head.slice(9, 12));
      this.#left = Number(length);
      body = all.length - end - HEAD_END.length;
    }
    this.#left -= body;
    if (this.#left === 0) this.#end(this.#status);
  }

  #end(status: number | null): void {
    const done = this.#done;
    this.#done = () => {};
    done(status);
  }
}
