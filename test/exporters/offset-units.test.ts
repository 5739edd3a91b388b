/** @file Files whose places count in other units than JavaScript's are read as any other. */
import { beforeAll, expect, test } from "vitest";
import { loadModel, predict } from "../../src/library.js";
import { OFFSET_UNITS } from "../../src/text/offsets.js";
import { exported, TEXTS, trained } from "../elsewhere/shipped.js";
import { workplace } from "../support/toy.js";

const folder = workplace();

let run: string;
beforeAll(async () => {
  run = await trained(folder, "tags");
});

test.each(OFFSET_UNITS)(
  "a file whose places count in %s gives the run's tokens, NULs and all",
  async (unit) => {
    const [ofFile, ofRun] = [await loadModel(await exported(run, unit)), await loadModel(run)];
    const [got, expected] = [await predict(ofFile, TEXTS), await predict(ofRun, TEXTS)];
    for (const [i, { tokens, text }] of expected.entries()) {
      const places = (found: typeof tokens) => found!.map(({ start, end, text }) => ({ start, end, text }));
      expect(places(got[i]!.tokens), text).toEqual(places(tokens));
    }
    await ofFile.release();
    await ofRun.release();
  },
);
