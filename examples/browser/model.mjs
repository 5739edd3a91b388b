/** @file An exported file in ONNX Runtime Web: text in, labels and slots out. It knows nothing of the page. */
import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";

// More threads need a page that is isolated from other origins; one is enough for one text.
env.wasm.numThreads = 1;

/**
 * A labelled part of the text, in UTF-16 code units, the end exclusive.
 * @typedef {{ start: number, end: number, label: string }} Slot
 */

/**
 * What the file says of a text: the label that it has, or each that holds, with its score; slots where it tags.
 * @typedef {{ labels: { label: string, score: number }[], slots: Slot[] }} Prediction
 */

/** NUL characters, at which strings end on their way into ONNX Runtime, and halves of surrogate pairs, which UTF-8 lacks. */
const UNFIT = /[\0\p{Cs}]/gu;

/** An exported file that takes whole texts. */
export class Model {
  /** @type {InferenceSession} */
  #session;

  /** @param {InferenceSession} session */
  constructor(session) {
    this.#session = session;
  }

  /**
   * Opens a file. Throws where it is no model, or not one of texts to labels or tags.
   * @param {Uint8Array} bytes
   * @returns {Promise<Model>}
   */
  static async open(bytes) {
    const session = await InferenceSession.create(bytes, {
      executionProviders: ["wasm"],
      logSeverityLevel: 4,
    });
    const [input, ...others] = session.inputMetadata;
    if (others.length > 0 || !input?.isTensor || input.type !== "string" || input.shape.length !== 1) {
      await session.release();
      throw new Error(
        `it takes ${session.inputNames.join(", ")} and not one text a row; export with --input text a model that reads texts alone`,
      );
    }
    if (!["label", "labels", "tags"].some((name) => session.outputNames.includes(name))) {
      await session.release();
      throw new Error(
        `it gives ${session.outputNames.join(", ")}, but neither label, labels nor tags; export a model that classifies or tags texts`,
      );
    }
    return new Model(session);
  }

  /**
   * @param {string} text
   * @returns {Promise<Prediction>}
   */
  async predict(text) {
    const [input] = this.#session.inputNames;
    const given = new Tensor("string", [text.replace(UNFIT, "\ufffd")], [1]);
    const results = await this.#session.run({ [/** @type {string} */ (input)]: given });
    return { labels: labelsOf(results), slots: slotsOf(results) };
  }

  /** Frees the file's memory. */
  async release() {
    await this.#session.release();
  }
}

/**
 * @param {InferenceSession.OnnxValueMapType} results
 * @returns {Prediction["labels"]}
 */
function labelsOf({ label, labels, scores }) {
  const values = /** @type {Float32Array | undefined} */ (scores?.data) ?? new Float32Array();
  if (label !== undefined) return [{ label: String(label.data[0]), score: Math.max(...values) }];
  const names = /** @type {string[] | undefined} */ (labels?.data) ?? [];
  // A label that does not hold is "" in its place.
  return names.flatMap((name, i) => (name === "" ? [] : [{ label: name, score: Number(values[i]) }]));
}

/**
 * The labelled parts that tags write, a token each: B-x and S-x start one, I-x and E-x go on with one of the same name or
 * start one, O is outside. A tag of another form, such as a part of speech, is a part by itself.
 * @param {InferenceSession.OnnxValueMapType} results
 * @returns {Slot[]}
 */
function slotsOf({ tags, starts, ends }) {
  if (!tags || !starts || !ends) return [];
  /** @type {Slot[]} */
  const slots = [];
  /** @type {Slot | undefined} */
  let open;
  for (const [i, tag] of /** @type {string[]} */ (tags.data).entries()) {
    const [start, end] = [Number(starts.data[i]), Number(ends.data[i])];
    if (start < 0) break; // padding
    const [, place, name] = /^([BIES])-(.+)$/s.exec(tag) ?? [];
    const label = name ?? tag;
    if (open?.label === label && (place === "I" || place === "E")) {
      open.end = end;
    } else if (tag !== "O") {
      slots.push({ start, end, label });
    }
    open = place === "B" || place === "I" ? slots.at(-1) : undefined;
  }
  return slots;
}
