import { Random } from "../lib/random.js";
import { list } from "./phrase-list.js";

const weekdays = list("Monday | Tuesday | Wednesday | Thursday | Friday | Saturday | Sunday");
const months = list(
  "January | February | March | April | May | June | July | August | September | October | November | December",
);
const hourWords = list(
  "one | two | three | four | five | six | seven | eight | nine | ten | eleven | twelve",
);

/** 1 -> "1st", 22 -> "22nd", 13 -> "13th". */
export function ordinal(day: number): string {
  const teen = day % 100 >= 11 && day % 100 <= 13;
  return `${day}${teen ? "th" : (["th", "st", "nd", "rd"][day % 10] ?? "th")}`;
}

function range(from: number, to: number, step = 1): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
}

function times(): string[] {
  const clock = range(1, 12).flatMap((hour) => [
    `${hour} am`,
    `${hour} pm`,
    `${hour} o'clock`,
    ...["05", "10", "15", "20", "30", "40", "45", "50"].flatMap((minute, i) => [
      `${hour}:${minute}`,
      `${hour}:${minute} ${i % 2 === 0 ? "am" : "pm"}`,
    ]),
  ]);
  const military = range(0, 23).flatMap((hour) =>
    ["00", "25", "35", "55"].map((minute) => `${hour}:${minute}`),
  );
  const spoken = hourWords.flatMap((hour) => [
    `half past ${hour}`,
    `quarter to ${hour}`,
    `quarter past ${hour}`,
    `${hour} thirty`,
    `${hour} in the morning`,
    `${hour} in the evening`,
    `ten to ${hour}`,
  ]);
  return [...clock, ...military, ...spoken, ...list("noon | midnight | sunrise | lunchtime | dawn | sunset")];
}

/** Dates that need no preposition: "call Anna tomorrow". */
function dates(): string[] {
  const relative = weekdays.flatMap((day) => [
    `next ${day}`,
    `this ${day}`,
    `${day} morning`,
    `${day} evening`,
    `${day} afternoon`,
    `a week from ${day}`,
    `${day} night`,
  ]);
  const spans = range(2, 12).flatMap((n) => [`in ${n} days`, `in ${n} weeks`, `${n} days from now`]);
  const fixed = list(`
    tomorrow | today | tonight | this weekend | next week | the day after tomorrow | next month | this evening
    tomorrow morning | this afternoon | tomorrow night | next weekend | later today | tomorrow afternoon
    in a week | in a fortnight | early next week | at the end of the month | this morning | in two days
    the week after next | tomorrow evening | later this week | right after the weekend | mid next month
  `);
  return [...fixed, ...relative, ...spans];
}

/** Days gone by: "did they win last night". */
function pastDates(): string[] {
  return [
    ...list("yesterday | last night | last weekend | last week | earlier today | the day before yesterday"),
    ...list("yesterday afternoon | this past weekend | a week ago | last month | two nights ago"),
    ...weekdays.flatMap((day) => [`last ${day}`, `${day} last week`]),
    ...range(2, 10).map((n) => `${n} days ago`),
  ];
}

/** Dates that follow "on": "on March 3rd". */
function days(): string[] {
  const named = months.flatMap((month, m) => [
    ...range(1 + (m % 3), 28, 5).map((day) => `${month} ${ordinal(day)}`),
    ...range(2 + (m % 4), 28, 9).map((day) => `the ${ordinal(day)} of ${month}`),
    ...range(3 + (m % 2), 27, 11).map((day) => `${month} ${day}`),
  ]);
  const numeric = range(1, 12).flatMap((month) => [`${month}/${month + 9}`, `${month}/${28 - month}`]);
  const holidays = list(`
    New Year's Eve | Valentine's Day | Christmas Eve | Easter Sunday | Mother's Day | Labor Day | Halloween
    my birthday | Boxing Day | Diwali | election day | the last day of school | Día de los Muertos | Earth Day
  `);
  return [
    ...weekdays,
    ...range(1, 31).map((day) => `the ${ordinal(day)}`),
    ...named,
    ...numeric,
    ...holidays,
  ];
}

function durations(): string[] {
  const minutes = [
    2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 18, 20, 22, 25, 30, 35, 40, 45, 50, 55, 75, 90,
  ];
  return [
    ...minutes.flatMap((n) => [`${n} minutes`, `${n} min`]),
    ...range(2, 9).flatMap((n) => [`${n} hours`, `${n} and a half hours`, `${hourWords[n - 1]} hours`]),
    ...range(10, 90, 10).map((n) => `${n} seconds`),
    ...range(1, 3).flatMap((h) =>
      [10, 20, 25, 40].map((m) => `${h} hour${h > 1 ? "s" : ""} and ${m} minutes`),
    ),
    ...hourWords.slice(1).map((n) => `${n} minutes`),
    ...list(
      "an hour | half an hour | a minute | an hour and a half | a quarter of an hour | 1½ hours | a minute and a half | ¾ of an hour",
    ),
  ];
}

function amounts(): string[] {
  const symbols = [
    1, 2, 3, 4, 6, 8, 9, 12, 15, 18, 20, 25, 30, 40, 45, 60, 75, 80, 90, 110, 150, 200, 350, 500,
  ];
  return [
    ...symbols.flatMap((n, i) => [`$${n}`, `€${n + 3}`, `£${n * 2}`, `¥${n * 100 + 50}`, `${n}.${20 + i} €`]),
    ...range(5, 95, 5).map((n) => `${n} bucks`),
    ...range(7, 97, 6).flatMap((n) => [`${n} dollars`, `${n + 1} euros`, `${n * 10} pounds`]),
    ...range(1, 9).map((n) => `$${n}.${n}9`),
    ...list(
      "forty dollars | a hundred euros | ten pounds | fifty cents | two hundred dollars | a thousand yen | five grand | twenty five pounds | ₹900 | 60 francs | ₩8000 | ninety dollars",
    ),
  ];
}

function phoneNumbers(): string[] {
  const random = new Random("phone numbers");
  const digits = (count: number): string => Array.from({ length: count }, () => random.below(10)).join("");
  return range(1, 45).flatMap(() => [
    `555-${digits(4)}`,
    `555 01${digits(2)}`,
    `(${2 + random.below(8)}${digits(2)}) 555-${digits(4)}`,
    `+44 20 7946 0${digits(3)}`,
  ]);
}

/** Times, dates, amounts and other fillers made by rule, each list in a fixed random order. */
export const numberLexicons = {
  time: times(),
  date: dates(),
  past_date: pastDates(),
  day: days(),
  duration: durations(),
  amount: amounts(),
  phone_number: phoneNumbers(),
  number: [
    ...range(2, 99).map(String),
    ...range(100, 5000, 125).map(String),
    ...list(
      "fifty | a hundred | twenty five | a thousand | three hundred | sixty | ten thousand | eighty | 12.5 | 99.95",
    ),
  ],
  party_size: [
    ...range(2, 24).flatMap((n) => [`${n}`, `${n} people`, `${n} guests`]),
    ...hourWords.slice(1).flatMap((n) => [n, `${n} people`, `${n} adults`]),
    ...list(
      "a couple | two adults and a baby | a dozen people | my family of five | just me | 2 adults and 3 kids",
    ),
  ],
  temperature: [
    ...range(15, 28).flatMap((n) => [`${n} degrees`, `${n}°C`, `${n}.5 degrees`, `${n} celsius`]),
    ...range(58, 82).flatMap((n) => [`${n} degrees`, `${n}°F`, `${n}°`, `${n}`]),
    ...list(
      "twenty degrees | sixty eight | seventy two degrees | nineteen degrees | seventy | sixty five degrees",
    ),
  ],
  brightness: [
    ...range(5, 95, 5).flatMap((n) => [`${n}%`, `${n} percent`]),
    ...range(1, 9).map((n) => `level ${n}`),
    ...list(
      "half | full brightness | a third | maximum | the lowest setting | fifty percent | minimum | three quarters | ten percent | low | medium | a quarter | ninety percent | night mode",
    ),
  ],
} satisfies Record<string, readonly string[]>;
