/** Where tiles of one size begin that cover a picture, and how they give way to one another, as Python has them. */

const MOST_OVERLAP = 128; // pixels

/**
 * Tiles along one edge of `length` pixels: where each begins, and how much it counts at each place that it makes.
 *
 * Neighbours overlap by a quarter, and the one gives way to the other along a ramp in the middle half of that. Tiles
 * begin at multiples of `multiple` where they can.
 */
export function tilesOf(length, tile, multiple, scale) {
  if (length <= tile) return { starts: [0], counts: [new Float32Array(scale * tile).fill(1)] };
  const overlap = Math.min(Math.floor(tile / 4), MOST_OVERLAP);
  const align = alignment(tile, multiple);
  const [extent, size, shared] = [Math.ceil(length / align), tile / align, Math.ceil(overlap / align)];
  const last = Math.ceil((extent - shared) / (size - shared)) - 1;
  const starts = Array.from({ length: last + 1 }, (_, i) => align * Math.floor((i * (extent - size)) / last));
  const counts = starts.map(() => new Float64Array(scale * tile).fill(1));
  for (let i = 0; i < last; i++) {
    const middle = (scale * (starts[i] + starts[i + 1] + tile)) / 2;
    const rising = (place) => Math.min(1, Math.max(0, (place + 0.5 - middle) / Math.max((scale * overlap) / 2, 1e-9) + 0.5));
    for (let place = 0; place < scale * tile; place++) {
      counts[i][place] *= 1 - rising(scale * starts[i] + place);
      counts[i + 1][place] *= rising(scale * starts[i + 1] + place);
    }
  }
  return { starts, counts: counts.map((each) => Float32Array.from(each)) };
}

function alignment(tile, multiple) {
  let align = multiple;
  while (align > 1 && (tile % align || 4 * align > tile)) align--;
  return align;
}
