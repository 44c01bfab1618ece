/** Pixels in [0, 1] on canvases and in PNG files. */

export const SMALL = 64; // pixels, up to which a picture looks sharper with its pixels as squares

/** ImageData of one picture of 1, 3 or 4 channels. */
function toImageData(pixels, { height, width, channels }) {
  const image = new ImageData(width, height);
  for (let i = 0; i < height * width; i++) {
    for (let channel = 0; channel < 4; channel++) {
      const source = channels === 1 ? 0 : channel;
      const value = channel === 3 && channels < 4 ? 1 : pixels[i * channels + source];
      // ImageData rounds to the nearest and clips by itself.
      image.data[4 * i + channel] = 255 * value;
    }
  }
  return image;
}

/** Puts one picture on a canvas, pixel by pixel; the style sheet says how large it looks. */
export function paint(canvas, pixels, shape) {
  if (canvas.width !== shape.width) canvas.width = shape.width;
  if (canvas.height !== shape.height) canvas.height = shape.height;
  canvas.getContext("2d").putImageData(toImageData(pixels, shape), 0, 0);
  canvas.sound = pixels.sound; // of a model of sounds: what a click plays
  canvas.title = pixels.line ?? ""; // of a model of lines: what it says
}

/** Puts a picture of bytes, RGBA, on a canvas. */
export function show(canvas, { data, height, width }) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.classList.toggle("small", Math.max(height, width) <= SMALL);
  canvas.getContext("2d").putImageData(new ImageData(data, width, height), 0, 0);
}

/** The PNG of what is on a canvas. */
export const photo = (canvas) => new Promise((resolve) => canvas.toBlob(resolve, "image/png"));

/** One PNG of all pictures in a nearly square grid, one pixel for each pixel. */
export function toPng(pictures, shape) {
  const columns = Math.ceil(Math.sqrt(pictures.length));
  const canvas = document.createElement("canvas");
  canvas.width = columns * shape.width;
  canvas.height = Math.ceil(pictures.length / columns) * shape.height;
  const context = canvas.getContext("2d");
  pictures.forEach((pixels, i) => {
    context.putImageData(toImageData(pixels, shape), (i % columns) * shape.width, Math.floor(i / columns) * shape.height);
  });
  return photo(canvas);
}

/** Hands a file to the browser's downloads. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
