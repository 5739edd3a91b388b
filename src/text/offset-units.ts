/** The units of offsets by the names that the command line and the server have for them. */
export const UNITS = { utf16: "utf16", codepoint: "code_points", utf8: "utf8_bytes" } as const;

/** A unit as a person writes it. */
export type UnitName = keyof typeof UNITS;
