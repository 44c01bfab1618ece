/** The view of models that turn images into images: what was given, beside it what is made of it, and the controls. */

import { listenToPictures } from "./given.js";
import { inTheMiddle, listenToHole } from "./hole.js";
import { show } from "./pictures.js";
import { portableLatents } from "./portable_seeds.js";
import { finished, holeOf, isTransparent, prepared } from "./prepared.js";
import { makeChoice, makeSlider } from "./sliders.js";

const MOST_UNASKED = 512; // pixels of the longer edge, of models that take pictures as they are
const SIZES = [64, 128, 256, 512, 1024];
const HOLE_COLOUR = [194, 65, 12];

const element = (id) => document.getElementById(id);

/**
 * The view.
 *
 * `page` is what it needs of the page around it: `state`, with its `generator` and `seed`; `refresh()` and `changed()`,
 * which draw anew; `refuse(text)`, which says what was given in vain; `pause()`, which gives way to the browser.
 */
export function translating(page) {
  const { state } = page;
  const own = { given: null, kept: null, direction: "", numbers: {}, size: "" };
  const isOn = () => Boolean(state.generator?.translates);
  const current = () => state.generator.current;

  const sources = listenToPictures({
    isOn,
    refuse: page.refuse,
    take(given) {
      const { given: before } = own;
      const goesOn = given.isLive && before?.isLive && before.rgba.data.length === given.rgba.data.length;
      own.given = { ...given, original: !given.isLive && isTransparent(given.rgba) ? given.rgba : null };
      if (goesOn) Object.assign(own.given, { hole: before.hole, isPainted: before.isPainted });
      return page.refresh();
    },
  });
  listenToHole(element("given-picture"), {
    given: () => (isOn() && current().takesHole && own.given ? withHole(own.given) : null),
    painted: page.refresh,
  });
  element("unpaint").addEventListener("click", () => {
    if (own.given) Object.assign(own.given, { hole: null, isPainted: false });
    page.refresh();
  });
  element("direction").addEventListener("change", () => {
    own.direction = element("direction").value;
    offer();
    page.changed();
  });
  element("size").addEventListener("change", () => {
    own.size = element("size").value;
    page.changed();
  });

  /** Shows the controls of the model, if it is one of these. */
  function offer(folder = null) {
    element("knobs").replaceChildren();
    for (const id of ["direction-field", "size-field"]) element(id).hidden = true;
    if (!isOn()) return sources.stop();
    const { generator } = state;
    generator.turnTo(own.direction);
    offerChoices(generator);
    element("knobs").replaceChildren(...current().controls.filter(({ low, high }) => low < high).flatMap(makeKnob));
    element("hole-field").hidden = !current().takesHole;
    element("given-picture").classList.toggle("paintable", current().takesHole);
    if (current().takesHole) element("given-picture").tabIndex = 0;
    else element("given-picture").removeAttribute("tabindex");
    if (folder) sources.offer(generator.manifest.translates.examples.map((name) => `${folder}/examples/${encodeURIComponent(name)}`));
  }

  function offerChoices({ names, contentSize }) {
    element("direction-field").hidden = names.length < 2;
    element("direction").replaceChildren(...names.map((name) => new Option(name.replace("to", " to "), name)));
    element("direction").value = names.includes(own.direction) ? own.direction : names[0];
    element("size-field").hidden = false;
    const usual = contentSize ? `As in training, ${contentSize} pixels` : `As it is, up to ${MOST_UNASKED} pixels`;
    const sizes = SIZES.filter((size) => size !== contentSize).map((size) => new Option(`${size} pixels`, size));
    element("size").replaceChildren(new Option(usual, ""), ...sizes, new Option("As it is", "native"));
    element("size").value = own.size;
  }

  function makeKnob(control) {
    const { name, low, high, about, styles } = control;
    const value = numbers()[name];
    const take = (number) => {
      own.numbers[name] = number;
      page.refresh();
    };
    const label = `${name[0].toUpperCase()}${name.slice(1)}`;
    const common = { min: low, max: high, value, take, done: page.changed };
    if (name !== "style") return [makeSlider({ ...common, label, hint: about, step: (high - low) / 100 })];
    const options = Array.from({ length: high + 1 }, (_, i) => styles[i] ?? `Number ${i}`);
    const slider = makeSlider({ ...common, label: "Between styles", step: 0.05, shows: (at) => at.toFixed(2) });
    return [makeChoice({ label, options, slider }), slider];
  }

  const numbers = () =>
    Object.fromEntries(
      current().controls.map(({ name, low, high, default: usual }) => {
        return [name, Math.min(high, Math.max(low, own.numbers[name] ?? usual))];
      }),
    );

  /** What the longer edge becomes, null for as it is; live, what the network takes at once. */
  function size({ rgba, isLive }) {
    if (own.size === "native") return null;
    const longer = Math.max(rgba.height, rgba.width);
    const usual = state.generator.contentSize ?? Math.min(longer, isLive ? current().edge : MOST_UNASKED);
    return Number(own.size) || usual;
  }

  /** What a network sees of what was given; kept while that stays, for large pictures take a while. */
  function seenBy({ channels, takesHole }, given) {
    const edge = size(given);
    if (takesHole) return prepared(given.rgba, channels, edge, withHole(given).hole);
    const { kept } = own;
    if (kept?.rgba !== given.rgba || kept.channels !== channels || kept.edge !== edge) {
      own.kept = { rgba: given.rgba, channels, edge, seen: prepared(given.rgba, channels, edge, null) };
    }
    return own.kept.seen;
  }

  /** Draws what the model makes of what was given; returns what was drawn, null if it is no longer wanted. */
  async function draw(isNewest) {
    const { given } = own;
    element("pair").hidden = !given;
    element("invitation").hidden = Boolean(given);
    if (!given) return { picture: null, milliseconds: 0, what: "\u00a0" };
    const network = current();
    const { picture, hole } = seenBy(network, given);
    show(element("given-picture"), finished(hole ? withColour(picture, hole) : picture, hole ? null : given.original));
    const start = performance.now();
    const latents = network.chance ? portableLatents(state.seed, network.chance) : null;
    const pause = async () => {
      await page.pause();
      return isNewest();
    };
    const made = await network.translate(picture, { hole, numbers: numbers(), latents, pause });
    if (!made) return null;
    const milliseconds = performance.now() - start;
    show(element("made-picture"), finished(made, hole ? null : given.original));
    const what = `${given.name}, ${picture.width} × ${picture.height} pixels`;
    return { picture: made, given: picture, hole, milliseconds, what, isLive: given.isLive };
  }

  return {
    isOn,
    offer,
    draw,
    stop: sources.stop,
    hasPicture: () => Boolean(own.given),
    /** What the file of a picture is called after. */
    name: () => own.given.name.replace(/\.\w+$/, ""),
    /** What the address says of it. */
    facts() {
      if (!isOn()) return {};
      const set = Object.fromEntries(Object.entries(own.numbers).map(([name, value]) => [`set ${name}`, value]));
      return { ...set, ...(own.direction && { direction: own.direction }), ...(own.size && { size: own.size }) };
    },
    recall(facts) {
      const set = [...facts].filter(([key, value]) => key.startsWith("set ") && Number.isFinite(Number(value)));
      own.numbers = Object.fromEntries(set.map(([key, value]) => [key.slice("set ".length), Number(value)]));
      own.direction = facts.get("direction") ?? "";
      const asked = facts.get("size") ?? "";
      own.size = asked === "native" || SIZES.includes(Number(asked)) ? asked : "";
    },
    /** Another model begins with its own defaults, but with the same picture. */
    forget: () => Object.assign(own, { direction: "", numbers: {}, size: "" }),
  };
}

/** What was given, with a hole: what is transparent of it, or its middle. */
function withHole(given) {
  given.hole ??= given.original ? holeOf(given.original) : inTheMiddle(given.rgba);
  return Object.assign(given, { height: given.rgba.height, width: given.rgba.width });
}

/** A picture whose hole can be seen. */
function withColour(picture, hole) {
  const { channels } = picture;
  const data = picture.data.map((value, i) => (hole[Math.floor(i / channels)] ? HOLE_COLOUR[i % channels] : value));
  return { ...picture, data };
}
