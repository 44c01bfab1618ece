/**
 * Portable seeds, version 1: the latents of a seed, the same in every runtime. The rule is in export/README.md.
 *
 * This module needs nothing else: copy it wherever it is needed. A seed is a BigInt.
 */

export const SMALLEST_SEED = -(2n ** 63n);
export const LARGEST_SEED = 2n ** 63n - 1n;

const ROTATIONS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];

/** The seed that a text says, or null if it is no whole number of 64 bits. */
export function parseSeed(text) {
  const match = /^([+\-\u2212]?)([0-9]{1,40})$/.exec(text.trim());
  if (!match) return null;
  const seed = match[1] && match[1] !== "+" ? -BigInt(match[2]) : BigInt(match[2]);
  return seed >= SMALLEST_SEED && seed <= LARGEST_SEED ? seed : null;
}

/** The seed `offset` after another one, wrapping around at the ends of the int64 range. */
export function laterSeed(seed, offset) {
  return BigInt.asIntN(64, seed + BigInt(offset));
}

/** The class of a seed where none is asked for: the floor remainder, in [0, numClasses) for negative seeds too. */
export function classOfSeed(seed, numClasses) {
  const classes = BigInt(numClasses);
  return Number(((seed % classes) + classes) % classes);
}

/** Threefry-2x32 with 20 rounds: two pairs of 32-bit words in, one pair out. */
export function threefry2x32([k0, k1], [c0, c1]) {
  const keys = [k0, k1, k0 ^ k1 ^ 0x1bd11bda];
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let group = 0; group < 5; group++) {
    for (const rotation of ROTATIONS[group % 2]) {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    }
    x0 = (x0 + keys[(group + 1) % 3]) | 0;
    x1 = (x1 + keys[(group + 2) % 3] + group + 1) | 0;
  }
  return [x0 >>> 0, x1 >>> 0];
}

/** The key of a seed: its 64 bits as two words, the lower one first. */
export function keyOf(seed) {
  const bits = BigInt.asUintN(64, seed);
  return [Number(bits & 0xffffffffn), Number(bits >> 32n)];
}

/** Standard normal latents of a seed: Float32Array of length `latentDim`. */
export function portableLatents(seed, latentDim) {
  const key = keyOf(seed);
  const latents = new Float32Array(latentDim);
  for (let pair = 0; 2 * pair < latentDim; pair++) {
    const [word0, word1] = threefry2x32(key, [pair, 0]);
    const radius = Math.sqrt(-2 * Math.log((word0 + 1) * 2 ** -32));
    const angle = word1 * (2 * Math.PI * 2 ** -32);
    latents[2 * pair] = radius * Math.cos(angle);
    // Writing behind the end of an odd length has no effect.
    latents[2 * pair + 1] = radius * Math.sin(angle);
  }
  return latents;
}
