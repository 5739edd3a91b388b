/** @file The other end of a `Contestant`, for programs that may not return to the event loop between turns. */
import { readSync, writeSync } from "node:fs";

/** Prints one JSON line. */
export function say(value: object): void {
  writeSync(1, `${JSON.stringify(value)}\n`);
}

/** Waits for the next turn and gives its number of steps; ends the process when there are no more. */
export function nextTurn(): number {
  const byte = Buffer.alloc(1);
  let line = "";
  while (readSync(0, byte) === 1) {
    if (byte[0] === 0x0a) return Number(line);
    line += byte.toString();
  }
  process.exit(0);
}
