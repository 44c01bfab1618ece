/** The hole of a picture that a model is to fill: painted onto it by hand. One byte a pixel, 1 where it is missing. */

const BRUSH = 0.05; // of the longer edge
const STEP = 0.05; // by which arrow keys move it
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** A hole in the middle of a picture. */
export function inTheMiddle({ height, width }) {
  const isIn = (place, length) => Math.abs(2 * place + 1 - length) < 0.4 * length;
  return Uint8Array.from({ length: height * width }, (_, i) => {
    return isIn(Math.floor(i / width), height) && isIn(i % width, width) ? 1 : 0;
  });
}

function dab(hole, { height, width }, x, y) {
  const radius = Math.max(0.5, BRUSH * Math.max(height, width));
  for (let row = Math.max(0, Math.floor(y - radius)); row < Math.min(height, y + radius); row++) {
    for (let column = Math.max(0, Math.floor(x - radius)); column < Math.min(width, x + radius); column++) {
      if (Math.hypot(column + 0.5 - x, row + 0.5 - y) <= radius) hole[row * width + column] = 1;
    }
  }
}

/** A hole moved by so many pixels; what leaves the picture is lost. */
function moved(hole, { height, width }, right, down) {
  return hole.map((_, i) => {
    const [y, x] = [Math.floor(i / width) - down, (i % width) - right];
    return x >= 0 && x < width && y >= 0 && y < height ? hole[y * width + x] : 0;
  });
}

/**
 * Listens to the canvas that shows a picture.
 *
 * `given()` is the picture, `{height, width, hole}`, or null where there is no hole to paint; `painted()` is called
 * after each change of its hole. The first stroke takes the place of the hole that was there by itself.
 */
export function listenToHole(canvas, { given, painted }) {
  const paint = (event) => {
    const picture = given();
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const [x, y] = [(event.clientX - left) / width, (event.clientY - top) / height];
    dab(picture.hole, picture, x * picture.width, y * picture.height);
    painted();
  };
  canvas.addEventListener("pointerdown", (event) => {
    const picture = given();
    if (!picture) return;
    if (!picture.isPainted) picture.hole = new Uint8Array(picture.height * picture.width);
    picture.isPainted = true;
    canvas.setPointerCapture(event.pointerId);
    paint(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (given() && canvas.hasPointerCapture(event.pointerId)) paint(event);
  });
  canvas.addEventListener("keydown", (event) => {
    const picture = given();
    const way = KEYS[event.key];
    if (!picture || !way) return;
    event.preventDefault();
    const length = Math.max(1, Math.round(STEP * Math.max(picture.height, picture.width)));
    picture.hole = moved(picture.hole, picture, ...way.map((each) => each * length));
    picture.isPainted = true;
    painted();
  });
}
