/**
 * Visits the page in Chromium and tells what it saw, as JSON; tests/export/test_web.py judges it.
 *
 *     node browser.mjs SCENARIO URL CHROMIUM PACKAGE_JSON FOLDER
 */

import { createRequire } from "node:module";
import { join } from "node:path";

const [scenario, url, executablePath, packageJson, folder] = process.argv.slice(2);
const { chromium } = createRequire(packageJson)("playwright-core");
const PHONE = { width: 360, height: 740 };

// A camera that shows a green picture with a circle that grows, and a clock.
const camera = scenario === "camera" ? ["--use-fake-device-for-media-stream"] : [];
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", ...camera] });
const context = await browser.newContext({ viewport: PHONE, colorScheme: "light" });
const page = await context.newPage();
page.setDefaultTimeout(60_000);
const seen = { version: browser.version(), errors: [], requests: [] };
page.on("console", (message) => message.type() === "error" && seen.errors.push(message.text()));
page.on("pageerror", (error) => seen.errors.push(String(error)));
page.on("request", (request) => seen.requests.push(request.url()));

/** What was drawn last, once the page has drawn all that was asked for. */
async function look() {
  await page.waitForSelector("body[data-state=ready]");
  return page.evaluate(async () => {
    const { drawn } = await import("./page.js");
    const rows = drawn.rows.map(({ seed, label, latents, styles = [] }) => ({
      ...{ seed: String(seed), label, latents: [...latents], styles: [...styles] },
    }));
    return { rows, pictures: drawn.pictures.map((pixels) => [...pixels]), each: drawn.milliseconds / rows.length };
  });
}

/** The bytes of all pictures of the grid, as they are on the screen. */
const canvases = () =>
  page.evaluate(() =>
    [...document.querySelectorAll("#grid canvas")].map((one) => [
      ...one.getContext("2d").getImageData(0, 0, one.width, one.height).data,
    ]),
  );

async function type(selector, text) {
  await page.fill(selector, text);
  await page.press(selector, "Enter");
}

const complaint = async () => {
  await page.waitForSelector("body[data-state=bad]");
  return page.textContent("#complaint:not([hidden])");
};

/** Whether the page fits the window's width, and every control of this view can be reached by finger. */
const measure = () =>
  page.evaluate(() => {
    const controls = [...document.querySelectorAll("button, select, input, textarea, #pad")].filter((one) => one.offsetParent);
    const boxes = controls.map((one) => ({ id: one.id, box: one.getBoundingClientRect() }));
    return {
      overflow: document.documentElement.scrollWidth - innerWidth,
      outside: boxes.filter(({ box }) => box.left < 0 || box.right > innerWidth).map(({ id }) => id),
      small: boxes.filter(({ box }) => box.width < 32 || box.height < 32).map(({ id }) => id),
      controls: controls.length,
    };
  });

/** Contrast of texts with what is behind them, as WCAG 2 counts it. */
const contrasts = () =>
  page.evaluate(() => {
    const channels = (text) => text.match(/[\d.]+/g).map(Number);
    const light = (color) => {
      const [r, g, b] = channels(color).map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (one) => {
      const color = getComputedStyle(one).backgroundColor;
      return channels(color)[3] === 0 ? behind(one.parentElement) : color;
    };
    const texts = ["h1", "#about", "#what", "#tab-grid", "#tab-walk", "#seed", "label", "output", "#save", "footer"];
    texts.push("legend", ".bands label:not([hidden]) :checked + span", ".bands label:not([hidden]) :not(:checked) + span");
    texts.push("#mix-said", "#reset", "#directions summary", "#invitation", "#try", ".way span", "#camera", "figcaption", "small", "#text");
    const shown = texts.filter((selector) => document.querySelector(selector)?.offsetParent);
    return shown.map((selector) => {
      const one = document.querySelector(selector);
      const [a, b] = [light(getComputedStyle(one).color), light(behind(one))];
      return [selector, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
    });
  });

async function draw() {
  await page.goto(`${url}#seed=7&count=4`);
  seen.grid = await look();
  seen.isolatedPolicy = await page.getAttribute("meta[http-equiv]", "content");
  seen.canvases = await canvases();
  seen.speed = await page.textContent("#speed");
  const download = page.waitForEvent("download");
  await page.click("#save");
  seen.file = (await download).suggestedFilename();
  await (await download).saveAs(join(folder, "saved.png"));
  await page.selectOption("#class", { label: "dog" });
  seen.dog = await look();
  await page.fill("#truncation", "0.5");
  seen.truncated = await look();
  await page.selectOption("#class", "");
  await page.fill("#truncation", "1");
  await type("#seed", "-2");
  seen.negative = await look();
  await type("#seed", "9223372036854775806");
  seen.wrapped = await look();
  seen.layout = { grid: await measure() };
  seen.contrasts = { light: await contrasts() };
  await page.emulateMedia({ colorScheme: "dark" });
  seen.contrasts.dark = await contrasts();

  await type("#seed", "1.5");
  seen.badSeeds = [await complaint()];
  await type("#seed", "9223372036854775808");
  seen.badSeeds.push(await complaint());

  // From here on by keyboard.
  await type("#seed", "7");
  await look();
  await page.focus("#tab-grid");
  await page.keyboard.press("ArrowRight");
  await look();
  seen.layout.walk = await measure();
  await type("#end-seed", "3");
  await look();
  await page.focus("#position");
  for (let i = 0; i < 30; i++) await page.keyboard.press("ArrowRight");
  seen.walk = await look();
  seen.position = await page.inputValue("#position");
  await page.focus("#play");
  await page.keyboard.press("Enter");
  await page.waitForFunction((before) => document.querySelector("#position").value !== before, seen.position);
  seen.playing = await page.getAttribute("#play", "aria-label");
  await page.keyboard.press("Enter");
  seen.paused = await page.getAttribute("#play", "aria-label");
  await page.focus("#tab-walk");
  await page.keyboard.press("ArrowRight");
  await look();
  seen.layout.drag = await measure();
  await page.keyboard.press("Tab");
  seen.focused = await page.evaluate(() => document.activeElement.id);
  for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowRight");
  seen.right = await look();
  await page.keyboard.press("Home");
  seen.home = await look();
  const box = await page.locator("#pad").boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 4, { steps: 3 });
  await page.mouse.up();
  seen.dragged = await look();
  await page.focus("#tab-drag");
  await page.keyboard.press("ArrowRight");
  await look();
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  seen.tile = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  await page.keyboard.press("Enter");
  seen.chosen = await look();

  seen.address = page.url();
  await page.selectOption("#model", { label: "plain/1" });
  await page.click("#tab-grid");
  seen.plain = await look();
  seen.plainCanvases = await canvases();
  seen.classHidden = await page.isHidden("#class-field");
}

/** Presses the mouse on one picture of the mix, and lets go on another. */
async function dragOnto(from, to) {
  const middle = async (index) => {
    const box = await page.locator("#mix button").nth(index).boundingBox();
    return [box.x + box.width / 2, box.y + box.height / 2];
  };
  await page.mouse.move(...(await middle(from)));
  await page.mouse.down();
  await page.mouse.move(...(await middle(to)), { steps: 4 });
  seen.ghosts = await page.locator(".ghost").count();
  await page.mouse.up();
}

const said = () => page.textContent("#mix-said");

async function styles() {
  await page.goto(`${url}#seed=7&count=4&truncation=0.5`);
  seen.half = await look();
  seen.requests = seen.requests.map((each) => each.slice(url.length));
  await page.fill("#truncation", "0");
  seen.mean = await look();
  await page.fill("#truncation", "1");
  seen.sliders = await page.locator("#sliders label").allTextContents();
  await page.locator("#sliders input").nth(0).fill("-1.5");
  seen.moved = await look();
  await page.focus("#tab-grid");
  await page.keyboard.press("ArrowLeft"); // the last tab
  seen.movedMix = await look();
  await page.click("#reset");
  seen.before = await look();
  seen.bands = await page.locator(".bands label:not([hidden])").allTextContents();

  await page.click(".bands label:nth-of-type(2)");
  await dragOnto(0, 2);
  seen.dragged = await look();
  seen.draggedSaid = await said();

  // From here on by keyboard: the tile that has the focus gives to its neighbour.
  await page.focus("#band-middle");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Tab");
  seen.focused = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  await page.keyboard.press("Enter");
  seen.givingSaid = await said();
  seen.pressed = await page.locator("#mix [aria-pressed=true]").count();
  await page.keyboard.press("Escape");
  seen.letGo = [await said(), await page.locator("#mix [aria-pressed=true]").count()];
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  seen.byKeyboard = await look();
  seen.labels = await page.locator("#mix button").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
  // A tap does as Enter does.
  await page.locator("#mix button").nth(3).click();
  seen.layout = await measure();
  seen.contrasts = { light: await contrasts() };
  await page.emulateMedia({ colorScheme: "dark" });
  seen.contrasts.dark = await contrasts();
  await page.locator("#mix button").nth(0).click();
  seen.tapped = await look();
  const download = page.waitForEvent("download");
  await page.click("#save");
  seen.file = (await download).suggestedFilename();

  await page.locator("#sliders input").nth(2).fill("2");
  seen.last = await look();
  const address = page.url();
  await page.goto("about:blank");
  await page.goto(address);
  seen.again = await look();
  await page.click("#unmix");
  await page.click("#reset");
  seen.undone = await look();
  await page.selectOption("#model", { label: "plain/1" });
  seen.plain = await look();
  seen.plainShows = await page.evaluate(() => [
    document.querySelector("[role=tab][aria-selected=true]").id,
    ...["tab-mix", "directions"].map((id) => document.getElementById(id).hidden),
  ]);
}

async function grid() {
  await page.goto(url);
  seen.grid = await look();
}

async function lines() {
  await page.goto(url);
  await page.waitForSelector("body[data-state=ready]");
  seen.lines = await page.locator("#grid canvas").evaluateAll((all) => all.map((canvas) => canvas.title));
}

/** What is on one canvas, as a text that differs where a pixel does. */
const photo = (selector) => page.locator(selector).first().evaluate((canvas) => canvas.toDataURL());

/** What of the clips can be seen by those who look at the page: which frame, how turned, and what the buttons say. */
const told = () =>
  page.evaluate(() => ({
    frame: Number(document.getElementById("moment").value),
    turn: document.getElementById("turn-value").textContent,
    run: document.getElementById("run").getAttribute("aria-label"),
  }));

/** Waits until a canvas shows something else than before. */
async function changes(selector, before) {
  await page.waitForFunction(
    ([one, old]) => document.querySelector(one).toDataURL() !== old,
    [selector, before],
  );
}

/** Where an element is, which is brought to where it can be seen. */
async function boxOf(selector) {
  await page.locator(selector).first().scrollIntoViewIfNeeded();
  return page.locator(selector).first().boundingBox();
}

async function dragOver(selector, x, y) {
  const box = await boxOf(selector);
  const [left, top] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(left, top);
  await page.mouse.down();
  await page.mouse.move(left + x, top + y, { steps: 5 });
  await page.mouse.up();
}

/** The same by a finger. */
async function swipeOver(selector, x, y) {
  const session = await context.newCDPSession(page);
  const box = await boxOf(selector);
  const at = (share) => [{ x: box.x + box.width / 2 + share * x, y: box.y + box.height / 2 + share * y }];
  const touch = (type, touchPoints) => session.send("Input.dispatchTouchEvent", { type, touchPoints });
  await touch("touchStart", at(0));
  for (const share of [0.25, 0.5, 0.75, 1]) await touch("touchMove", at(share));
  await touch("touchEnd", []);
}

/** Clips of seed 7 and its neighbours, and that they go on by themselves, stop, and show the frame that is asked for. */
async function clips() {
  await page.goto(`${url}#seed=7&count=4&view=grid`);
  seen.grid = await look();
  seen.about = await page.textContent("#about");
  await changes("#grid canvas", await photo("#grid canvas"));
  await page.click("#run");
  seen.paused = await told();
  const still = await photo("#grid canvas");
  await page.waitForTimeout(300);
  seen.stands = still === (await photo("#grid canvas"));
  await page.fill("#moment", "3");
  await page.waitForTimeout(100);
  seen.third = { ...(await told()), canvases: await canvases() };
  const names = await page.locator("#class option").allTextContents();
  await page.selectOption("#class", { label: names[2] });
  seen.ofClass = { name: names[2], ...(await look()) };
  seen.layout = { grid: await measure() };
  seen.contrasts = { light: await contrasts() };
  await page.emulateMedia({ colorScheme: "dark" });
  seen.contrasts.dark = await contrasts();
  const download = page.waitForEvent("download");
  await page.click("#save");
  await (await download).saveAs(join(folder, "clips.png"));
}

/** The frame of a film, by the slider alone. */
async function films() {
  await clips();
  seen.turns = await page.isVisible("#turn-field");
  for (const view of ["walk", "drag"]) {
    await page.click(`#tab-${view}`);
    seen[view] = await look();
    seen.layout[view] = await measure();
  }
}

/** Figures: turned by mouse, by finger, by keys and by the slider. */
async function figures() {
  await clips();
  seen.turned = [await told()];
  const step = async (action) => {
    const before = await photo(seen.picture ?? "#grid canvas");
    await action();
    await changes(seen.picture ?? "#grid canvas", before);
    seen.turned.push(await told());
  };
  await step(() => dragOver("#grid button", 50, 0));
  seen.view = new URL(page.url()).hash.includes("view=grid");
  await page.focus("#grid button");
  await step(() => page.keyboard.press("Shift+ArrowLeft"));
  await step(() => page.fill("#turn", "-90"));
  await page.locator("#grid button").first().click(); // a click that drags nothing opens a clip, as of pictures
  await look();
  seen.picture = "#drag-picture";
  seen.layout.drag = await measure();
  await page.focus("#drag-picture");
  await step(() => page.keyboard.press("ArrowRight"));
  await step(() => page.keyboard.press("ArrowDown"));
  await step(() => dragOver("#drag-picture", -50, 20));
  await step(() => swipeOver("#drag-picture", 50, 0));
  await page.focus("#pad");
  await page.keyboard.press("ArrowRight");
  seen.moved = await look();
  await page.click("#tab-walk");
  await look();
  seen.layout.walk = await measure();
  await page.click("#run");
  await changes("#walk-picture", await photo("#walk-picture"));
  await page.click("#run");
  const [address, turn] = [page.url(), (await told()).turn];
  await page.goto("about:blank");
  await page.goto(address);
  await look();
  seen.again = [turn, (await told()).turn];
  // A picture that does not move has no more of this.
  await page.selectOption("#model", { label: "plain/1" });
  seen.plain = await look();
  seen.plainShows = await page.evaluate(() => ["moving", "turn-field", "turn-hint"].filter((id) => !document.getElementById(id).hidden));
}

// -- Pictures that are given --

/** What was given and made last, once the page has drawn all that was asked for. */
async function lookAtPair() {
  await page.waitForSelector("#pair:not([hidden])");
  await page.waitForSelector("body[data-state=ready]");
  return page.evaluate(async () => {
    const { drawn } = await import("./page.js");
    const plain = (picture) => picture && { ...picture, data: [...picture.data] };
    return { given: plain(drawn.given), made: plain(drawn.picture), hole: drawn.hole && [...drawn.hole], what: drawn.what };
  });
}

/** Says that a file was dropped or pasted, as a browser would. */
const transfer = (type, name, content) =>
  page.evaluate(
    ([kind, title, bytes]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(bytes)], title, { type: title.endsWith(".png") ? "image/png" : "text/plain" }));
      const facts = { bubbles: true, cancelable: true };
      const event = kind === "drop" ? new DragEvent(kind, { ...facts, dataTransfer: data }) : new ClipboardEvent(kind, { ...facts, clipboardData: data });
      document.body.dispatchEvent(event);
    },
    [type, name, [...content]],
  );

const complained = () => page.textContent("#complaint:not([hidden])");
async function choose(name) {
  await page.setInputFiles("#file", join(folder, name));
  if (name.endsWith(".png")) await page.waitForSelector(`#what:has-text('${name}')`);
}

async function set(label, value) {
  await page.locator(`#knobs label:has-text("${label}") input`).fill(String(value));
}

async function pictures() {
  await page.goto(`${url}#model=paint/1`);
  await page.waitForSelector("body[data-state=ready]");
  const shows = (...ids) => page.evaluate((all) => all.filter((id) => document.getElementById(id).offsetParent), ids);
  seen.before = await shows("invitation", "camera", "examples", "pair", "grid", "seed", "truncation", "count", "direction");
  seen.saveDisabled = await page.isDisabled("#save");
  seen.tries = await page.locator("#examples img").evaluateAll((all) => all.map(({ alt, naturalWidth }) => [alt, naturalWidth > 0]));
  seen.layout = { before: await measure() };

  await choose("photo.png");
  seen.paint = await lookAtPair();
  seen.knobs = await page.locator("#knobs label > span").allTextContents();
  await set("Strength", 0.5);
  await page.selectOption("#knobs select", { label: "Number 1" });
  seen.turned = await lookAtPair();
  seen.address = page.url();
  await page.selectOption("#size", "64");
  seen.enlarged = await lookAtPair();
  await page.selectOption("#size", "");
  seen.layout.pair = await measure();
  seen.contrasts = { light: await contrasts() };
  await page.emulateMedia({ colorScheme: "dark" });
  seen.contrasts.dark = await contrasts();

  await choose("clear.png");
  seen.clear = await lookAtPair();
  const download = page.waitForEvent("download");
  await page.click("#save");
  seen.file = (await download).suggestedFilename();
  await (await download).saveAs(join(folder, "saved-clear.png"));

  await choose("notes.txt");
  seen.complaints = [await complained()];
  seen.kept = await page.isEnabled("#save");
  await page.click("#camera");
  seen.complaints.push(await page.waitForSelector("#complaint:has-text('camera')").then((one) => one.textContent()));

  // Another model begins with the same picture.
  await page.selectOption("#model", { label: "pix/1" });
  seen.same = await lookAtPair();
  const photo = (await import("node:fs")).readFileSync(join(folder, "photo.png"));
  await transfer("drop", "dropped.png", photo);
  await page.waitForSelector("#what:has-text('dropped.png')");
  seen.pix = await lookAtPair();
  await transfer("paste", "pasted.png", photo);
  await page.waitForSelector("#what:has-text('pasted.png')");
  seen.hiddenComplaint = await page.isHidden("#complaint");
  await transfer("drop", "notes.txt", photo.subarray(0, 100));
  seen.complaints.push(await complained());
  await page.locator("#examples button").first().press("Enter");
  await page.waitForSelector("#what:has-text('face-1.png')");
  seen.example = await lookAtPair();

  await page.selectOption("#model", { label: "cartoon/1" });
  await choose("photo.png");
  await set("Alpha", 0.5);
  await type("#seed", "5");
  seen.cartoon = await lookAtPair();

  await page.selectOption("#model", { label: "fill/1" });
  seen.middle = await lookAtPair();
  await page.focus("#given-picture");
  await page.keyboard.press("ArrowRight");
  seen.moved = await lookAtPair();
  await dragOver("#given-picture", 30, 20);
  seen.painted = await lookAtPair();
  seen.layout.hole = await measure();
  await page.click("#unpaint");
  seen.again = await lookAtPair();

  await page.selectOption("#model", { label: "both/1" });
  await page.selectOption("#direction", { label: "B to A" });
  seen.back = await lookAtPair();

  await page.selectOption("#model", { label: "plain/1" });
  seen.plain = await look();
  seen.after = await shows("invitation", "camera", "pair", "hole-field", "size", "grid", "seed", "truncation", "count");
}

/** The camera: refused, then live, then let go. */
async function live() {
  await page.goto(`${url}#model=pix/1`);
  await page.waitForSelector("body[data-state=ready]");
  await page.click("#camera");
  seen.complaint = await complained();
  await context.grantPermissions(["camera"]);
  await page.click("#camera");
  await page.waitForSelector("#camera.live");
  await page.waitForSelector("#complaint", { state: "hidden" });
  const frame = (before) =>
    page.waitForFunction(
      async (old) => {
        const { drawn } = await import("./page.js");
        const now = drawn.picture && { given: [...drawn.given.data], made: [...drawn.picture.data], height: drawn.given.height, width: drawn.given.width };
        return now && String(now.given) !== String(old?.given) && now;
      },
      before,
    );
  seen.frames = [await (await frame(null)).jsonValue()];
  seen.frames.push(await (await frame(seen.frames[0])).jsonValue());
  seen.speed = await page.textContent("#speed");
  seen.button = await page.textContent("#camera");
  seen.layout = await measure();
  const track = await page.evaluateHandle(() => document.getElementById("video").srcObject.getVideoTracks()[0]);
  seen.states = [await track.evaluate((one) => one.readyState)];
  await page.click("#camera");
  seen.states.push(await track.evaluate((one) => one.readyState));
  seen.held = await page.evaluate(() => document.getElementById("video").srcObject);
  const last = await lookAtPair();
  await page.waitForTimeout(200);
  seen.stands = String(last.given.data) === String((await lookAtPair()).given.data);
  seen.canSave = await page.isEnabled("#save");
  // Another model lets go of it, too.
  await page.click("#camera");
  await page.waitForSelector("#camera.live");
  const second = await page.evaluateHandle(() => document.getElementById("video").srcObject.getVideoTracks()[0]);
  await page.selectOption("#model", { label: "plain/1" });
  await look();
  seen.states.push(await second.evaluate((one) => one.readyState));
}

// -- Words --

async function words() {
  await page.goto(`${url}#model=said/1&seed=7&count=4`);
  seen.first = await look();
  seen.text = await page.inputValue("#text");
  seen.known = await page.textContent("#known");
  await page.fill("#text", "a blue dog , on a red cat");
  seen.typed = await look();
  seen.address = page.url();
  await page.fill("#text", "a lion and a blue tiger");
  await page.press("#text", "Tab");
  seen.complaints = [await complained()];
  seen.invalid = await page.getAttribute("#text", "aria-invalid");
  await page.fill("#text", "red ".repeat(20));
  await page.press("#text", "Tab");
  seen.complaints.push(await page.waitForSelector("#complaint:has-text('20 words')").then((one) => one.textContent()));
  await page.fill("#text", "");
  seen.own = await look();
  seen.titles = await page.locator("#grid button").evaluateAll((all) => all.map((one) => one.title));
  seen.hidden = await page.isHidden("#complaint");
  await page.click("#another");
  seen.another = await look();
  seen.anotherText = await page.inputValue("#text");
  seen.layout = await measure();
  await page.goto("about:blank");
  await page.goto(seen.address);
  seen.again = await look();
  seen.golden = await page.evaluate(async () => {
    const { tokensOf } = await import("./words.js");
    const { said } = (await (await fetch("models/said/1/manifest.json")).json()).generator;
    return ["  Ünknown,words ", "", "a (blue) dog's\u00a0cat-dog!", "red_1 ♥ blue"].map((text) => [text, [...tokensOf(text, said)]]);
  });
}

async function bad() {
  await page.goto(url);
  await look();
  seen.complaints = {};
  const names = await page.locator("#model option").allTextContents();
  for (const name of names.slice(1)) {
    await page.selectOption("#model", { label: name });
    seen.complaints[name] = await complaint();
    // Whatever else is changed, the model is still the trouble.
    await page.click("#next");
    seen.complaints[name] = [seen.complaints[name], await complaint()];
  }
  await page.selectOption("#model", { label: names[0] });
  seen.again = await look();
  seen.hidden = await page.isHidden("#complaint");
}

try {
  await { draw, styles, grid, lines, films, figures, bad, pictures, camera: live, words }[scenario]();
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
