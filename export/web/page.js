/** The page: what the controls say is drawn, one thing at a time. */

import { Complaint, fetchJson, openGenerator } from "./generator.js";
import { plane, slerp, truncate } from "./latent_space.js";
import { paint, save, toPng } from "./pictures.js";
import { classOfSeed, laterSeed, parseSeed, portableLatents } from "./portable_seeds.js";

const WALK_SECONDS = 2;
const STRIP = 8;
// Pictures are drawn on the page's own thread: it is given back to the browser at least this often.
const BREATH_MS = 30;

const element = (id) => document.getElementById(id);
const views = ["grid", "walk", "drag"];

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
};

/** What was drawn last: the rows as the model saw them, and their pixels in [0, 1]. */
export const drawn = { view: "", rows: [], pictures: [], shape: null, milliseconds: 0 };

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
      if (isNewest()) await drawers[state.view](isNewest);
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
  element("save").disabled = outcome !== "ready";
  if (outcome === "ready") element("complaint").hidden = true;
}

function complain(text) {
  stopPlaying();
  element("complaint").textContent = text;
  element("complaint").hidden = false;
  finish("bad");
}

/** No picture stays that what the controls say does not give. */
function wipe() {
  for (const canvas of document.querySelectorAll("canvas")) canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
  walkStrip.generator = null;
  element("what").textContent = "\u00a0";
  element("speed").textContent = "";
}

const breathe = () => new Promise((resolve) => setTimeout(resolve));

/** Draws rows in the batches of the model, hands each picture on as it comes; false if a newer request came. */
async function drawRows(rows, isNewest, show) {
  const { generator } = state;
  const pictures = [];
  let milliseconds = 0;
  let breath = performance.now();
  for (let i = 0; i < rows.length; i += generator.batch) {
    const start = performance.now();
    const batch = await generator.draw(rows.slice(i, i + generator.batch));
    const end = performance.now();
    milliseconds += end - start;
    batch.forEach((pixels, j) => show(pixels, i + j));
    pictures.push(...batch);
    if (end - breath > BREATH_MS) {
      await breathe();
      breath = performance.now();
    }
    if (!isNewest()) return false;
  }
  const { height, width, channels } = generator;
  Object.assign(drawn, { view: state.view, rows, pictures, shape: { height, width, channels }, milliseconds });
  return true;
}

// -- The model --

async function openWanted() {
  const entry = state.wanted;
  state.generator?.close();
  state.generator = null;
  state.opened = entry;
  state.trouble = "";
  element("title").textContent = entry.name;
  element("about").textContent = "Loading …";
  try {
    state.generator = await openGenerator(entry.folder);
  } catch (error) {
    element("about").textContent = "";
    state.trouble = error.message;
    throw error;
  }
  describe(state.generator);
  fillClasses(state.generator);
}

function describe({ manifest, height, width, numClasses }) {
  const { variant, parameters, step } = manifest.generator ?? {};
  const facts = [variant?.toUpperCase(), manifest.data?.name, `${width} × ${height} pixels`];
  if (numClasses) facts.push(`${numClasses} classes`);
  if (parameters) facts.push(`${(parameters / 1e6).toPrecision(2)} M parameters`);
  if (step !== undefined) facts.push(step ? `step ${step}` : "untrained");
  element("about").textContent = facts.filter(Boolean).join(" · ");
}

function fillClasses({ numClasses, classNames }) {
  const options = classNames.map((name, i) => new Option(name, i));
  element("class").replaceChildren(new Option("Each seed’s own", ""), ...options);
  if (state.label !== null && state.label >= numClasses) state.label = null;
  element("class").value = state.label ?? "";
  element("class-field").hidden = !numClasses;
}

// -- The three views --

function labelOf(seed) {
  const { numClasses } = state.generator;
  return numClasses ? (state.label ?? classOfSeed(seed, numClasses)) : null;
}

const latentsOf = (seed) => portableLatents(seed, state.generator.latentDim);

function titleOf(seed) {
  const label = labelOf(seed);
  return label === null ? `seed ${seed}` : `seed ${seed}, class ${state.generator.classNames[label]}`;
}

function canvases(holder, count, make) {
  while (holder.children.length > count) holder.lastChild.remove();
  while (holder.children.length < count) holder.append(make(holder.children.length));
  const list = [...holder.querySelectorAll("canvas")];
  list.forEach(fit);
  return list;
}

/** Small pictures look sharper with their pixels as squares. */
function fit(canvas) {
  canvas.classList.toggle("small", Math.max(state.generator.height, state.generator.width) <= 64);
}

function report(what, milliseconds, count) {
  element("what").textContent = what;
  const each = milliseconds / count;
  element("speed").textContent = `${each < 10 ? each.toFixed(1) : Math.round(each)} ms per picture`;
}

const drawers = {
  async grid(isNewest) {
    const { count, seed, truncation, generator } = state;
    const rows = Array.from({ length: count }, (_, i) => {
      const own = laterSeed(seed, i);
      return { seed: own, label: labelOf(own), title: titleOf(own), latents: truncate(latentsOf(own), truncation) };
    });
    const grid = element("grid");
    grid.style.setProperty("--columns", Math.ceil(Math.sqrt(count)));
    const list = canvases(grid, count, makeTile);
    [...grid.children].forEach((tile, i) => {
      tile.setAttribute("aria-label", titleOf(rows[i].seed));
      tile.title = titleOf(rows[i].seed);
    });
    if (![...grid.children].some((tile) => tile.tabIndex === 0)) grid.firstChild.tabIndex = 0;
    if (!(await drawRows(rows, isNewest, (pixels, i) => paint(list[i], pixels, generator)))) return;
    report(`Seeds ${seed} to ${laterSeed(seed, count - 1)}`, drawn.milliseconds, count);
  },

  async walk(isNewest) {
    const { seed, endSeed, truncation, generator } = state;
    const [start, end] = [latentsOf(seed), latentsOf(endSeed)];
    const between = (fraction) => ({
      label: labelOf(seed),
      title: `the way from seed ${seed} to seed ${endSeed}`,
      latents: truncate(slerp(start, end, fraction), truncation),
    });
    // The strip stays while only the position changes.
    const name = [seed, endSeed, truncation, labelOf(seed)].join();
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
    const { seed, truncation, generator, x, y } = state;
    const [right, up] = [laterSeed(seed, 1), laterSeed(seed, 2)];
    element("right-seed").textContent = `seed ${right}`;
    element("up-seed").textContent = `seed ${up}`;
    const at = plane(latentsOf(seed), latentsOf(right), latentsOf(up));
    const row = { label: labelOf(seed), title: `a point near seed ${seed}`, latents: truncate(at(x, y), truncation) };
    const canvas = element("drag-picture");
    fit(canvas);
    placeHandle();
    if (!(await drawRows([row], isNewest, (pixels) => paint(canvas, pixels, generator)))) return;
    report(`Around ${titleOf(seed)}`, smooth(drawn.milliseconds), 1);
  },
};

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

// -- Controls --

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
  if (number("truncation") > 0 && number("truncation") <= 1) state.truncation = number("truncation");
  if ([...element("count").options].some((option) => option.value === facts.get("count"))) state.count = number("count");
  if (views.includes(facts.get("view"))) state.view = facts.get("view");
  element("model").value = state.models.indexOf(state.wanted);
  element("end-seed").value = state.endSeed;
  element("truncation").value = state.truncation;
  element("truncation-value").textContent = state.truncation.toFixed(2);
  element("count").value = state.count;
}

function showView(view) {
  stopPlaying();
  state.view = view;
  recent = [];
  for (const name of views) {
    const tab = element(`tab-${name}`);
    tab.setAttribute("aria-selected", name === view);
    tab.tabIndex = name === view ? 0 : -1;
    element(`${name}-view`).hidden = name !== view;
  }
  element("end-field").hidden = view !== "walk";
  element("count-field").hidden = view !== "grid";
  return changed();
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
    recent = [];
    changed();
  });
  on("seed", "change", () => readSeed(element("seed"), setSeed));
  on("end-seed", "change", () => readSeed(element("end-seed"), (seed) => (state.endSeed = seed)));
  const step = () => (state.view === "grid" ? state.count : 1);
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
    state.truncation = Number(element("truncation").value);
    element("truncation-value").textContent = state.truncation.toFixed(2);
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
    const { view, pictures, shape } = drawn;
    const model = state.wanted.name.replace(/[^A-Za-z0-9.-]+/g, "-");
    const blob = await toPng(view === "grid" ? pictures : pictures.slice(-1), shape);
    save(blob, `${model}-seed-${state.seed}${view === "grid" ? "" : `-${view}`}.png`);
  });
  listenToTabs();
  listenToGrid();
  listenToPad();
}

const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function listenToTabs() {
  for (const view of views) element(`tab-${view}`).addEventListener("click", () => showView(view));
  document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
    const [dx] = arrows[event.key] ?? [0];
    if (!dx) return;
    event.preventDefault();
    const view = views[(views.indexOf(state.view) + dx + views.length) % views.length];
    showView(view);
    element(`tab-${view}`).focus();
  });
}

/** One stop of the Tab key for the whole grid; arrow keys go from picture to picture. */
function listenToGrid() {
  element("grid").addEventListener("keydown", (event) => {
    const tiles = [...element("grid").children];
    const [dx, dy] = arrows[event.key] ?? [0, 0];
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
    showView(state.view);
  });
  showView(state.view);
}

main();
