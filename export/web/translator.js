/** Networks that turn images into images, run on pictures of any size as Python's `translate` runs a `.tflite` file. */

import { Complaint } from "./complaint.js";
import { tilesOf } from "./tiles.js";

const LIKELY_MULTIPLE = 32; // where no manifest says it

/** The networks of a model, one for each direction. */
export class Translators {
  constructor(manifest, ...networks) {
    this.manifest = manifest;
    this.networks = networks;
    this.names = manifest.translates.networks;
    this.contentSize = manifest.translates.content_size ?? null;
    this.translators = networks.map((network) => new Translator(network, manifest.translates));
    this.turnTo(this.names[0]);
  }

  get translates() {
    return true;
  }

  /** Takes the network of this name, or the first one. */
  turnTo(name) {
    this.current = this.translators[Math.max(0, this.names.indexOf(name))];
    Object.assign(this, this.current.madeShape);
  }

  close() {
    this.networks.forEach((network) => network.close());
  }
}

class Translator {
  constructor(network, { size_multiple: multiple = LIKELY_MULTIPLE, controls = {}, styles = [] }) {
    const { images, masks, latents, ...numbers } = network.inputs;
    const made = network.outputs.images;
    if (images?.length !== 4 || made?.length !== 4) throw new Error("it does not take images to images.");
    const strange = Object.keys(numbers).find((name) => !controls[name]);
    if (strange) throw new Error(`manifest.json does not say what it wants as ${strange}.`);
    this.network = network;
    this.multiple = multiple;
    [this.batch, this.height, this.width, this.channels] = images;
    this.scale = made[1] / this.height;
    this.madeShape = { height: made[1], width: made[2], channels: made[3] };
    if (![1, 3].includes(this.channels) || ![1, 3].includes(made[3])) throw new Error("its pictures are of no colours.");
    this.takesHole = Boolean(masks);
    this.chance = latents?.[1] ?? 0;
    this.controls = Object.keys(numbers).map((name) => ({ ...controls[name], name, styles: name === "style" ? styles : [] }));
  }

  /** The longer edge of one tile. */
  get edge() {
    return Math.max(this.height, this.width);
  }

  /**
   * What the network makes of a picture, a picture of `scale` times its size; null if it is no longer wanted.
   *
   * `hole` has a 1 for each pixel that is missing, where such are filled; `numbers` are values of controls by name, and
   * `latents` those of a seed. `pause` is awaited after each run, and says whether to go on.
   */
  async translate(picture, { hole = null, numbers = {}, latents = null, pause }) {
    const { scale, madeShape } = this;
    const rows = tilesOf(picture.height, this.height, this.multiple, scale);
    const columns = tilesOf(picture.width, this.width, this.multiple, scale);
    const places = rows.starts.flatMap((_, y) => columns.starts.map((_, x) => ({ y, x })));
    const canvas = new Canvas(scale * picture.height, scale * picture.width, madeShape.channels);
    const add = (values, { y, x }) => {
      const corner = [scale * rows.starts[y], scale * columns.starts[x]];
      canvas.add(values, madeShape, corner, rows.counts[y], columns.counts[x]);
    };
    const taken = places.map(({ y, x }) => ({ y, x, ...this.cut(picture, hole, rows.starts[y], columns.starts[x]) }));
    for (const tile of taken.filter((each) => !each.isWanted)) add(tile.images, tile);
    const wanted = taken.filter((each) => each.isWanted);
    for (let i = 0; i < wanted.length; i += this.batch) {
      const some = wanted.slice(i, i + this.batch);
      const made = await this.network.run(this.inputsOf(some, numbers, latents), "images", some.length);
      if (!made.every((values) => values.every(Number.isFinite))) {
        throw new Complaint("The model made no picture of it: its output is not a number (NaN).");
      }
      made.forEach((values, j) => add(values, some[j]));
      if (!(await pause())) return null;
    }
    return this.kept(canvas.inBytes(), picture, hole);
  }

  /** A tile of a picture in [0, 1], and of its hole, continued by the last row and column. */
  cut({ data, height, width, channels }, hole, top, left) {
    const images = new Float32Array(this.height * this.width * channels);
    const masks = new Float32Array(hole ? this.height * this.width : 0);
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        const from = Math.min(top + y, height - 1) * width + Math.min(left + x, width - 1);
        const to = y * this.width + x;
        for (let c = 0; c < channels; c++) images[to * channels + c] = data[from * channels + c] / 255;
        if (hole) masks[to] = hole[from];
      }
    }
    return { images, masks, isWanted: !hole || masks.includes(1) };
  }

  inputsOf(tiles, numbers, latents) {
    const values = {};
    for (const [name, shape] of Object.entries(this.network.inputs)) {
      const length = shape.slice(1).reduce((product, each) => product * each, 1);
      values[name] = new Float32Array(shape[0] * length);
      for (let row = 0; row < shape[0]; row++) {
        // The batch is fixed: rows that are left take the first tile once more.
        const tile = tiles[row] ?? tiles[0];
        values[name].set(tile[name] ?? (name === "latents" ? latents : [numbers[name]]), row * length);
      }
    }
    return values;
  }

  /** What is not in the hole stays as it was given. */
  kept(made, picture, hole) {
    hole?.forEach((isMissing, place) => {
      if (isMissing) return;
      for (let c = 0; c < made.channels; c++) made.data[place * made.channels + c] = picture.data[place * made.channels + c];
    });
    return made;
  }
}

/** A picture that is put together of tiles in [0, 1]. */
class Canvas {
  constructor(height, width, channels) {
    Object.assign(this, { height, width, channels });
    this.values = new Float32Array(height * width * channels);
  }

  add(values, { height, width }, [top, left], down, right) {
    const { channels } = this;
    for (let y = 0; y < Math.min(height, this.height - top); y++) {
      for (let x = 0; x < Math.min(width, this.width - left); x++) {
        const share = Math.fround(down[y] * right[x]);
        const to = ((top + y) * this.width + left + x) * channels;
        for (let c = 0; c < channels; c++) this.values[to + c] += share * values[(y * width + x) * channels + c];
      }
    }
  }

  /** Rounds to the nearest, and clips. */
  inBytes() {
    const { height, width, channels } = this;
    return { data: Uint8ClampedArray.from(this.values, (value) => 255 * value), height, width, channels };
  }
}
