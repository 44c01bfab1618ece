/** Exported generators, run by LiteRT.js on the processor, where pictures are those of Python. */

import { Tensor, loadAndCompile, loadLiteRt, unloadLiteRt } from "./litert/core.js";
import { formOf, seen } from "./sounds.js";

const SIGNATURE = "serving_default";

/** What went wrong, in words for whoever looks at the page. */
export class Complaint extends Error {}

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

const firstLine = (error) => String(error?.message ?? error).split("\n")[0];

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

/** Loads `manifest.json` and `generator.tflite` from a folder. Raises a Complaint if that cannot be. */
export async function openGenerator(folder) {
  const [manifest, bytes] = await Promise.all([
    fetchJson(`${folder}/manifest.json`),
    fetchFile(`${folder}/generator.tflite`),
  ]);
  const file = `${folder}/generator.tflite`;
  const isModel = String.fromCharCode(...bytes.subarray(4, 8)) === "TFL3";
  if (!isModel || !(await isDescribed(bytes, manifest.files?.["generator.tflite"]))) {
    throw new Complaint(`${file} is damaged: it is not the file that was exported.`);
  }
  await start();
  let compiled;
  try {
    compiled = await loadAndCompile(bytes, { accelerator: "wasm" });
  } catch (error) {
    stop();
    throw new Complaint(`${file} is damaged: ${firstLine(error)}.`);
  }
  try {
    return new Generator(compiled, manifest);
  } catch (error) {
    compiled.delete();
    throw new Complaint(`${file} is not a generator that this page can run: ${firstLine(error)}`);
  }
}

class Generator {
  constructor(compiled, manifest) {
    const runner = compiled.signatures[SIGNATURE];
    if (!runner) throw new Error(`it has no signature ${SIGNATURE}.`);
    const inputs = Object.fromEntries(runner.getInputDetails().map((tensor) => [tensor.name, [...tensor.shape]]));
    const outputs = Object.fromEntries(runner.getOutputDetails().map((tensor) => [tensor.name, [...tensor.shape]]));
    this.sound = formOf(manifest.generator);
    this.output = this.sound ? Object.keys(outputs)[0] : "images";
    if (inputs.latents?.length !== 2 || !(this.sound || outputs.images?.length === 4)) {
      throw new Error("it does not take latents to images.");
    }
    [this.batch, this.latentDim] = inputs.latents;
    [, this.height, this.width, this.channels] = this.sound ? [1, this.sound.bands, this.sound.frames, 3] : outputs.images;
    this.size = outputs[this.output].slice(1).reduce((product, size) => product * size, 1);
    if (![1, 3, 4].includes(this.channels)) throw new Error(`its pictures have ${this.channels} channels.`);
    this.manifest = manifest;
    this.numClasses = "labels" in inputs ? (manifest.generator?.num_classes ?? 0) : 0;
    if ("labels" in inputs && !this.numClasses) throw new Error("manifest.json does not say how many classes it has.");
    const names = manifest.data?.classes ?? [];
    this.classNames = Array.from({ length: this.numClasses }, (_, i) =>
      names.length === this.numClasses ? String(names[i]) : String(i),
    );
    this.compiled = compiled;
  }

  /**
   * Draws as many pictures as one run of the model gives.
   *
   * Rows are at most `batch` objects with `latents`, a `label` and a `title` for complaints. Returns a Float32Array of
   * pixels in [0, 1] for each row.
   */
  async draw(rows) {
    const latents = new Float32Array(this.batch * this.latentDim);
    const labels = new Int32Array(this.batch);
    rows.forEach((row, i) => {
      latents.set(row.latents, i * this.latentDim);
      labels[i] = row.label ?? 0;
    });
    const inputs = { latents: new Tensor(latents, [this.batch, this.latentDim]) };
    if (this.numClasses) inputs.labels = new Tensor(labels, [this.batch]);
    let values;
    try {
      const outputs = await this.compiled.run(SIGNATURE, inputs);
      values = Float32Array.from(outputs[this.output].toTypedArray());
      Object.values(outputs).forEach((tensor) => tensor.delete());
    } catch (error) {
      throw new Complaint(`The model failed to draw: ${firstLine(error)}`);
    } finally {
      Object.values(inputs).forEach((tensor) => tensor.delete());
    }
    return rows.map((row, i) => {
      const pixels = values.slice(i * this.size, (i + 1) * this.size);
      if (!pixels.every(Number.isFinite)) {
        throw new Complaint(`The model drew no picture of ${row.title}: its output is not a number (NaN).`);
      }
      return this.sound ? seen(pixels, this.sound) : pixels;
    });
  }

  close() {
    this.compiled.delete();
  }
}
