/** Ways through latent space. Vectors come in as Float32Array, and go out so. */

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const norm = (a) => Math.sqrt(dot(a, a));

/** Latents scaled towards their mean, in float32 as Python does it. */
export function truncate(latents, truncation) {
  const factor = Math.fround(truncation);
  return latents.map((value) => factor * value);
}

/**
 * Spherical interpolation: 0 is `start` and 1 is `end`.
 *
 * Between vectors of almost the same or opposite direction, where there is no one arc, it is the straight line.
 */
export function slerp(start, end, fraction) {
  const lengths = norm(start) * norm(end);
  const angle = lengths ? Math.acos(Math.min(1, Math.max(-1, dot(start, end) / lengths))) : 0;
  let [left, right] = [1 - fraction, fraction];
  if (Math.sin(angle) >= 1e-6) {
    [left, right] = [left, right].map((part) => Math.sin(part * angle) / Math.sin(angle));
  }
  return start.map((value, i) => left * value + right * end[i]);
}

/** What is left of a vector without its parts along others, at length 1; null if nothing is left. */
function orthogonal(vector, others) {
  let rest = Float64Array.from(vector);
  for (const other of others) {
    const part = dot(rest, other);
    rest = rest.map((value, i) => value - part * other[i]);
  }
  const length = norm(rest);
  return length > 1e-6 * norm(vector) ? rest.map((value) => value / length) : null;
}

/**
 * A plane to move in: `at(x, y)` is a vector as long as `centre`, turned by up to a right angle on the unit circle.
 *
 * `right` and `up` are vectors that it turns towards. Lengths are kept because normal latents of many dimensions all
 * have nearly the same, and a generator has never been anywhere else.
 */
export function plane(centre, right, up) {
  const length = norm(centre);
  const middle = Float64Array.from(centre, (value) => value / (length || 1));
  const first = orthogonal(right, [middle]);
  const second = orthogonal(up, first ? [middle, first] : [middle]);
  return (x, y) => {
    // In one or two dimensions there is no direction left to turn to, and the picture stays.
    const [a, b] = [first ? x : 0, second ? y : 0];
    const radius = Math.hypot(a, b);
    if (radius === 0) return centre.slice();
    const angle = (Math.PI / 2) * Math.min(1, radius);
    const along = (axis, part, i) => (axis ? (axis[i] * part) / radius : 0);
    return centre.map(
      (_, i) => length * (Math.cos(angle) * middle[i] + Math.sin(angle) * (along(first, a, i) + along(second, b, i))),
    );
  };
}
