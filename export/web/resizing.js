/**
 * Pictures of bytes brought to another size as Pillow does it, to the bit, since networks have learned from its results.
 *
 * A picture is `{data, height, width, channels}`, rows from top to bottom, values from 0 to 255.
 */

const FRACTION = 2 ** 22; // weights are whole numbers of so many parts

const BOX = { support: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) };
const BICUBIC = { support: 2, at: bicubic };

function bicubic(x) {
  const a = -0.5;
  const far = Math.abs(x);
  if (far < 1) return ((a + 2) * far - (a + 3)) * far * far + 1;
  return far < 2 ? (((far - 5) * far + 8) * far - 4) * a : 0;
}

/** Python's: halves go to the even neighbour. */
export function round(value) {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}

/** A picture whose longer edge has so many pixels: averaged over areas where it shrinks. Null: as it is. */
export function sized(picture, size) {
  const longer = Math.max(picture.height, picture.width);
  if (size === null || size === longer) return picture;
  const [height, width] = [picture.height, picture.width].map((edge) => Math.max(1, round((edge * size) / longer)));
  return resized(picture, height, width, size < longer ? BOX : BICUBIC);
}

/** A picture of another size, smooth. */
export const smooth = (picture, height, width) => resized(picture, height, width, BICUBIC);

function resized(picture, height, width, filter) {
  const wide = width === picture.width ? picture : turned(resizedAlong(turned(picture), width, filter));
  return height === wide.height ? wide : resizedAlong(wide, height, filter);
}

/** A picture of as many rows as are asked for. */
function resizedAlong({ data, height, width, channels }, rows, filter) {
  const length = width * channels;
  const made = new Uint8ClampedArray(rows * length);
  const sums = new Float64Array(length);
  weights(height, rows, filter).forEach(({ first, parts }, row) => {
    sums.fill(FRACTION / 2);
    parts.forEach((part, i) => {
      const from = (first + i) * length;
      for (let x = 0; x < length; x++) sums[x] += part * data[from + x];
    });
    for (let x = 0; x < length; x++) made[row * length + x] = Math.floor(sums[x] / FRACTION);
  });
  return { data: made, height: rows, width, channels };
}

/** For each of `count` places, of which of `length` it is made, and how much each counts. */
function weights(length, count, { support, at }) {
  const scale = length / count;
  const stretch = Math.max(1, scale);
  return Array.from({ length: count }, (_, place) => {
    const centre = (place + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support * stretch + 0.5));
    const end = Math.min(length, Math.trunc(centre + support * stretch + 0.5));
    const parts = Array.from({ length: end - first }, (_, i) => at((first + i - centre + 0.5) * (1 / stretch)));
    const sum = parts.reduce((total, part) => total + part, 0);
    return { first, parts: parts.map((part) => Math.trunc((part / sum) * FRACTION + (part < 0 ? -0.5 : 0.5))) };
  });
}

/** Columns as rows. */
function turned({ data, height, width, channels }) {
  const made = new Uint8ClampedArray(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) made[(x * height + y) * channels + c] = data[(y * width + x) * channels + c];
    }
  }
  return { data: made, height: width, width: height, channels };
}
