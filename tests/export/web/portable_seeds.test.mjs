/** export/web/portable_seeds.js against the golden vectors, and the ways through latent space. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { plane, slerp, truncate } from "../../../export/web/latent_space.js";
import { classOfSeed, laterSeed, parseSeed, portableLatents, threefry2x32 } from "../../../export/web/portable_seeds.js";

const golden = JSON.parse(readFileSync(new URL("../../../export/golden_latents.json", import.meta.url), "utf-8"));
const toWords = (texts) => texts.map((text) => parseInt(text, 16));
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const norm = (a) => Math.sqrt(dot(a, a));

test("threefry gives the known answers exactly", () => {
  assert.ok(golden.threefry2x32_20.length >= 3);
  for (const { key, counter, words } of golden.threefry2x32_20) {
    assert.deepEqual(threefry2x32(toWords(key), toWords(counter)), toWords(words));
  }
});

test("latents equal the golden vectors", () => {
  assert.ok(golden.latents.length >= 8);
  for (const { seed, values } of golden.latents) {
    const latents = portableLatents(BigInt(seed), golden.latent_dim);
    assert.equal(latents.length, values.length);
    values.forEach((value, i) => assert.ok(Math.abs(latents[i] - value) <= 1e-6, `seed ${seed}, value ${i}`));
  }
});

test("the class of a seed is the floor remainder", () => {
  const cases = [[-1n, 9], [-10n, 0], [-11n, 9], [0n, 0], [19n, 9], [-(2n ** 63n), 2], [2n ** 63n - 1n, 7]];
  for (const [seed, label] of cases) assert.equal(classOfSeed(seed, 10), label);
  assert.equal(classOfSeed(-4n, 1), 0);
});

test("seeds wrap around", () => {
  assert.equal(laterSeed(2n ** 63n - 1n, 1), -(2n ** 63n));
  assert.equal(laterSeed(-(2n ** 63n), -1), 2n ** 63n - 1n);
  assert.equal(laterSeed(-1n, 3), 2n);
});

test("only whole numbers of 64 bits are seeds", () => {
  const good = { 7: 7n, " -3 ": -3n, "+4": 4n, "007": 7n, "−2": -2n, "-0": 0n };
  for (const [text, seed] of Object.entries(good)) assert.equal(parseSeed(text), seed);
  assert.equal(parseSeed("9223372036854775807"), 2n ** 63n - 1n);
  assert.equal(parseSeed("-9223372036854775808"), -(2n ** 63n));
  const bad = ["", " ", "x", "1.5", "1e3", "0x10", "--1", "1 2", "9223372036854775808", "-9223372036854775809", "9".repeat(99)];
  for (const text of bad) assert.equal(parseSeed(text), null, text);
});

test("slerp keeps its ends, the length and the plane", () => {
  const [start, end] = [Float32Array.of(3, 0, 0), Float32Array.of(0, 0, 3)];
  assert.deepEqual([...slerp(start, end, 0)], [3, 0, 0]);
  slerp(start, end, 1).forEach((value, i) => assert.ok(Math.abs(value - end[i]) < 1e-6));
  const middle = slerp(start, end, 0.5);
  assert.ok(Math.abs(norm(middle) - 3) < 1e-6);
  assert.ok(Math.abs(middle[0] - middle[2]) < 1e-6);
  assert.deepEqual([...slerp(start, Float32Array.of(-3, 0, 0), 0.5)], [0, 0, 0]);
  assert.deepEqual([...slerp(start, start, 0.25)], [3, 0, 0]);
});

test("the plane turns towards orthogonal directions and keeps the length", () => {
  const [centre, right, up] = [7n, 8n, 9n].map((seed) => portableLatents(seed, 100));
  const at = plane(centre, right, up);
  assert.deepEqual(at(0, 0), centre);
  const [x, y] = [at(1, 0), at(0, 1)];
  for (const [a, b] of [[x, y], [x, centre], [y, centre]]) assert.ok(Math.abs(dot(a, b)) < 1e-4);
  for (const point of [x, y, at(-0.3, 0.8), at(5, 5)]) assert.ok(Math.abs(norm(point) - norm(centre)) < 1e-5);
  assert.ok(dot(x, right) > 0 && dot(y, up) > 0);
});

test("in few dimensions nothing becomes NaN", () => {
  for (const length of [1, 2]) {
    const at = plane(...[1n, 2n, 3n].map((seed) => portableLatents(seed, length)));
    for (const point of [at(0.5, 0.5), at(-1, 0), at(0, 1)]) assert.ok(point.every(Number.isFinite));
  }
});

test("truncation is a product in float32", () => {
  const [value] = truncate(Float32Array.of(1.1), 0.7);
  assert.equal(value, Math.fround(Math.fround(1.1) * Math.fround(0.7)));
});
