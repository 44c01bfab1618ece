/** Styles of a style-based generator: what steers each of its layers. Vectors come in as Float32Array, and go out so. */

/**
 * Where bands of layers begin and end, as the command line has them: 4 to 8 px, 16 to 32 px, and above; fine layers are
 * at least those of the largest maps, if these have 32 px or more.
 */
function bands(layers) {
  const fine = layers >= 8 ? Math.min(8, layers - 2) : layers;
  return { coarse: [0, 4], middle: [4, fine], fine: [fine, layers] };
}

/** The names of the bands that so many layers have. */
export const bandsOf = (layers) =>
  Object.entries(bands(layers)).filter(([, [first, end]]) => first < Math.min(end, layers)).map(([band]) => band);

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
  for (const [band, [first, end]] of Object.entries(bands(layers)))
    for (let layer = first; layer < Math.min(end, layers); layer++) styles.set(ofBand[band], layer * length);
  return styles;
}
