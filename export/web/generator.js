/** Exported generators, run by LiteRT.js on the processor, where pictures are those of Python. */

import { Tensor, loadAndCompile, loadLiteRt, unloadLiteRt } from "./litert/core.js";
import { Complaint, firstLine } from "./complaint.js";
import * as lines from "./lines.js";
import * as moving from "./moving.js";
import { formOf, seen } from "./sounds.js";
import { Translators } from "./translator.js";
import * as words from "./words.js";

const SIGNATURE = "serving_default";

let started = false;

async function start() {
  if (started) return;
  // LiteRT writes its log to stderr, which Emscripten makes console errors unless told otherwise.
  globalThis.Module = { print: console.debug, printErr: console.debug };
  try {
    await loadLiteRt(new URL("./litert/wasm/", import.meta.url).href);
  } catch (error) {
    throw new Complaint(`This browser cannot run LiteRT.js: ${firstLine(error)}`);
  }
  started = true;
}

/** A file that was no model may leave the runtime in any state: the next model gets a new one. */
function stop() {
  started = false;
  try {
    unloadLiteRt();
  } catch (error) {
    console.debug(error);
  }
}

async function fetchFile(url) {
  let response;
  try {
    response = await fetch(url);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
  } catch {
    throw new Complaint(`Cannot fetch ${url}: the server does not answer.`);
  }
  throw new Complaint(`Cannot fetch ${url}: the server says ${response.status}.`);
}

export async function fetchJson(url) {
  const bytes = await fetchFile(url);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new Complaint(`${url} is damaged: it is not JSON.`);
  }
}

/** Whether bytes are the file that a manifest describes; checksums exist only where the browser trusts the page. */
async function isDescribed(bytes, facts) {
  if (!facts) return true;
  if (facts.bytes !== bytes.length) return false;
  if (!globalThis.crypto?.subtle) return true;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") === facts.sha256;
}

/** Loads `manifest.json` and the model that it describes from a folder. Raises a Complaint if that cannot be. */
export async function openGenerator(folder) {
  const manifest = await fetchJson(`${folder}/manifest.json`);
  const [Kind, names] = kindOf(manifest);
  const contents = await Promise.all(names.map((name) => fetchModel(folder, `${name}.tflite`, manifest)));
  await start();
  const networks = [];
  try {
    for (const [i, name] of names.entries()) networks.push(await compile(contents[i], `${folder}/${name}.tflite`));
    return new Kind(manifest, ...networks);
  } catch (error) {
    if (error instanceof Complaint) throw error; // the runtime is gone, and its networks with it
    networks.forEach((network) => network.close());
    const file = `${folder}/${names.at(-1)}.tflite`;
    throw new Complaint(`${file} is not a generator that this page can run: ${firstLine(error)}`);
  }
}

/** The class of a model, and the names of the networks that it is made with. */
function kindOf({ translates, styles }) {
  if (translates) return [Translators, translates.networks];
  return styles ? [StyledGenerator, ["mapping", "synthesis"]] : [Generator, ["generator"]];
}

async function fetchModel(folder, name, manifest) {
  const bytes = await fetchFile(`${folder}/${name}`);
  const isModel = String.fromCharCode(...bytes.subarray(4, 8)) === "TFL3";
  if (!isModel || !(await isDescribed(bytes, manifest.files?.[name]))) {
    throw new Complaint(`${folder}/${name} is damaged: it is not the file that was exported.`);
  }
  return bytes;
}

async function compile(bytes, file) {
  let compiled;
  try {
    compiled = await loadAndCompile(bytes, { accelerator: "wasm" });
  } catch (error) {
    stop();
    throw new Complaint(`${file} is damaged: ${firstLine(error)}.`);
  }
  return new Network(compiled);
}

/** One file: from inputs to outputs, by their names, all of fixed shapes. */
class Network {
  constructor(compiled) {
    this.compiled = compiled;
    const runner = compiled.signatures[SIGNATURE];
    const shapes = (details) => Object.fromEntries(details.map((tensor) => [tensor.name, [...tensor.shape]]));
    this.inputs = runner ? shapes(runner.getInputDetails()) : {};
    this.outputs = runner ? shapes(runner.getOutputDetails()) : {};
  }

  get batch() {
    return Object.values(this.inputs)[0][0];
  }

  /** A Float32Array of `output` for each of `count` rows, which are at most a batch; `values` are typed arrays by name. */
  async run(values, output, count) {
    const inputs = Object.fromEntries(
      Object.keys(this.inputs).map((name) => [name, new Tensor(values[name], this.inputs[name])]),
    );
    let made;
    try {
      const outputs = await this.compiled.run(SIGNATURE, inputs);
      made = Float32Array.from(outputs[output].toTypedArray());
      Object.values(outputs).forEach((tensor) => tensor.delete());
    } catch (error) {
      throw new Complaint(`The model failed to draw: ${firstLine(error)}`);
    } finally {
      Object.values(inputs).forEach((tensor) => tensor.delete());
    }
    const size = this.outputs[output].slice(1).reduce((product, length) => product * length, 1);
    return Array.from({ length: count }, (_, i) => made.slice(i * size, (i + 1) * size));
  }

  close() {
    this.compiled.delete();
  }
}

/** What a network that takes latents is given for rows with `latents`, and perhaps a `label` or `tokens`, at most a batch. */
function latentInputs({ inputs, batch }, rows) {
  const [length, most] = [inputs.latents[1], inputs.tokens?.[1] ?? 0];
  const values = { latents: new Float32Array(batch * length), labels: new Int32Array(batch), tokens: new Int32Array(batch * most) };
  rows.forEach((row, i) => {
    values.latents.set(row.latents, i * length);
    values.labels[i] = row.label ?? 0;
    if (most) values.tokens.set(row.tokens, i * most);
  });
  return values;
}

/**
 * What draws pictures of rows.
 *
 * `batch` rows are drawn at once. Each has `latents`, a `label` where there are classes, `tokens` where something is
 * said, a `title` for complaints, and the `seed` by which a sound begins.
 */
class Generator {
  constructor(manifest, first, last = first) {
    this.sound = formOf(manifest.generator);
    this.lines = lines.formOf(manifest.generator);
    this.moving = moving.formOf(manifest.generator);
    const isPicture = !this.sound && !this.lines && !this.moving;
    this.output = isPicture ? "images" : (this.moving?.output ?? Object.keys(last.outputs)[0]);
    const wanted = isPicture ? 4 : this.moving ? (this.moving.skeleton ? 4 : 5) : undefined;
    if (first.inputs.latents?.length !== 2 || (wanted && last.outputs[this.output]?.length !== wanted)) {
      throw new Error(`it does not take latents to ${this.output}.`);
    }
    this.manifest = manifest;
    [this.first, this.last] = [first, last];
    [, this.latentDim] = first.inputs.latents;
    this.batch = last.batch;
    [this.frames, this.height, this.width, this.channels] = this.shape(last);
    if (![1, 3, 4].includes(this.channels)) throw new Error(`its pictures have ${this.channels} channels.`);
    this.numClasses = "labels" in first.inputs ? (manifest.generator?.num_classes ?? 0) : 0;
    if ("labels" in first.inputs && !this.numClasses) throw new Error("manifest.json does not say how many classes it has.");
    this.said = words.formOf(manifest.generator);
    if (first.inputs.tokens && first.inputs.tokens[1] !== this.said?.length) {
      throw new Error("manifest.json does not say which words it knows.");
    }
    const names = manifest.data?.classes ?? [];
    this.classNames = Array.from({ length: this.numClasses }, (_, i) =>
      names.length === this.numClasses ? String(names[i]) : String(i),
    );
  }

  /** The number of frames, and height, width and channels of what is seen. */
  shape({ outputs }) {
    if (this.moving) return moving.shapeOf(this.moving, outputs[this.output]);
    if (this.sound) return [1, this.sound.bands, this.sound.frames, 3];
    return [1, ...(this.lines ? [lines.HEIGHT, lines.WIDTH, 3] : outputs.images.slice(1))];
  }

  /**
   * Draws at most `batch` rows. Returns a Float32Array for each: pixels in [0, 1], those of all frames of a film, or the
   * places of a figure's joints in all frames.
   */
  async draw(rows) {
    const made = await this.last.run(this.inputsOf(rows), this.output, rows.length);
    made.forEach((values, i) => {
      if (!values.every(Number.isFinite)) {
        throw new Complaint(`The model drew no picture of ${rows[i].title}: its output is not a number (NaN).`);
      }
    });
    if (this.lines) return made.map((values) => lines.seen(values, this.lines));
    return this.sound ? made.map((values, i) => seen(values, this.sound, rows[i].seed)) : made;
  }

  inputsOf(rows) {
    return latentInputs(this.last, rows);
  }

  close() {
    this.last.close();
  }
}

/** A style-based generator. The rows that it draws have `styles`, one after the other for each layer. */
class StyledGenerator extends Generator {
  constructor(manifest, mapping, synthesis) {
    super(manifest, mapping, synthesis);
    [, this.layers, this.styleDim] = synthesis.inputs.w ?? [];
    this.average = Float32Array.from(manifest.styles.average ?? []);
    this.directions = manifest.styles.directions ?? [];
    if (mapping.outputs.w?.at(-1) !== this.styleDim || this.average.length !== this.styleDim) {
      throw new Error("its networks do not fit together.");
    }
  }

  get hasStyles() {
    return true;
  }

  /** The style of each row with `latents`, and a `label` where there are classes: Float32Array of `styleDim`. */
  async stylesOf(rows) {
    const found = [];
    for (let i = 0; i < rows.length; i += this.first.batch) {
      const some = rows.slice(i, i + this.first.batch);
      found.push(...(await this.first.run(latentInputs(this.first, some), "w", some.length)));
    }
    return found;
  }

  inputsOf(rows) {
    const w = new Float32Array(this.batch * this.layers * this.styleDim);
    rows.forEach((row, i) => w.set(row.styles, i * this.layers * this.styleDim));
    return { w };
  }

  close() {
    this.first.close();
    super.close();
  }
}
