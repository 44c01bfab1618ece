/** Lines of text: the words of a model's tokens, and pictures of them. The rule is that of export/README.md. */

export const WIDTH = 320;
export const HEIGHT = 96;
const SIZE = 16; // px of letters
const SPECIAL = 2; // tokens that stand for no word: the end, and what is not known
const MARGIN = 10;

/** What tokens mean, by what a manifest says of its generator; null of one that writes no lines. */
export function formOf({ vocabulary, unit } = {}) {
  return Array.isArray(vocabulary) ? { vocabulary, unit } : null;
}

/** How many words, or characters, a model knows, in words. */
export function countOf({ vocabulary, unit }) {
  return `${vocabulary.length - SPECIAL} ${unit === "char" ? "characters" : "words"}`;
}

/** The line that tokens stand for, up to the first 0. */
export function lineOf(tokens, { vocabulary, unit }) {
  const end = tokens.indexOf(0);
  const words = Array.from(end < 0 ? tokens : tokens.slice(0, end), (token) => vocabulary[token]);
  if (unit === "char") return words.join("");
  // No space before what closes, and none after what opens.
  return words.join(" ").replace(/ ([.,!?;:%)\]}])/g, "$1").replace(/([([{]) /g, "$1");
}

/** What a model gave as the pixels of a picture, [HEIGHT, WIDTH, 3] in [0, 1]; their `line` is the text. */
export function seen(tokens, form) {
  const line = lineOf(tokens, form);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [WIDTH, HEIGHT];
  const context = canvas.getContext("2d");
  context.fillStyle = "#faf9f6";
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.fillStyle = "#22222a";
  context.font = `${SIZE}px sans-serif`;
  broken(line, context).forEach((part, i) => context.fillText(part, MARGIN, MARGIN + (i + 0.9) * SIZE * 1.25));
  const { data } = context.getImageData(0, 0, WIDTH, HEIGHT);
  const pixels = Float32Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => data[4 * Math.floor(i / 3) + (i % 3)] / 255);
  pixels.line = line;
  return pixels;
}

/** A line in parts that fit beside the margins: between words, or within what has none. */
function broken(line, context) {
  const parts = [""];
  for (const piece of line.split(/(?<= )/).flatMap((word) => (word.length > 30 ? [...word] : [word]))) {
    const longer = parts.at(-1) + piece;
    if (context.measureText(longer).width > WIDTH - 2 * MARGIN && parts.at(-1)) parts.push(piece);
    else parts[parts.length - 1] = longer;
  }
  return parts;
}
