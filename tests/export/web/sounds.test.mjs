/** export/web/sounds.js against numbers of Python, which tests/export/test_sounds.py writes. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { formOf, melFilters, seen, spectrogramOf, waveformOf } from "../../../export/web/sounds.js";

const golden = JSON.parse(readFileSync(process.env.SOUNDS, "utf-8"));
const form = formOf(golden.field);

function near(found, expected, most) {
  assert.equal(found.length, expected.length);
  const worst = Math.max(...Array.from(found, (value, i) => Math.abs(value - expected[i])));
  assert.ok(worst <= most, `${worst} is more than ${most}`);
}

test("bands are those of Python", () => {
  near(melFilters(form.rate, form.size, form.bands).flatMap((band) => [...band]), golden.filters, 1e-8);
});

test("spectrograms and waveforms are those of Python", () => {
  near(spectrogramOf(golden.waveform, form), golden.levels, 1e-4);
  near(waveformOf(golden.levels, form, BigInt(golden.seed)), golden.heard, 1e-2);
});

test("a picture has low bands below, and can be heard", () => {
  const levels = new Float32Array(form.bands * form.frames);
  levels[0] = 1; // the lowest band, the first frame
  const pixels = seen(levels, form);
  const place = 3 * (form.bands - 1) * form.frames;
  near(pixels.slice(place, place + 3), [252 / 255, 253 / 255, 191 / 255], 1e-6);
  near(pixels.slice(0, 3), [0, 0, 8 / 255], 1e-6);
  const { rate, waveform } = seen(Float32Array.from(golden.levels), form).sound();
  assert.equal(rate, 8000);
  assert.equal(waveform.length, form.samples);
});

test("models of pictures have no form", () => {
  assert.equal(formOf({ variant: "dcgan" }), null);
  assert.equal(formOf(undefined), null);
  assert.equal(formOf({ rate: 8000, samples: 8192 }).isSpectrogram, false);
});
