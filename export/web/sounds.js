/** Sounds: how a model's waveforms or spectrograms are seen as pictures, and heard. The rule is that of export/README.md. */

import { keyOf, threefry2x32 } from "./portable_seeds.js";

const FRAME_SECONDS = 0.032;
const LOW = -90; // dB
const HIGH = -30;
const FLOOR = 10 ** (LOW / 20);
const ITERATIONS = 32;
const MOMENTUM = 0.99;
const BANDS = 64; // of the picture of a waveform
const COLOURS = [
  [0, 0, 8],
  [34, 12, 84],
  [107, 24, 110],
  [178, 50, 90],
  [232, 102, 43],
  [251, 176, 40],
  [252, 253, 191],
];

/** How sounds are cut into frames and bands, by what a manifest says of its generator; null of one of pictures. */
export function formOf({ rate, samples, bands } = {}) {
  if (!rate || !samples) return null;
  const size = 2 ** Math.round(Math.log2(FRAME_SECONDS * rate));
  const hop = size / 2;
  const form = { rate, samples, size, hop, frames: samples / hop, margin: (size - hop) / 2 };
  form.isSpectrogram = Boolean(bands);
  form.bands = bands || BANDS;
  form.window = Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
  form.filters = melFilters(rate, size, form.bands);
  form.power = overlapped(Array(form.frames).fill(form.window.map((value) => value * value)), form);
  return form;
}

/**
 * What a model gave as the pixels of a picture, [bands, frames, 3] in [0, 1]; their `sound` gives the waveform, whose
 * phases begin as the seed says.
 */
export function seen(values, form, seed = 0n) {
  const levels = form.isSpectrogram ? values : spectrogramOf(values, form);
  const pixels = new Float32Array(form.bands * form.frames * 3);
  for (let band = 0; band < form.bands; band++) {
    const row = form.bands - 1 - band; // low ones below
    for (let frame = 0; frame < form.frames; frame++) {
      pixels.set(colourOf(levels[band * form.frames + frame]), 3 * (row * form.frames + frame));
    }
  }
  pixels.sound = () => ({ rate: form.rate, waveform: form.isSpectrogram ? waveformOf(values, form, seed) : values });
  return pixels;
}

function colourOf(level) {
  const place = Math.min(Math.max(level, 0), 1) * (COLOURS.length - 1);
  const below = Math.min(Math.floor(place), COLOURS.length - 2);
  return COLOURS[below].map((value, i) => (value + (place - below) * (COLOURS[below + 1][i] - value)) / 255);
}

/** Triangles of equal area at equal distances on Slaney's mel scale: arrays of `size / 2 + 1` for each band. */
export function melFilters(rate, size, bands) {
  const step = Math.log(6.4) / 27;
  const top = rate / 2 < 1000 ? (rate / 2) * 0.015 : 15 + Math.log(rate / 2000) / step;
  const edges = Array.from({ length: bands + 2 }, (_, i) => {
    const mel = (top * i) / (bands + 1);
    return mel < 15 ? (mel * 200) / 3 : 1000 * Math.exp(step * (mel - 15));
  });
  return Array.from({ length: bands }, (_, band) => {
    const [low, middle, high] = edges.slice(band, band + 3);
    return Float64Array.from({ length: size / 2 + 1 }, (_, bin) => {
      const hertz = (bin * rate) / size;
      const height = Math.min((hertz - low) / (middle - low), (high - hertz) / (high - middle));
      return (Math.max(0, height) * 2) / (high - low);
    });
  });
}

/** The mel spectrogram, [bands, frames] in [0, 1], of a waveform. */
export function spectrogramOf(waveform, form) {
  const whole = new Float64Array(form.samples + 2 * form.margin);
  whole.set(waveform, form.margin);
  const scale = 4 / form.size; // twice over the sum of the window
  const levels = new Float32Array(form.bands * form.frames);
  spectraOf(whole, form).forEach(([real, imaginary], frame) => {
    const magnitudes = real.map((value, bin) => scale * Math.hypot(value, imaginary[bin]));
    form.filters.forEach((filter, band) => {
      const decibels = 20 * Math.log10(dot(filter, magnitudes) + FLOOR);
      levels[band * form.frames + frame] = Math.min(Math.max((decibels - LOW) / (HIGH - LOW), 0), 1);
    });
  });
  return levels;
}

/** The waveform of a mel spectrogram [bands, frames] in [0, 1], by Griffin and Lim, of the phases of a seed. */
export function waveformOf(levels, form, seed) {
  const magnitudes = magnitudesOf(levels, form);
  const share = MOMENTUM / (1 + MOMENTUM);
  let phases = firstPhases(form, seed);
  let before = null;
  for (let i = 0; i < ITERATIONS; i++) {
    const spectra = spectraOf(synthesised(magnitudes, phases, form), form);
    phases = spectra.map(([real, imaginary], frame) => {
      const ahead = [real, imaginary].map((part, j) =>
        part.map((value, bin) => value - (before ? share * before[frame][j][bin] : 0)),
      );
      const lengths = ahead[0].map((value, bin) => Math.hypot(value, ahead[1][bin]) + 1e-16);
      return ahead.map((part) => part.map((value, bin) => value / lengths[bin]));
    });
    before = spectra;
  }
  const whole = synthesised(magnitudes, phases, form);
  const waveform = Float32Array.from(whole.subarray(form.margin, form.margin + form.samples));
  return waveform.map((value) => Math.min(Math.max(value, -1), 1));
}

/** For each frame the magnitudes of its spectrum: the pseudo-inverse F^T (F F^T)^-1 of the filters. */
function magnitudesOf(levels, form) {
  form.products ??= form.filters.map((one) => form.filters.map((other) => dot(one, other)));
  return Array.from({ length: form.frames }, (_, frame) => {
    const bands = form.filters.map((_, band) => {
      const decibels = levels[band * form.frames + frame] * (HIGH - LOW) + LOW;
      return Math.max(0, 10 ** (decibels / 20) - FLOOR);
    });
    const weights = solved(form.products, bands);
    return Float64Array.from({ length: form.size / 2 + 1 }, (_, bin) => {
      const value = form.filters.reduce((sum, filter, band) => sum + filter[bin] * weights[band], 0);
      return (Math.max(0, value) * form.size) / 4;
    });
  });
}

/** The solution of a positive definite system, by elimination. */
function solved(matrix, values) {
  const rows = matrix.map((row, i) => [...row, values[i]]);
  const count = rows.length;
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const factor = rows[j][i] / rows[i][i];
      if (factor) for (let k = i; k <= count; k++) rows[j][k] -= factor * rows[i][k];
    }
  }
  const found = new Float64Array(count);
  for (let i = count - 1; i >= 0; i--) {
    let sum = rows[i][count];
    for (let k = i + 1; k < count; k++) sum -= rows[i][k] * found[k];
    found[i] = sum / rows[i][i];
  }
  return found;
}

/** Where phases begin for a seed: the words of the counters (n / 2, 1) as angles. */
function firstPhases(form, seed) {
  const bins = form.size / 2 + 1;
  const words = [];
  for (let pair = 0; 2 * pair < form.frames * bins; pair++) words.push(...threefry2x32(keyOf(seed), [pair, 1]));
  return Array.from({ length: form.frames }, (_, frame) => {
    const angles = Float64Array.from({ length: bins }, (_, bin) => (words[frame * bins + bin] * 2 * Math.PI) / 2 ** 32);
    return [angles.map(Math.cos), angles.map(Math.sin)];
  });
}

/** The spectra of the frames of a waveform with its margins: pairs of real and imaginary parts. */
function spectraOf(whole, form) {
  return Array.from({ length: form.frames }, (_, frame) => {
    const real = form.window.map((value, i) => value * whole[frame * form.hop + i]);
    const imaginary = new Float64Array(form.size);
    fourier(real, imaginary);
    return [real.slice(0, form.size / 2 + 1), imaginary.slice(0, form.size / 2 + 1)];
  });
}

/** The waveform with its margins of spectra with such magnitudes and phases. */
function synthesised(magnitudes, phases, form) {
  const half = form.size / 2;
  const frames = magnitudes.map((magnitude, frame) => {
    const real = new Float64Array(form.size);
    const imaginary = new Float64Array(form.size);
    for (let bin = 0; bin <= half; bin++) {
      const edge = bin === 0 || bin === half;
      const [a, b] = phases[frame].map((part) => part[bin] * magnitude[bin]);
      // Conjugated, so that the transform is that back.
      real[bin] = a;
      imaginary[bin] = edge ? 0 : -b;
      if (!edge) {
        real[form.size - bin] = a;
        imaginary[form.size - bin] = b;
      }
    }
    fourier(real, imaginary);
    return real.map((value, i) => (value / form.size) * form.window[i]);
  });
  const whole = overlapped(frames, form);
  return whole.map((value, i) => value / Math.max(form.power[i], 1e-16));
}

function overlapped(frames, form) {
  const whole = new Float64Array(form.samples + 2 * form.margin);
  frames.forEach((frame, number) => frame.forEach((value, i) => (whole[number * form.hop + i] += value)));
  return whole;
}

/** The discrete Fourier transform, in place, of a power of two. */
function fourier(real, imaginary) {
  const size = real.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j], real[i]];
      [imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
    }
  }
  for (let length = 2; length <= size; length *= 2) {
    for (let k = 0; k < length / 2; k++) {
      const c = Math.cos((2 * Math.PI * k) / length);
      const s = -Math.sin((2 * Math.PI * k) / length);
      for (let i = k; i < size; i += length) {
        const j = i + length / 2;
        const a = real[j] * c - imaginary[j] * s;
        const b = real[j] * s + imaginary[j] * c;
        real[j] = real[i] - a;
        imaginary[j] = imaginary[i] - b;
        real[i] += a;
        imaginary[i] += b;
      }
    }
  }
}

const dot = (one, other) => one.reduce((sum, value, i) => sum + value * other[i], 0);

let context = null;

/** Plays what a picture is of, if it is of a sound; only after somebody has clicked do browsers let pages be heard. */
export function play(canvas) {
  if (!canvas?.sound) return;
  context ??= new AudioContext();
  const { rate, waveform } = canvas.sound();
  const buffer = context.createBuffer(1, waveform.length, rate);
  buffer.copyToChannel(waveform, 0);
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.connect(context.destination);
  source.start();
}

globalThis.document?.addEventListener("click", ({ target }) => play(target.querySelector?.("canvas") ?? target));
