import { createHash, timingSafeEqual } from "node:crypto";

/** A key as the config holds it: its owner, and the SHA-256 of the key itself in hexadecimal digits. */
export interface HashedKey {
  readonly name: string;
  readonly sha256: string;
}

/** The keys of a server. Keys are long and random, so that one round of SHA-256 hides them. */
export class Keys {
  readonly #hashes: readonly { readonly name: string; readonly hash: Buffer }[];

  constructor(keys: readonly HashedKey[]) {
    this.#hashes = keys.map(({ name, sha256 }) => ({ name, hash: Buffer.from(sha256, "hex") }));
  }

  /** Whether anybody is let in without a key. */
  get open(): boolean {
    return this.#hashes.length === 0;
  }

  /** The owner of a key; undefined: nobody's. Takes the same time whichever key it is, and whether it is one. */
  ownerOf(key: string): string | undefined {
    const given = createHash("sha256").update(key).digest();
    let owner: string | undefined;
    for (const { name, hash } of this.#hashes) if (timingSafeEqual(hash, given)) owner = name;
    return owner;
  }
}

/** The key in an `Authorization` header. */
export function bearerKey(header: string | undefined): string | undefined {
  return /^Bearer +([!-~]+) *$/i.exec(header ?? "")?.[1];
}
