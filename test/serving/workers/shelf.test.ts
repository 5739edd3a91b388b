/** @file Spare workers, with links that do as the test says. */
import { expect, test } from "vitest";
import type { LinkEvents, WorkerLink } from "../../../src/serving/workers/link.js";
import { WorkerShelf } from "../../../src/serving/workers/shelf.js";

interface Fake extends WorkerLink {
  readonly events: LinkEvents;
  readonly sent: string[];
}

function shelf() {
  const started: Fake[] = [];
  const made = new WorkerShelf((events) => {
    const sent: string[] = [];
    const link: Fake = {
      ...{ name: `thread ${started.length}`, events, sent },
      send: ({ type }) => void sent.push(type),
      abandon: () => events.exit("gone"),
    };
    started.push(link);
    return link;
  });
  return { started, shelf: made };
}

const ears = () => {
  const heard: string[] = [];
  const events: LinkEvents = {
    message: ({ type }) => void heard.push(type),
    exit: (reason) => void heard.push(reason),
  };
  return { heard, events };
};

test("a worker that is kept is given again once it has let its model go, and talks to its new owner alone", () => {
  const { started, shelf: all } = shelf();
  const [first, second] = [ears(), ears()];
  const link = all.take(first.events);
  let done = 0;
  expect(all.keep(link, () => done++)).toBe(true);
  expect(started[0]!.sent).toEqual(["unload"]);
  const other = all.take(second.events);
  expect([done, other === link]).toEqual([0, false]);
  started[0]!.events.message({ type: "unloaded" });
  const third = ears();
  expect([done, all.take(third.events) === link]).toEqual([1, true]);
  started[0]!.events.message({ type: "refused", message: "" });
  started[0]!.events.exit("lost");
  expect([first.heard, second.heard, third.heard]).toEqual([[], [], ["refused", "lost"]]);
  expect(all.keep(link, () => {})).toBe(false);
});

test("two are kept and no more; one that ends is forgotten, and whoever waits for it is told", () => {
  const { started, shelf: all } = shelf();
  const links = [0, 1, 2].map(() => all.take(ears().events));
  const done: number[] = [];
  expect(links.map((link, i) => all.keep(link, () => void done.push(i)))).toEqual([true, true, false]);
  started[0]!.events.exit("lost");
  started[1]!.events.message({ type: "unloaded" });
  started[1]!.events.exit("lost");
  expect(done).toEqual([0, 1]);
  all.take(ears().events);
  expect(started).toHaveLength(4);
});

test("closing ends those that are kept, waits for that, and keeps no more", async () => {
  const { started, shelf: all } = shelf();
  const links = [0, 1].map(() => all.take(ears().events));
  all.keep(links[0]!, () => {});
  let closed = false;
  const closing = all.close().then(() => {
    closed = true;
  });
  expect([all.keep(links[1]!, () => {}), started[0]!.sent, started[1]!.sent]).toEqual([
    ...[false, ["unload", "close"]],
    [],
  ]);
  await Promise.resolve();
  expect(closed).toBe(false);
  started[0]!.events.exit("");
  await closing;
});
