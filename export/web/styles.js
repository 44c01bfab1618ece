/** Styles of a style-based generator: what steers each of its layers. Vectors come in as Float32Array, and go out so. */

// The layers of 4 to 8 px, of 16 to 32 px, and those above, as the command line calls them.
const BANDS = { coarse: [0, 4], middle: [4, 8], fine: [8, Infinity] };

/** The names of the bands that so many layers have. */
export const bandsOf = (layers) => Object.keys(BANDS).filter((band) => BANDS[band][0] < layers);

/** The band that a layer belongs to. */
export const bandOf = (layer) => Object.keys(BANDS).find((band) => layer < BANDS[band][1]);

/** A style nearer to the mean one, and moved by `shift`. */
export function moved(style, average, truncation, shift) {
  const factor = Math.fround(truncation);
  return style.map((value, i) => average[i] + factor * (value - average[i]) + shift[i]);
}

/** Where sliders move styles to: the sum of directions, each `{vector, spread}`, times their `sigmas` by name. */
export function shiftAlong(directions, sigmas, length) {
  const shift = new Float32Array(length);
  for (const { name, vector, spread } of directions) {
    const far = (sigmas[name] ?? 0) * spread;
    vector.forEach((value, i) => (shift[i] += far * value));
  }
  return shift;
}

/** The styles of all layers, one after the other: `ofBand` has a style by the name of each band. */
export function layered(ofBand, layers) {
  const length = ofBand.coarse.length;
  const styles = new Float32Array(layers * length);
  for (let layer = 0; layer < layers; layer++) styles.set(ofBand[bandOf(layer)], layer * length);
  return styles;
}
