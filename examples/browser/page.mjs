/** @file The page: a file is opened, and its answer is shown anew with every character that is typed. */
import { Model } from "./model.mjs";

const fileInput = element("file", HTMLInputElement);
const status = element("model", HTMLElement);
const textInput = element("text", HTMLTextAreaElement);
const answer = element("answer", HTMLElement);
const labels = element("labels", HTMLElement);
const marked = element("marked", HTMLElement);
const problem = element("problem", HTMLElement);

/** @type {Model | undefined} */
let model;
/** The text whose answer is shown. @type {string | undefined} */
let shown;
/** What runs; one thing at a time. @type {Promise<void>} */
let last = Promise.resolve();
let waiting = 0;

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {{ new (): T, prototype: T }} type
 * @returns {T}
 */
function element(id, type) {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`index.html has no ${type.name} called "${id}"`);
}

/**
 * Does `work` when all before it is done.
 * @param {() => Promise<void>} work
 */
function next(work) {
  waiting += 1;
  answer.ariaBusy = "true";
  last = last.then(async () => {
    problem.textContent = "";
    await work().catch((error) => {
      problem.textContent = error instanceof Error ? error.message : String(error);
    });
    waiting -= 1;
    if (waiting === 0) answer.ariaBusy = "false";
  });
}

/**
 * Opens a file in place of the one that is open.
 * @param {string} name
 * @param {() => Promise<Uint8Array>} read
 */
async function open(name, read) {
  textInput.disabled = true;
  status.textContent = `loading ${name}`;
  labels.replaceChildren();
  marked.replaceChildren();
  await model?.release();
  [model, shown] = [undefined, undefined];
  try {
    model = await Model.open(await read());
  } catch (error) {
    status.textContent = "no model";
    throw new Error(`${name}: ${error instanceof Error ? error.message : error}`);
  }
  status.textContent = name;
  textInput.disabled = false;
  await show();
}

/** The answer for the text as it is now. */
async function show() {
  const text = textInput.value;
  if (model === undefined || text === shown) return;
  const prediction = await model.predict(text);
  shown = text;
  labels.replaceChildren(
    ...prediction.labels.map(({ label, score }) => {
      const item = document.createElement("li");
      const name = document.createElement("strong");
      const value = document.createElement("data");
      name.textContent = label;
      value.value = String(score);
      value.textContent = score.toFixed(3);
      item.append(name, " ", value);
      return item;
    }),
  );
  marked.replaceChildren(...pieces(text, prediction.slots));
}

/**
 * The text with its slots marked; nothing where there are none.
 * @param {string} text
 * @param {import("./model.mjs").Slot[]} slots
 */
function pieces(text, slots) {
  if (slots.length === 0) return [];
  let at = 0;
  const parts = slots.flatMap(({ start, end, label }) => {
    const mark = document.createElement("mark");
    mark.textContent = text.slice(start, end);
    mark.dataset.label = label;
    const before = text.slice(at, start);
    at = end;
    return [before, mark];
  });
  return [...parts, text.slice(at)];
}

textInput.addEventListener("input", () => next(show));
fileInput.addEventListener("change", () => {
  const file = fileInput.files?.[0];
  if (file) next(() => open(file.name, async () => new Uint8Array(await file.arrayBuffer())));
});
next(() =>
  open("model.onnx", async () => {
    const response = await fetch("model.onnx");
    if (!response.ok) throw new Error(`the server answers ${response.status}; choose a file`);
    return new Uint8Array(await response.arrayBuffer());
  }),
);
