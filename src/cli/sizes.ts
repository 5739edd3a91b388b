import { ptxError } from "../registry/errors.js";

/** Values of `--size`, such as `tokens=20`. */
export function parseSizes(texts: readonly string[]): Map<string, number> {
  return new Map(
    texts.map((text) => {
      const [, axis, size] = /^([^=]+)=([1-9]\d{0,6})$/.exec(text) ?? [];
      if (axis !== undefined) return [axis, Number(size)];
      throw ptxError(
        "PTX_USAGE",
        `--size ${text}`,
        "expected axis=number, for example batch=64 or tokens=20",
      );
    }),
  );
}
