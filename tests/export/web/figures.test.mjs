/** export/web/figures.js: where joints of figures are drawn, and in which order. */

import assert from "node:assert/strict";
import test from "node:test";

import { drawFigure, layOut, turned } from "../../../export/web/figures.js";

/** What was stroked on a canvas of 100 px: from, to, thickness and colour of each line. */
function strokes(places, skeleton, camera) {
  const lines = [];
  let points = [];
  const context = {
    canvas: { width: 100 },
    fillRect() {},
    fill() {},
    beginPath: () => (points = []),
    moveTo: (...point) => points.push(point),
    lineTo: (...point) => points.push(point),
    stroke: () => lines.push({ points, thick: context.lineWidth, colour: context.strokeStyle }),
  };
  const canvas = { width: 100, getContext: () => context };
  drawFigure(canvas, layOut(Float32Array.from(places), skeleton), 0, camera);
  return lines;
}

const SCALE = 100 / 1.45;
const FOOT = [50, 52.5 + SCALE / 2];
const CHEST = [50, 52.5 - SCALE / 2];
const isNear = (one, other) => one.every((value, i) => Math.abs(value - other[i]) < 0.01);
const red = ({ colour }) => Number(colour.match(/\d+/)[0]);

// One that looks along z: a trunk of length 1, its left arm to the side, its right arm before it.
const body = [0, 0, 0, 0, 1, 0, 0.5, 1, 0, 0, 1, 0.5];
const skeleton = { parents: [-1, 0, 1, 1], sides: [0, 0, 1, -1], height: 1 };
const FRONT = { turn: 0, tilt: 0 };

const bones = (camera) => strokes(body, skeleton, camera).slice(-3);

test("from the front a figure looks at those who look at it, and stands in the middle", () => {
  const lines = bones(FRONT).map(({ points }) => points);
  for (const line of [[FOOT, CHEST], [CHEST, [50 + SCALE / 2, CHEST[1]]], [CHEST, CHEST]]) {
    assert.ok(lines.some((points) => points.every((point, i) => isNear(point, line[i]))));
  }
});

test("what is nearer is drawn later, thicker and darker", () => {
  const [near, far] = [bones(FRONT).at(-1), bones({ turn: 180, tilt: 0 })[0]];
  for (const arm of [near, far]) assert.ok(isNear(arm.points[1], CHEST)); // the right one
  assert.ok(near.thick > 1.3 * far.thick);
  assert.ok(red(far) > red(near));
});

test("turned by a quarter, the left arm is in front and the right one at the side", () => {
  const lines = bones({ turn: 90, tilt: 0 });
  assert.ok(isNear(lines.at(-1).points[1], CHEST));
  assert.ok(lines.some(({ points }) => isNear(points[1], [50 - SCALE / 2, CHEST[1]])));
});

test("from above, what is near is below", () => {
  const [, y] = bones({ turn: 0, tilt: 30 }).at(-1).points[1];
  assert.ok(Math.abs(y - (52.5 - SCALE * (Math.cos(Math.PI / 6) / 2 - Math.sin(Math.PI / 6) / 2))) < 0.01);
});

test("shadows lie on the floor, the darkest below what is lowest", () => {
  const shadows = strokes(body, skeleton, FRONT).slice(-6, -3);
  assert.ok(shadows.every(({ points }) => points.every(([, y]) => Math.abs(y - FOOT[1]) < 0.01)));
  assert.ok(isNear(shadows.at(-1).points[1], FOOT)); // of the trunk
  assert.ok(red(shadows.at(-1)) < red(shadows[0]));
});

test("a camera turns round, but not under the floor", () => {
  assert.deepEqual(turned({ turn: 170, tilt: 10 }, 20, -30), { turn: -170, tilt: 0 });
  assert.deepEqual(turned({ turn: -170, tilt: 10 }, -20, 200), { turn: 170, tilt: 85 });
});

test("an older manifest names no height, no sides and no head", () => {
  const clip = layOut(Float32Array.from(body), { parents: skeleton.parents });
  assert.equal(clip.tall, 1);
  assert.ok(isNear(strokes(body, { parents: skeleton.parents }, FRONT).at(-1).points[0], CHEST));
});
