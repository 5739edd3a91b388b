/** The entries of a text in which `|` or a line break stands between them. */
export function list(text: string): string[] {
  return text
    .split(/[|\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

/** The entries of a text that has one a line. */
export function lines(text: string): string[] {
  return text
    .split("\n")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}
