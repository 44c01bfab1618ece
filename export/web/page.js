/** The page: what the controls say is drawn, one thing at a time. */

import { Complaint } from "./complaint.js";
import { fetchJson, openGenerator } from "./generator.js";
import { plane, slerp, truncate } from "./latent_space.js";
import { countOf } from "./lines.js";
import { listenToGiving } from "./mixing.js";
import { camera, clock, photograph, present, setPlaying, stopAt, turnBy } from "./moving.js";
import * as pictures from "./pictures.js";
import { classOfSeed, laterSeed, parseSeed, portableLatents } from "./portable_seeds.js";
import { saying } from "./saying.js";
import { makeSlider } from "./sliders.js";
import { bandsOf, layered, moved, shiftAlong } from "./styles.js";
import { translating } from "./translating.js";
import { listenToTurning } from "./turning.js";

const WALK_SECONDS = 2;
const STRIP = 8;
// Pictures are drawn on the page's own thread: it is given back to the browser at least this often.
const BREATH_MS = 30;

const SIGMAS = 3; // how far sliders of directions go, in standard deviations
const BANDS = ["coarse", "middle", "fine"];

const element = (id) => document.getElementById(id);
const views = ["grid", "walk", "drag", "mix"];
const gridViews = ["grid", "mix"]; // those of several pictures

const state = {
  models: [],
  wanted: null, // the model of the controls
  opened: null, // the model that was opened last, whether that went well or not
  generator: null,
  trouble: "", // why there is no generator
  seed: 0n,
  endSeed: 1n,
  label: null, // null: every seed has its own class
  truncation: 1,
  count: 16,
  view: "grid",
  phase: 0, // of the interpolation: 0 to 1 there, 1 to 2 back
  playing: false,
  x: 0,
  y: 0,
  // Of style-based models alone:
  along: {}, // where the sliders of directions are, by name
  band: "coarse", // the layers that are given
  giver: null, // the seed whose styles are to be given next
  mixes: new Map(), // by seed: the seeds that bands of its styles are of, such as { middle: 5n }, if not its own
};

/** What was drawn last: the rows as the model saw them, and their pixels in [0, 1]. */
export const drawn = { view: "", rows: [], pictures: [], shape: null, milliseconds: 0 };

const pause = pausing();
const translation = translating({ state, refresh, changed, refuse, pause });
const words = saying({ state, changed, refuse });

// -- One thing at a time: a newer request makes older ones stop where they are --

let newest = 0;
let queue = Promise.resolve();

function refresh() {
  const ticket = ++newest;
  const isNewest = () => ticket === newest;
  document.body.dataset.state = "busy";
  restoreSeeds();
  queue = queue.then(async () => {
    if (!isNewest()) return;
    try {
      if (state.wanted !== state.opened) await openWanted();
      if (!state.generator) throw new Complaint(state.trouble);
      const unsayable = words.trouble();
      if (unsayable) throw new Complaint(unsayable);
      if (isNewest()) await drawers[translation.isOn() ? "translation" : state.view](isNewest);
      if (isNewest()) finish("ready");
    } catch (error) {
      if (!(error instanceof Complaint)) console.error(error);
      wipe();
      complain(error instanceof Complaint ? error.message : `Something went wrong: ${error.message}`);
    }
  });
  return queue;
}

function finish(outcome) {
  document.body.dataset.state = outcome;
  element("save").disabled = outcome !== "ready" || (translation.isOn() && !translation.hasPicture());
  if (outcome === "ready") element("complaint").hidden = true;
}

function complain(text) {
  stopPlaying();
  show(text);
  finish("bad");
}

function show(text) {
  element("complaint").textContent = text;
  element("complaint").hidden = false;
}

/** Says in one line what the visitor gave in vain; what is shown stays. */
function refuse(text) {
  queue = queue.then(() => show(text));
}

/** No picture stays that what the controls say does not give. */
function wipe() {
  for (const canvas of document.querySelectorAll("canvas")) {
    canvas.clip = null;
    canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
  }
  walkStrip.generator = null;
  element("what").textContent = "\u00a0";
  element("speed").textContent = "";
}

/** A function that gives the page back to the browser if it was not for a while. */
function pausing() {
  let breath = performance.now();
  return async () => {
    if (performance.now() - breath <= BREATH_MS) return;
    await new Promise((resolve) => setTimeout(resolve));
    breath = performance.now();
  };
}

/** Draws rows in the batches of the model, hands each picture on as it comes; false if a newer request came. */
async function drawRows(rows, isNewest, show) {
  const { generator } = state;
  const pictures = [];
  let milliseconds = 0;
  for (let i = 0; i < rows.length; i += generator.batch) {
    const start = performance.now();
    const some = rows.slice(i, i + generator.batch);
    if (generator.hasStyles) await addStyles(some);
    const batch = await generator.draw(some);
    milliseconds += performance.now() - start;
    batch.forEach((pixels, j) => show(pixels, i + j));
    pictures.push(...batch);
    await pause();
    if (!isNewest()) return false;
  }
  const { height, width, channels } = generator;
  Object.assign(drawn, { view: state.view, rows, pictures, shape: { height, width, channels }, milliseconds });
  return true;
}

/** Gives rows their styles, as truncation and sliders want them: of `givers` by band, or of themselves. */
async function addStyles(rows) {
  const { generator, truncation, along } = state;
  const shift = shiftAlong(generator.directions, along, generator.styleDim);
  const givers = rows.map((row) => row.givers ?? { coarse: row, middle: row, fine: row });
  const all = [...new Set(givers.flatMap((ofBand) => Object.values(ofBand)))];
  const styles = await generator.stylesOf(all);
  const found = new Map(all.map((giver, i) => [giver, moved(styles[i], generator.average, truncation, shift)]));
  rows.forEach((row, i) => {
    const ofBand = Object.fromEntries(BANDS.map((band) => [band, found.get(givers[i][band])]));
    row.styles = layered(ofBand, generator.layers);
  });
}

/** Latents of a row, nearer to their mean; where there are styles, it is those that are truncated. */
const nearer = (latents) => (state.generator.hasStyles ? latents : truncate(latents, state.truncation));

// -- The model --

async function openWanted() {
  const entry = state.wanted;
  state.generator?.close();
  state.generator = null;
  state.opened = entry;
  state.trouble = "";
  element("title").textContent = entry.name;
  element("about").textContent = "Loading …";
  offerMovement({ frames: 1 });
  try {
    state.generator = await openGenerator(entry.folder);
  } catch (error) {
    element("about").textContent = "";
    state.trouble = error.message;
    throw error;
  }
  describe(state.generator);
  fillClasses(state.generator);
  offerStyles(state.generator);
  offerMovement(state.generator);
  translation.offer(entry.folder);
  words.offer();
  showPanels();
  remember();
}

function describe({ manifest, frames, numClasses, moving, ...generator }) {
  const { variant, parameters, step } = manifest.generator ?? {};
  const facts = [variant?.toUpperCase(), manifest.data?.name, sizeOf({ moving, ...generator })];
  if (moving) facts.push(`${frames} frames, ${moving.fps} a second`);
  if (numClasses) facts.push(`${numClasses} classes`);
  if (parameters) facts.push(`${(parameters / 1e6).toPrecision(2)} M parameters`);
  if (step !== undefined) facts.push(step ? `step ${step}` : "untrained");
  element("about").textContent = facts.filter(Boolean).join(" · ");
}

/** What is to be said of the size of one example, in words. */
function sizeOf({ moving, sound, lines, width, height }) {
  if (moving?.skeleton) return `${moving.skeleton.parents.length} joints`;
  if (sound) return `${(sound.samples / sound.rate).toPrecision(2)} s at ${sound.rate} Hz`;
  if (lines) return countOf(lines);
  return `${width} × ${height} pixels`;
}

function fillClasses({ numClasses = 0, classNames = [] }) {
  const options = classNames.map((name, i) => new Option(name, i));
  element("class").replaceChildren(new Option("Each seed’s own", ""), ...options);
  if (state.label !== null && state.label >= numClasses) state.label = null;
  element("class").value = state.label ?? "";
  element("class-field").hidden = !numClasses;
}

/** Shows what there is to do with styles, if the model has some. */
function offerStyles({ hasStyles = false, layers = 0, directions = [] }) {
  element("tab-mix").hidden = !hasStyles;
  element("truncation").min = hasStyles ? 0 : 0.01;
  if (!hasStyles && state.truncation === 0) setTruncation(1);
  const known = hasStyles ? bandsOf(layers) : [];
  for (const band of BANDS) element(`band-${band}`).closest("label").hidden = !known.includes(band);
  if (hasStyles && !known.includes(state.band)) setBand("coarse");
  const names = directions.map(({ name }) => name);
  state.along = Object.fromEntries(Object.entries(state.along).filter(([name]) => names.includes(name)));
  element("directions").hidden = !names.length;
  element("sliders").replaceChildren(...names.map(makeDirection));
  if (!hasStyles && state.view === "mix") showView("grid");
}

/** Shows what there is to do with what moves, and with figures. */
function offerMovement({ moving, frames = 1 }) {
  const isFigure = Boolean(moving?.skeleton);
  element("moving").hidden = !moving;
  element("moment").max = frames - 1;
  for (const id of ["turn-field", "turn-hint"]) element(id).hidden = !isFigure;
  document.querySelector("main").classList.toggle("figures", isFigure);
  for (const id of ["walk-picture", "drag-picture"]) {
    if (isFigure) element(id).tabIndex = 0;
    else element(id).removeAttribute("tabindex");
  }
  showCamera();
}

function showCamera() {
  element("turn").value = camera.turn;
  element("turn-value").textContent = `${Math.round(camera.turn)}°`;
}

function turn(aside, up) {
  turnBy(aside, up);
  showCamera();
}

function play(isPlaying) {
  setPlaying(isPlaying);
  element("run").classList.toggle("playing", clock.playing);
  element("run").setAttribute("aria-label", clock.playing ? "Pause the clips" : "Play the clips");
}

function makeDirection(name) {
  const take = (sigmas) => {
    state.along[name] = sigmas;
    refresh();
  };
  const range = { min: -SIGMAS, max: SIGMAS, step: 0.1, value: state.along[name] ?? 0 };
  return makeSlider({ label: name, ...range, take, done: remember, shows: (sigmas) => sigmas.toFixed(1) });
}

// -- The views --

function labelOf(seed) {
  const { numClasses } = state.generator;
  return numClasses ? (state.label ?? classOfSeed(seed, numClasses)) : null;
}

const latentsOf = (seed) => portableLatents(seed, state.generator.latentDim);

function titleOf(seed) {
  const label = labelOf(seed);
  const ofClass = label === null ? "" : `, class ${state.generator.classNames[label]}`;
  return `seed ${seed}${ofClass}${words.titleOf(seed)}`;
}

function canvases(holder, count, make) {
  while (holder.children.length > count) holder.lastChild.remove();
  while (holder.children.length < count) holder.append(make(holder.children.length));
  const list = [...holder.querySelectorAll("canvas")];
  list.forEach(fit);
  return list;
}

function fit(canvas) {
  canvas.classList.toggle("small", Math.max(state.generator.height, state.generator.width) <= pictures.SMALL);
}

/** Puts what a generator gave for a row on a canvas. */
function paint(canvas, values, generator) {
  Object.assign(canvas, { clip: null, sound: null, title: "" });
  if (generator.moving) present(canvas, values, generator);
  else pictures.paint(canvas, values, generator);
}

function report(what, milliseconds, count) {
  element("what").textContent = what;
  const each = milliseconds / count;
  const noun = state.generator.moving ? "clip" : "picture";
  element("speed").textContent = `${each < 10 ? each.toFixed(1) : Math.round(each)} ms per ${noun}`;
}

const drawers = {
  async grid(isNewest) {
    const { count, seed, generator } = state;
    const rows = Array.from({ length: count }, (_, i) => {
      const own = laterSeed(seed, i);
      return { seed: own, label: labelOf(own), title: titleOf(own), latents: nearer(latentsOf(own)), ...words.rowOf(own) };
    });
    const list = lay(element("grid"), rows, makeTile);
    if (!(await drawRows(rows, isNewest, (pixels, i) => paint(list[i], pixels, generator)))) return;
    report(`Seeds ${seed} to ${laterSeed(seed, count - 1)}`, drawn.milliseconds, count);
  },

  async walk(isNewest) {
    const { seed, endSeed, truncation, generator } = state;
    const [start, end] = [latentsOf(seed), latentsOf(endSeed)];
    const between = (fraction) => ({
      seed,
      label: labelOf(seed),
      title: `the way from seed ${seed} to seed ${endSeed}`,
      latents: nearer(slerp(start, end, fraction)),
      ...words.rowOf(seed),
    });
    // The strip stays while only the position changes.
    const name = [seed, endSeed, truncation, labelOf(seed), words.text(), ...Object.entries(state.along)].join();
    if (walkStrip.generator !== generator || walkStrip.name !== name) {
      const list = canvases(element("strip"), STRIP, () => document.createElement("canvas"));
      element("strip").style.setProperty("--columns", STRIP);
      const rows = Array.from({ length: STRIP }, (_, i) => between(i / (STRIP - 1)));
      if (!(await drawRows(rows, isNewest, (pixels, i) => paint(list[i], pixels, generator)))) return;
      Object.assign(walkStrip, { generator, name });
    }
    const fraction = state.phase <= 1 ? state.phase : 2 - state.phase;
    element("position").value = fraction;
    const canvas = element("walk-picture");
    fit(canvas);
    if (!(await drawRows([between(fraction)], isNewest, (pixels) => paint(canvas, pixels, generator)))) return;
    report(`From seed ${seed} to ${endSeed}`, smooth(drawn.milliseconds), 1);
  },

  async drag(isNewest) {
    const { seed, generator, x, y } = state;
    const [right, up] = [laterSeed(seed, 1), laterSeed(seed, 2)];
    element("right-seed").textContent = `seed ${right}`;
    element("up-seed").textContent = `seed ${up}`;
    const at = plane(latentsOf(seed), latentsOf(right), latentsOf(up));
    const title = `a point near seed ${seed}`;
    const row = { seed, label: labelOf(seed), title, latents: nearer(at(x, y)), ...words.rowOf(seed) };
    const canvas = element("drag-picture");
    fit(canvas);
    placeHandle();
    if (!(await drawRows([row], isNewest, (pixels) => paint(canvas, pixels, generator)))) return;
    report(`Around ${titleOf(seed)}`, smooth(drawn.milliseconds), 1);
  },

  async mix(isNewest) {
    const { count, seed, generator } = state;
    const rows = Array.from({ length: count }, (_, i) => mixedRow(laterSeed(seed, i)));
    const list = lay(element("mix"), rows, makeMixTile);
    markGiver();
    if (!(await drawRows(rows, isNewest, (pixels, i) => paint(list[i], pixels, generator)))) return;
    report(`Seeds ${seed} to ${laterSeed(seed, count - 1)}`, drawn.milliseconds, count);
  },

  async translation(isNewest) {
    const made = await translation.draw(isNewest);
    if (!made) return;
    const { picture, milliseconds } = made;
    Object.assign(drawn, { ...made, view: "translation", rows: [], pictures: picture ? [picture.data] : [], shape: picture });
    if (picture) report(made.what, made.isLive ? smooth(milliseconds) : milliseconds, 1);
    else element("what").textContent = made.what;
  },
};

/** Fills a grid with a tile for each row, and returns their canvases. */
function lay(grid, rows, make) {
  grid.style.setProperty("--columns", Math.ceil(Math.sqrt(rows.length)));
  const list = canvases(grid, rows.length, make);
  [...grid.children].forEach((tile, i) => {
    tile.setAttribute("aria-label", rows[i].title);
    tile.title = rows[i].title;
  });
  if (![...grid.children].some((tile) => tile.tabIndex === 0)) grid.firstChild.tabIndex = 0;
  return list;
}

const walkStrip = { generator: null, name: "" };

let recent = [];

/** The mean of the last few times: single ones are too restless to read. */
function smooth(milliseconds) {
  recent = [...recent.slice(-19), milliseconds];
  return recent.reduce((sum, value) => sum + value, 0) / recent.length;
}

function makeTile(index) {
  const tile = document.createElement("button");
  tile.type = "button";
  tile.tabIndex = -1;
  tile.append(document.createElement("canvas"));
  tile.addEventListener("click", () => {
    setSeed(laterSeed(state.seed, index));
    setPoint(0, 0);
    showView("drag");
    element("tab-drag").focus();
  });
  return tile;
}

// -- Mixing --

/** What is drawn of a seed whose bands may have the styles of other seeds. */
function mixedRow(seed) {
  const row = { seed, label: labelOf(seed), latents: latentsOf(seed) };
  const own = state.mixes.get(seed) ?? {};
  const giver = (band) => (band in own ? { label: labelOf(own[band]), latents: latentsOf(own[band]) } : row);
  const taken = Object.entries(own).map(([band, other]) => `${band} styles of seed ${other}`);
  const title = [titleOf(seed), ...taken].join(", ");
  return { ...row, title, givers: Object.fromEntries(BANDS.map((band) => [band, giver(band)])) };
}

/** The seed that takes a band of the giver's styles, as the giver is shown. */
function give(giver, taker) {
  const { band } = state;
  const from = state.mixes.get(giver)?.[band] ?? giver;
  const { [band]: _, ...others } = state.mixes.get(taker) ?? {};
  const mix = from === taker ? others : { ...others, [band]: from };
  if (Object.keys(mix).length) state.mixes.set(taker, mix);
  else state.mixes.delete(taker);
  setGiver(null);
  element("mix-said").textContent = `Seed ${taker} has the ${band} styles of seed ${from}.`;
  changed();
}

function setGiver(seed) {
  state.giver = seed;
  element("mix-said").textContent = seed === null ? "" : `Seed ${seed} gives its ${state.band} styles: choose which picture takes them.`;
  markGiver();
}

function markGiver() {
  [...element("mix").children].forEach((tile, i) => {
    const seed = laterSeed(state.seed, i);
    tile.setAttribute("aria-pressed", seed === state.giver);
    tile.classList.toggle("mixed", state.mixes.has(seed));
  });
  element("unmix").disabled = !state.mixes.size;
}

function makeMixTile() {
  const tile = document.createElement("button");
  tile.type = "button";
  tile.tabIndex = -1;
  tile.append(document.createElement("canvas"));
  return tile;
}

function setBand(band) {
  state.band = band;
  element(`band-${band}`).checked = true;
  if (state.giver !== null) setGiver(state.giver);
}

/** `7.middle.3_8.coarse.3`: seed 7 has the middle styles of seed 3, and so on. */
function mixesAsText() {
  const parts = [...state.mixes].flatMap(([seed, mix]) => Object.entries(mix).map(([band, other]) => `${seed}.${band}.${other}`));
  return parts.join("_");
}

function readMixes(text) {
  state.mixes.clear();
  for (const part of text.split("_")) {
    const [taker, band, giver] = part.split(".");
    const [seed, other] = [taker, giver].map((each) => parseSeed(each ?? ""));
    if (seed !== null && other !== null && BANDS.includes(band)) {
      state.mixes.set(seed, { ...state.mixes.get(seed), [band]: other });
    }
  }
}

// -- Controls --

function setTruncation(truncation) {
  state.truncation = truncation;
  element("truncation").value = truncation;
  element("truncation-value").textContent = truncation.toFixed(2);
}

function setSeed(seed) {
  state.seed = seed;
  element("seed").value = seed;
}

/** A text that was no seed gives way to the seed that is shown. */
function restoreSeeds() {
  const seeds = { seed: state.seed, "end-seed": state.endSeed };
  for (const [id, seed] of Object.entries(seeds)) {
    if (element(id).getAttribute("aria-invalid")) element(id).value = seed;
    element(id).removeAttribute("aria-invalid");
  }
}

function readSeed(input, take) {
  const seed = parseSeed(input.value);
  if (seed === null) {
    input.setAttribute("aria-invalid", "true");
    newest++;
    const text = input.value.length > 24 ? `${input.value.slice(0, 24)}…` : input.value;
    complain(`“${text}” is no seed: seeds are whole numbers of 64 bits.`);
    return;
  }
  input.value = seed;
  input.removeAttribute("aria-invalid");
  take(seed);
  changed();
}

function changed() {
  remember();
  return refresh();
}

/** Keeps what is shown in the address, so that it can be passed on. */
function remember() {
  const { wanted, seed, endSeed, label, truncation, view, count } = state;
  const facts = { model: wanted.name, seed, to: endSeed, truncation, count, view };
  if (label !== null) facts.class = label;
  if (state.mixes.size) facts.mix = mixesAsText();
  for (const [name, sigmas] of Object.entries(state.along)) if (sigmas) facts[`along ${name}`] = sigmas;
  if (state.generator?.moving?.skeleton) Object.assign(facts, camera);
  if (words.text() !== null) facts.say = words.text();
  Object.assign(facts, translation.facts());
  history.replaceState(null, "", `#${new URLSearchParams(facts)}`);
}

/** Takes over what the address says, as far as it makes sense. */
function recall() {
  const facts = new URLSearchParams(location.hash.slice(1));
  const number = (key) => (facts.has(key) ? Number(facts.get(key)) : NaN);
  state.wanted = state.models.find((model) => model.name === facts.get("model")) ?? state.models[0];
  setSeed(parseSeed(facts.get("seed") ?? "") ?? 0n);
  state.endSeed = parseSeed(facts.get("to") ?? "") ?? laterSeed(state.seed, 1);
  if (Number.isInteger(number("class")) && number("class") >= 0) state.label = number("class");
  const truncation = number("truncation");
  readMixes(facts.get("mix") ?? "");
  const moves = [...facts].filter(([key, value]) => key.startsWith("along ") && Math.abs(Number(value)) <= SIGMAS);
  state.along = Object.fromEntries(moves.map(([key, value]) => [key.slice("along ".length), Number(value)]));
  if ([...element("count").options].some((option) => option.value === facts.get("count"))) state.count = number("count");
  if (views.includes(facts.get("view"))) state.view = facts.get("view");
  for (const name of ["turn", "tilt"]) if (Number.isFinite(number(name))) camera[name] = number(name);
  turn(0, 0); // to where it may be
  element("model").value = state.models.indexOf(state.wanted);
  element("end-seed").value = state.endSeed;
  if (truncation === 0) element("truncation").min = 0; // of styles; `offerStyles` knows whether there are some
  setTruncation(truncation >= 0 && truncation <= 1 ? truncation : state.truncation);
  element("count").value = state.count;
  translation.recall(facts);
  words.recall(facts);
}

function showView(view) {
  stopPlaying();
  state.view = view;
  recent = [];
  for (const name of views) {
    const tab = element(`tab-${name}`);
    tab.setAttribute("aria-selected", name === view);
    tab.tabIndex = name === view ? 0 : -1;
  }
  showPanels();
  return changed();
}

/** Shows what the view has, or the one view of what turns images into images. */
function showPanels() {
  const isOn = translation.isOn();
  const { view } = state;
  for (const name of views) element(`${name}-view`).hidden = isOn || name !== view;
  element("translation-view").hidden = !isOn;
  document.querySelector("[role=tablist]").hidden = isOn;
  element("end-field").hidden = isOn || view !== "walk";
  element("count-field").hidden = isOn || !gridViews.includes(view);
  element("truncation-field").hidden = isOn;
  element("seed-field").hidden = isOn && !state.generator.current.chance;
}

function setPoint(x, y) {
  const radius = Math.max(1, Math.hypot(x, y));
  [state.x, state.y] = [x / radius, y / radius];
}

function placeHandle() {
  element("handle").style.left = `${50 + 50 * state.x}%`;
  element("handle").style.top = `${50 - 50 * state.y}%`;
}

function movePoint(x, y) {
  setPoint(x, y);
  placeHandle();
  refresh();
}

// -- Playing --

function stopPlaying() {
  state.playing = false;
  element("play").classList.remove("playing");
  element("play").setAttribute("aria-label", "Play");
}

async function startPlaying() {
  state.playing = true;
  element("play").classList.add("playing");
  element("play").setAttribute("aria-label", "Pause");
  let last = performance.now();
  while (state.playing) {
    const now = await new Promise(requestAnimationFrame);
    if (!state.playing) return;
    // Slow models show fewer pictures, not a slower walk; a hidden page does not jump when it comes back.
    const seconds = Math.min(0.5, Math.max(0, now - last) / 1000);
    last = now;
    state.phase = (state.phase + seconds / WALK_SECONDS) % 2;
    await refresh();
  }
}

function listen() {
  const on = (id, event, action) => element(id).addEventListener(event, action);
  document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  on("model", "change", () => {
    stopPlaying();
    state.wanted = state.models[element("model").value];
    state.opened = null;
    state.along = {};
    state.mixes.clear();
    setGiver(null);
    recent = [];
    translation.stop();
    translation.forget();
    words.forget();
    changed();
  });
  on("seed", "change", () => readSeed(element("seed"), setSeed));
  on("end-seed", "change", () => readSeed(element("end-seed"), (seed) => (state.endSeed = seed)));
  const step = () => (gridViews.includes(state.view) && !translation.isOn() ? state.count : 1);
  on("previous", "click", () => (setSeed(laterSeed(state.seed, -step())), changed()));
  on("next", "click", () => (setSeed(laterSeed(state.seed, step())), changed()));
  on("dice", "click", () => {
    // Short enough to be read out; any other can be typed.
    setSeed(BigInt(crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000));
    changed();
  });
  on("class", "change", () => {
    state.label = element("class").value === "" ? null : Number(element("class").value);
    changed();
  });
  on("truncation", "input", () => {
    setTruncation(Number(element("truncation").value));
    refresh();
  });
  on("truncation", "change", remember);
  on("count", "change", () => {
    state.count = Number(element("count").value);
    changed();
  });
  on("play", "click", () => (state.playing ? stopPlaying() : startPlaying()));
  on("position", "input", () => {
    stopPlaying();
    state.phase = Number(element("position").value);
    refresh();
  });
  on("save", "click", async () => {
    const { view } = drawn;
    const model = state.wanted.name.replace(/[^A-Za-z0-9.-]+/g, "-");
    if (translation.isOn()) {
      pictures.save(await pictures.photo(element("made-picture")), `${model}-${translation.name()}.png`);
      return;
    }
    const blob = await (state.generator.moving ? photograph(canvasesOf(view)) : pictureOf(drawn));
    pictures.save(blob, `${model}-seed-${state.seed}${view === "grid" ? "" : `-${view}`}.png`);
  });
  on("run", "click", () => play(!clock.playing));
  on("moment", "input", () => {
    stopAt(Number(element("moment").value), state.generator);
    play(false);
  });
  clock.told = (frame) => (element("moment").value = frame);
  on("turn", "input", () => turn(Number(element("turn").value) - camera.turn, 0));
  on("turn", "change", remember);
  play(clock.playing);
  on("reset", "click", () => {
    state.along = {};
    offerStyles(state.generator);
    changed();
  });
  on("unmix", "click", () => {
    state.mixes.clear();
    setGiver(null);
    changed();
  });
  for (const band of BANDS) on(`band-${band}`, "change", () => setBand(band));
  listenToTabs();
  listenToGrid(element("grid"));
  listenToGrid(element("mix"));
  listenToPad();
  const isOn = () => Boolean(state.generator?.moving?.skeleton);
  // The near side follows the finger.
  const turning = { isOn, turn: (x, y) => turn(-x, y), done: remember };
  listenToTurning(element("grid"), { ...turning, withShift: true });
  for (const id of ["walk-picture", "drag-picture"]) listenToTurning(element(id), turning);
  const seedOf = (index) => laterSeed(state.seed, index);
  listenToGiving(element("mix"), {
    choose(index) {
      if (state.giver === null) setGiver(seedOf(index));
      else if (state.giver === seedOf(index)) setGiver(null);
      else give(state.giver, seedOf(index));
    },
    give: (from, to) => give(seedOf(from), seedOf(to)),
    letGo: () => setGiver(null),
  });
}

/** What is shown of what moves, as it is. */
const canvasesOf = (view) => (view === "grid" ? [...element("grid").querySelectorAll("canvas")] : [element(`${view}-picture`)]);

const pictureOf = ({ view, pictures: made, shape }) =>
  pictures.toPng(gridViews.includes(view) ? made : made.slice(-1), shape);

const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function listenToTabs() {
  for (const view of views) element(`tab-${view}`).addEventListener("click", () => showView(view));
  document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
    const [dx] = arrows[event.key] ?? [0];
    if (!dx) return;
    event.preventDefault();
    const shown = views.filter((view) => !element(`tab-${view}`).hidden);
    const view = shown[(shown.indexOf(state.view) + dx + shown.length) % shown.length];
    showView(view);
    element(`tab-${view}`).focus();
  });
}

/** One stop of the Tab key for the whole grid; arrow keys go from picture to picture. */
function listenToGrid(grid) {
  grid.addEventListener("keydown", (event) => {
    const tiles = [...grid.children];
    const [dx, dy] = (!event.shiftKey && arrows[event.key]) || [0, 0];
    const columns = Math.ceil(Math.sqrt(tiles.length));
    const next = tiles[tiles.indexOf(document.activeElement) + dx - dy * columns];
    if (!next || !(dx || dy)) return;
    event.preventDefault();
    tiles.forEach((tile) => (tile.tabIndex = tile === next ? 0 : -1));
    next.focus();
  });
}

function listenToPad() {
  const pad = element("pad");
  const follow = (event) => {
    const { left, top, width, height } = pad.getBoundingClientRect();
    movePoint((2 * (event.clientX - left)) / width - 1, 1 - (2 * (event.clientY - top)) / height);
  };
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    follow(event);
  });
  pad.addEventListener("pointermove", (event) => {
    if (pad.hasPointerCapture(event.pointerId)) follow(event);
  });
  pad.addEventListener("keydown", (event) => {
    const [dx, dy] = arrows[event.key] ?? [0, 0];
    const size = event.shiftKey ? 0.2 : 0.05;
    if (event.key === "Home") movePoint(0, 0);
    else if (dx || dy) movePoint(state.x + size * dx, state.y + size * dy);
    else return;
    event.preventDefault();
  });
}

async function main() {
  try {
    state.models = (await fetchJson("models.json")).models ?? [];
    if (!state.models.length) throw new Complaint("models.json names no model.");
  } catch (error) {
    element("about").textContent = "";
    complain(error.message);
    return;
  }
  element("model").replaceChildren(...state.models.map((model, i) => new Option(model.name, i)));
  recall();
  listen();
  addEventListener("hashchange", () => {
    recall();
    if (state.generator && state.wanted === state.opened) {
      offerStyles(state.generator);
      translation.offer();
      words.offer();
    }
    showView(state.view);
  });
  showView(state.view);
}

main();
