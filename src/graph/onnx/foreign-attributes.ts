/** @file The attributes of a node whose operator is expressed in others: each is read by name, and one that nobody knows is an error. */
import type { HostTensor } from "../dtype.js";
import type { ForeignCall } from "./foreign-call.js";
import type { RawValue } from "./read-attributes.js";

/** Reads a node's attributes. */
export class ForeignAttributes {
  /** @param known the attributes that the operator may have; any other one in the node is an error. */
  constructor(
    readonly call: Pick<ForeignCall, "raw" | "fail">,
    ...known: readonly string[]
  ) {
    for (const name of call.raw.keys())
      if (!known.includes(name)) throw call.fail(`its attribute "${name}" is not known`);
  }

  /** A number; `otherwise` where the node leaves it out. */
  number(name: string, otherwise: number): number {
    const value = this.call.raw.get(name) ?? otherwise;
    if (typeof value !== "number") throw this.#wrong(name, "a number");
    return value;
  }

  /** A number that must be there. */
  needed(name: string): number {
    if (!this.call.raw.has(name)) throw this.call.fail(`it needs the attribute "${name}"`);
    return this.number(name, 0);
  }

  /** Whether an integer that stands for yes or no is not 0. */
  flag(name: string, otherwise = false): boolean {
    return this.number(name, otherwise ? 1 : 0) !== 0;
  }

  text(name: string, otherwise: string): string {
    const value = this.call.raw.get(name) ?? otherwise;
    if (typeof value !== "string") throw this.#wrong(name, "a text");
    return value;
  }

  texts(name: string): readonly string[] | undefined {
    return this.#list(name, (item): item is string => typeof item === "string", "texts");
  }

  numbers(name: string): readonly number[] | undefined {
    return this.#list(name, (item): item is number => typeof item === "number", "numbers");
  }

  tensor(name: string): HostTensor | undefined {
    const value = this.call.raw.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== "object" || !("dims" in value)) throw this.#wrong(name, "a tensor");
    return value;
  }

  /** Requires the only value that is supported, which is also what a node without the attribute means. */
  only(name: string, value: number | string): void {
    const got = this.call.raw.get(name) ?? value;
    if (got !== value)
      throw this.call.fail(`its attribute "${name}" is ${String(got)}; only ${value} is supported`);
  }

  #list<T>(name: string, is: (item: unknown) => item is T, what: string): readonly T[] | undefined {
    const value: RawValue | undefined = this.call.raw.get(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || !value.every(is)) throw this.#wrong(name, `a list of ${what}`);
    return value;
  }

  #wrong(name: string, what: string): Error {
    return this.call.fail(`its attribute "${name}" is not ${what}`);
  }
}
