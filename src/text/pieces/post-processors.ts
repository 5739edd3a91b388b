/** @file What stands around texts, and where pieces begin: the post-processors of tokenizer.json. */
import type { Template, TemplatePart } from "./encoding.js";
import type { JsonPlace } from "./json-place.js";

/** What is done to pieces before they go into a model. */
export interface PostProcessor {
  readonly template: Template | null;
  /** Spaces at the ends of byte-level pieces do not count as part of their places. */
  readonly trims: { readonly prefixSpace: boolean } | null;
}

/** Nothing around texts; the second one is a segment of its own. */
export const PLAIN: Template = {
  single: [{ piece: { text: 0 }, typeId: 0 }],
  pair: [
    { piece: { text: 0 }, typeId: 0 },
    { piece: { text: 1 }, typeId: 1 },
  ],
};

/** Reads `post_processor`. Throws `PTX_VOCABULARY` naming what is not supported. */
export function postProcessor(place: JsonPlace): PostProcessor {
  return place.given ? place.dispatch(KINDS, "post-processor") : { template: null, trims: null };
}

const KINDS: Readonly<Record<string, (place: JsonPlace) => PostProcessor>> = {
  Sequence: (place) => {
    const parts = place
      .at("processors")
      .list()
      .map((one) => one.dispatch(KINDS, "post-processor"));
    const templates = parts.flatMap(({ template }) => template ?? []);
    if (templates.length > 1) place.at("processors").refuse("more than one of these adds special pieces");
    return {
      template: templates[0] ?? null,
      trims: parts.find(({ trims }) => trims !== null)?.trims ?? null,
    };
  },
  ByteLevel: (place) => ({ template: null, trims: trimsOf(place) }),
  BertProcessing: (place) => {
    const { start, separator } = named(place);
    const single = [part(start, 0), text(0, 0), part(separator, 0)];
    return { template: { single, pair: [...single, text(1, 1), part(separator, 1)] }, trims: null };
  },
  RobertaProcessing: (place) => {
    const { start, separator } = named(place);
    const single = [part(start, 0), text(0, 0), part(separator, 0)];
    const pair = [...single, part(separator, 0), text(1, 0), part(separator, 0)];
    return { template: { single, pair }, trims: trimsOf(place) };
  },
  TemplateProcessing: (place) => {
    const parts = (side: "single" | "pair"): TemplatePart[] =>
      place
        .at(side)
        .list()
        .flatMap((one) => templateParts(one, place.at("special_tokens")));
    return { template: { single: parts("single"), pair: parts("pair") }, trims: null };
  },
};

const part = (id: number, typeId: number): TemplatePart => ({ piece: { id }, typeId });
const text = (which: 0 | 1, typeId: number): TemplatePart => ({ piece: { text: which }, typeId });

const trimsOf = (place: JsonPlace): PostProcessor["trims"] =>
  place.at("trim_offsets").boolean(true) ? { prefixSpace: place.at("add_prefix_space").boolean(true) } : null;

const named = (place: JsonPlace): { readonly start: number; readonly separator: number } => ({
  start: place.at("cls").at(1).integer(),
  separator: place.at("sep").at(1).integer(),
});

function templateParts(place: JsonPlace, specials: JsonPlace): TemplatePart[] {
  const sequence = place.at("Sequence");
  if (sequence.given)
    return [text(sequence.at("id").choice(["A", "B"]) === "A" ? 0 : 1, sequence.at("type_id").integer(0))];
  const special = place.at("SpecialToken");
  const ids = specials.at(special.at("id").string()).at("ids").list();
  return ids.map((id) => part(id.integer(), special.at("type_id").integer(0)));
}
