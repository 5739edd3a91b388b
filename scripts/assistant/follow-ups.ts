import type { IntentTemplates } from "./intent.js";

/** Short requests that only what was said before them makes clear. */
export interface FollowUp {
  /**
   * What `{x}` in the templates is after a request of each intent, as `slot:lexicon`; one of several is chosen.
   * An empty list where the templates have no `{x}`.
   */
  readonly after: Readonly<Record<string, readonly string[]>>;
  /** What is asked for, beside the domain of the request before: `alarm/set`, then "cancel" -> `alarm/cancel`. Absent: the same again. */
  readonly action?: string;
  readonly templates: IntentTemplates;
}

const days = [
  ...["alarm/set", "reminder/create", "calendar/add", "money/send", "restaurant/book", "movie/showtimes"],
  ...["flight/search", "weather/check", "sports/score"],
];

const after = (intents: readonly string[], ...slots: string[]): Record<string, string[]> =>
  Object.fromEntries(intents.map((intent) => [intent, slots]));

/** What may be asked for again with something else in its place: of names, one kind after each intent, so that it is clear which. */
const places: Readonly<Record<string, readonly string[]>> = {
  "alarm/set": ["time:time", "date:date", "recurrence:recurrence"],
  "timer/start": ["duration:duration", "timer_name:timer_name"],
  "reminder/create": ["time:time", "date:date", "recurrence:recurrence"],
  "calendar/add": ["date:date", "time:time", "place:place"],
  "message/send": ["contact:contact"],
  "call/start": ["contact:contact", "phone_number:phone_number"],
  "translate/phrase": ["target_language:language"],
  "light/control": ["brightness:brightness", "color:color"],
  "climate/set": ["temperature:temperature", "room:room", "time:time"],
  "shopping/add": ["item:item"],
  "money/send": ["amount:amount", "contact:contact", "date:date"],
  "currency/convert": ["target_currency:currency", "amount:amount"],
  "recipe/find": ["dish:dish", "duration:duration"],
  "music/play": ["artist:artist"],
  "restaurant/book": ["party_size:party_size", "time:time", "date:date", "cuisine:cuisine"],
  "movie/showtimes": ["movie:movie", "date:date"],
  "flight/search": ["destination:city", "date:date"],
  "route/find": ["destination:destination", "travel_mode:travel_mode"],
  "weather/check": ["city:city", "date:date"],
  "sports/score": ["team:team", "date:past_date"],
};

/** Everything that may follow a request. */
export const followUps: readonly FollowUp[] = [
  {
    after: places,
    templates: {
      train: [
        "(and|what about) {x}?",
        "how about {x}?",
        "{x} instead",
        "make it {x}",
        "(no|sorry), {x}",
        "I meant {x}",
        "change it to {x}",
        "the same for {x}",
        "or {x}",
        "now {x} please",
        "rather {x}",
        "could it be {x}?",
      ],
      eval: ["then make it {x}", "I meant {x} instead", "or what about {x}?", "could you change it to {x}"],
      test: [
        "make it {x} instead",
        "no, I meant {x}",
        "how about {x} instead?",
        "and now the same for {x}",
        "sorry, make that {x}",
        "could it be {x} rather",
      ],
    },
  },
  {
    after: after(days, "date:day"),
    templates: {
      train: [
        "and on {x}?",
        "on {x} [please]",
        "what about on {x}",
        "do it on {x}",
        "I meant on {x}",
        "not then, on {x}",
      ],
      eval: ["or on {x}?", "make it on {x}"],
      test: ["no, on {x} please", "how about on {x}?", "could it be on {x}", "the same on {x}"],
    },
  },
  {
    after: {
      ...after(
        ["alarm/set", "reminder/create", "calendar/add", "climate/set", "restaurant/book"],
        "time:time",
      ),
      ...after(["movie/showtimes", "flight/search", "weather/check"], "time:time"),
    },
    templates: {
      train: ["and at {x}?", "at {x} [please]", "what about at {x}", "do it at {x}", "I meant at {x}"],
      eval: ["or at {x}?", "make it at {x}"],
      test: ["no, at {x} please", "how about at {x}?", "could it be at {x}", "the same at {x}"],
    },
  },
  {
    after: after(["money/send", "message/send", "call/start", "calendar/add"], "contact:contact"),
    templates: {
      train: [
        "{x} too",
        "also {x} please",
        "do that for {x} as well",
        "and then {x} too",
        "same thing with {x}",
      ],
      eval: ["{x} as well", "that for {x} too please"],
      test: ["and {x} as well", "do the same with {x}", "also for {x} please", "same thing for {x} too"],
    },
  },
  {
    after: {
      ...after(["weather/check", "movie/showtimes", "restaurant/book"], "city:city"),
      "light/control": ["room:room"],
      "climate/set": ["room:room"],
      "music/play": ["room:room"],
      "translate/phrase": ["target_language:language"],
      "currency/convert": ["target_currency:currency"],
    },
    templates: {
      train: ["and in {x}?", "in {x} [please]", "what about in {x}", "do it in {x}", "I meant in {x}"],
      eval: ["or in {x}?", "make it in {x}"],
      test: ["no, in {x} please", "how about in {x}?", "could it be in {x}", "the same in {x}"],
    },
  },
  {
    after: {
      ...after(["climate/set", "timer/start", "recipe/find", "calendar/add"], "duration:duration"),
      "restaurant/book": ["party_size:party_size"],
      "shopping/add": ["list_name:list_name"],
      "money/send": ["contact:contact"],
    },
    templates: {
      train: ["and for {x}?", "for {x} [please]", "do it for {x}", "I meant for {x}", "no, for {x} instead"],
      eval: ["or for {x}?", "make it for {x}"],
      test: ["no, for {x} please", "how about for {x}?", "could it be for {x}", "for {x}, I meant"],
    },
  },
  {
    after: after([...Object.keys(places)].filter((intent) => !intent.startsWith("sports"))),
    templates: {
      train: ["once more", "do that again", "same again please", "(yes|ok), do it", "again"],
      eval: ["please do it once more", "yes, again"],
      test: ["once again", "the same again", "ok, do that once more"],
    },
  },
  {
    action: "cancel",
    after: after([
      ...["alarm/set", "timer/start", "reminder/create", "calendar/add", "message/send", "call/start"],
      ...["money/send", "restaurant/book", "shopping/add", "music/play"],
    ]),
    templates: {
      train: [
        "cancel (that|it)",
        "never mind",
        "(stop|forget) (that|it)",
        "(actually|no), don't",
        "undo that please",
        "no wait, cancel",
        "take that back",
        "I don't want (it|that) anymore",
        "leave it",
      ],
      eval: ["please stop it, never mind", "don't do that", "actually cancel it"],
      test: [
        "no, forget that",
        "wait, don't do it",
        "actually never mind that",
        "undo it, I don't want that",
        "please take it back",
        "cancel that one",
      ],
    },
  },
];
