/** @file Which label sequences a label scheme allows. */
import { ptxError } from "../../registry/errors.js";
import { type LabelScheme, parseTag, type Tag } from "../../text/label-schemes.js";

/** What may stand where, by label ids. */
export interface Allowed {
  /** `[labels * labels]`, row-major: the second right after the first. */
  readonly transitions: readonly boolean[];
  /** At the first token. */
  readonly start: readonly boolean[];
  /** At the last token. */
  readonly end: readonly boolean[];
}

/** A scheme that forbids sequences. */
export type StrictScheme = Exclude<LabelScheme, "iob1">;

/** How constraints are chosen: the scheme that the labels' names follow, if any; none; or a given scheme. */
export type ConstraintChoice = "auto" | "none" | StrictScheme;

/**
 * What the labels' names allow; null = everything. Throws `PTX_CONFIG_VALUE` when a scheme is asked for that the labels
 * do not follow: names of another form, labels that no valid sequence can hold, or lengths without a valid sequence.
 */
export function constraintsOf(
  labels: readonly string[],
  choice: ConstraintChoice,
  place: string,
): Allowed | null {
  if (choice === "none") return null;
  if (choice === "auto") {
    for (const scheme of ["bio", "bioes"] as const) {
      const rules = readLabels(labels, scheme);
      if (typeof rules !== "string") return rules;
    }
    return null;
  }
  const rules = readLabels(labels, choice);
  if (typeof rules !== "string") return rules;
  throw ptxError(
    "PTX_CONFIG_VALUE",
    place,
    `the labels do not follow the scheme "${choice}": ${rules}`,
    'use constraints "auto" (what the names allow) or "none"',
  );
}

/** What a scheme allows, or what speaks against the labels following it. */
function readLabels(labels: readonly string[], scheme: StrictScheme): Allowed | string {
  const tags: Tag[] = [];
  for (const label of labels) {
    const tag = parseTag(label, scheme);
    if (tag === undefined) return `"${label}" is none of its tags`;
    tags.push(tag);
  }
  if (!tags.some(({ place }) => place !== "O")) return "no label marks anything";
  const rules: Allowed = {
    transitions: tags.flatMap((from) => tags.map((to) => follows(from, to, scheme))),
    start: tags.map((to) => follows({ place: "O" }, to, scheme)),
    end: tags.map((from) => follows(from, { place: "O" }, scheme)),
  };
  const useless = labels.filter((_, id) => !isUseful(id, rules, labels.length));
  if (useless.length > 0) return `no valid sequence holds ${useless.join(", ")}`;
  const repeats = labels.some(
    (_, id) => rules.start[id] && rules.end[id] && rules.transitions[id * labels.length + id],
  );
  return repeats ? rules : "there is no valid sequence of one token";
}

/** Whether a tag may stand right behind another. Before the first and behind the last token is outside. */
function follows(from: Tag, to: Tag, scheme: StrictScheme): boolean {
  const goesOn = to.place === "I" || to.place === "E";
  const isOpen = from.place === "B" || from.place === "I";
  if (goesOn) return isOpen && from.label === to.label;
  return scheme === "bio" || !isOpen;
}

/** Whether a label can be reached from the start and the end can be reached from it. */
function isUseful(id: number, { transitions, start, end }: Allowed, count: number): boolean {
  const reaches = (goal: readonly boolean[], step: (at: number, other: number) => boolean): boolean => {
    const seen = new Set([id]);
    for (const at of seen) {
      if (goal[at]) return true;
      for (let other = 0; other < count; other++) if (step(at, other)) seen.add(other);
    }
    return false;
  };
  return (
    reaches(start, (at, before) => transitions[before * count + at]!) &&
    reaches(end, (at, after) => transitions[at * count + after]!)
  );
}
