/** Clips: films, and figures of sticks, on canvases that all go by one clock. */

import { HOME, drawFigure, layOut, turned } from "./figures.js";
import { paint } from "./pictures.js";

export const EDGE = 240; // px of the picture of a figure that nobody sees yet
const MOST_EDGE = 720;

const stands = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches;
export const clock = { playing: !stands, seconds: 0, told: () => {} };
export const camera = { ...HOME };

/** How clips move, by what a manifest says of its generator; null of what stays as it is. */
export function formOf({ fps, skeleton } = {}) {
  return fps > 0 ? { fps, skeleton: skeleton ?? null, output: skeleton ? "positions" : "frames" } : null;
}

/** The number of frames of a file's output, and height, width and channels of what is seen of it. */
export function shapeOf({ skeleton }, [, frames, ...frame]) {
  if (!skeleton) return [frames, ...frame];
  if (frame[0] !== skeleton.parents.length || frame[1] !== 3) throw new Error("its skeleton is not that of manifest.json.");
  return [frames, EDGE, EDGE, 3];
}

/** Puts a clip on a canvas, in place of what was there. */
export function present(canvas, values, generator) {
  const { skeleton } = generator.moving;
  canvas.clip = { values, generator, figure: skeleton ? layOut(values, skeleton) : null, shown: "" };
  if (skeleton && canvas.width !== canvas.height) canvas.width = canvas.height = EDGE;
  wake();
}

/** The frame that it is time for. */
export const frameNow = ({ moving, frames }) => Math.floor(clock.seconds * moving.fps + 1e-6) % frames;

/** Stops at a frame. */
export function stopAt(frame, { moving }) {
  clock.seconds = frame / moving.fps;
  setPlaying(false);
}

export function setPlaying(playing) {
  clock.playing = playing;
  wake();
}

/** Turns all figures, by degrees. */
export function turnBy(aside, up) {
  Object.assign(camera, turned(camera, aside, up));
  wake();
}

function draw(canvas) {
  const { values, generator, figure, shown } = canvas.clip;
  const frame = frameNow(generator);
  const edge = Math.min(MOST_EDGE, Math.round(canvas.clientWidth * (globalThis.devicePixelRatio || 1)));
  canvas.clip.shown = [frame, ...(figure ? [camera.turn, camera.tilt, edge] : [])].join();
  if (canvas.clip.shown === shown) return;
  if (!figure) {
    const size = values.length / generator.frames;
    paint(canvas, values.subarray(frame * size, (frame + 1) * size), generator);
    return;
  }
  if (edge && canvas.width !== edge) canvas.width = canvas.height = edge;
  drawFigure(canvas, figure, frame, camera);
}

let awake = false;
let last = 0;

/** Draws what is to be seen, and goes on for as long as it moves. */
export function wake() {
  if (awake) return;
  awake = true;
  last = performance.now();
  requestAnimationFrame(tick);
}

function tick(now) {
  // A hidden page does not jump when it comes back.
  if (clock.playing) clock.seconds += Math.min(0.5, Math.max(0, now - last) / 1000);
  last = now;
  const shown = [...document.querySelectorAll("canvas")].filter((canvas) => canvas.clip && canvas.offsetParent);
  shown.forEach(draw);
  if (shown.length) clock.told(frameNow(shown[0].clip.generator));
  awake = clock.playing && shown.length > 0;
  if (awake) requestAnimationFrame(tick);
}

globalThis.addEventListener?.("resize", wake);

/** One picture of canvases as they are, in a nearly square grid. */
export function photograph(canvases) {
  const columns = Math.ceil(Math.sqrt(canvases.length));
  const { width, height } = canvases[0];
  const sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [columns * width, Math.ceil(canvases.length / columns) * height];
  const context = sheet.getContext("2d");
  canvases.forEach((canvas, i) => context.drawImage(canvas, (i % columns) * width, Math.floor(i / columns) * height));
  return new Promise((resolve) => sheet.toBlob(resolve, "image/png"));
}
