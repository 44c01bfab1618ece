/** What a network is given of a picture, as Python's `translate` prepares it. A picture is as in resizing.js. */

import { sized, smooth } from "./resizing.js";

const HALF = 128; // opacity from which on a pixel is known, and grey level from which on a mask is the hole

/** A picture of what `put(data, at, made, to)` makes of each pixel of an RGBA picture. */
function mapped({ data, height, width }, channels, put) {
  const made = new Uint8ClampedArray(height * width * channels);
  for (let i = 0; i < height * width; i++) put(data, 4 * i, made, i * channels);
  return { data: made, height, width, channels };
}

/** Its colours, or its luminance, on white where it is transparent. */
export function flat(rgba, channels, isOpaque = false) {
  const shade = (data, at, c) => (isOpaque ? data[at + c] : Math.round((data[at + c] * data[at + 3] + 255 * (255 - data[at + 3])) / 255));
  if (channels === 3) {
    return mapped(rgba, 3, (data, at, made, to) => {
      for (let c = 0; c < 3; c++) made[to + c] = shade(data, at, c);
    });
  }
  return mapped(rgba, 1, (data, at, made, to) => {
    const [r, g, b] = [0, 1, 2].map((c) => shade(data, at, c));
    made[to] = (r * 19595 + g * 38470 + b * 7471 + 32768) >> 16;
  });
}

const opacity = (rgba) => mapped(rgba, 1, (data, at, made, to) => (made[to] = data[at + 3]));

export const isTransparent = ({ data }) => data.some((value, i) => i % 4 === 3 && value < 255);

/** The hole that transparent pixels are, one byte a pixel. */
export const holeOf = (rgba) => Uint8Array.from(opacity(rgba).data, (value) => (value < HALF ? 1 : 0));

/** A picture in the size in which it is to be seen, null for as it is, and its hole, or null. */
export function prepared(rgba, channels, size, hole) {
  const picture = sized(flat(rgba, channels, Boolean(hole)), size);
  if (!hole) return { picture, hole: null };
  const mask = { data: hole.map((isMissing) => 255 * isMissing), height: rgba.height, width: rgba.width, channels: 1 };
  return { picture, hole: sized(mask, size).data.map((value) => (value >= HALF ? 1 : 0)) };
}

/** A picture as RGBA; of an original that is transparent in parts it has the opacity. */
export function finished({ data, height, width, channels }, original = null) {
  const made = { data: new Uint8ClampedArray(height * width * 4), height, width, channels: 4 };
  const opacities = original && smooth(opacity(original), height, width).data;
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < 3; c++) made.data[4 * i + c] = data[i * channels + (channels === 1 ? 0 : c)];
    made.data[4 * i + 3] = opacities ? opacities[i] : 255;
  }
  return made;
}
