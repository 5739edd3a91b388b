import { printable } from "../../registry/printable.js";

/** Characters of a client's name for something that a message repeats. */
const LONGEST = 80;

/** What a client calls something, for a message: short, and harmless to print. */
export const quoted = (name: string): string => JSON.stringify(printable(name, LONGEST));
