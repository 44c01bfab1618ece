/** The field of what is to be drawn, of models that draw from words. */

import { known, tokensOf, trouble } from "./words.js";

const PATIENCE_MS = 800; // after which a word that is not known is no longer one that is being typed

const element = (id) => document.getElementById(id);

/** The field; `page` has the `state` with its `generator`, `changed()`, which draws anew, and `refuse(text)`. */
export function saying(page) {
  const { state } = page;
  const own = { text: null }; // null: nothing was said yet; empty: each seed has its own
  const form = () => state.generator?.said ?? null;
  let patience = null;

  function say(text) {
    own.text = text;
    const wrong = trouble(text, form());
    clearTimeout(patience);
    if (wrong) element("text").setAttribute("aria-invalid", "true");
    else element("text").removeAttribute("aria-invalid");
    return wrong;
  }

  element("text").addEventListener("input", () => {
    const wrong = say(element("text").value);
    if (wrong) patience = setTimeout(() => page.refuse(wrong), PATIENCE_MS);
    else page.changed();
  });
  element("text").addEventListener("change", () => {
    const wrong = say(element("text").value);
    if (wrong) page.refuse(wrong);
  });
  element("another").addEventListener("click", () => {
    const others = examples().filter((line) => line !== own.text);
    element("text").value = others[Math.floor(others.length * Math.random())] ?? "";
    say(element("text").value);
    page.changed();
  });

  const examples = () => form()?.examples ?? [];
  const exampleOf = (seed) => {
    const count = BigInt(examples().length);
    return count ? examples()[Number(((seed % count) + count) % count)] : "";
  };
  const lineOf = (seed) => own.text || exampleOf(seed);

  return {
    /** Shows the field, if the model is given words. */
    offer() {
      element("text-field").hidden = !form();
      if (!form()) return;
      own.text ??= examples()[0] ?? "";
      element("text").value = own.text;
      element("known").textContent = known(form()).join(" ");
      element("another").hidden = examples().length < 2;
      say(own.text);
    },
    /** What is wrong with what is said, null if nothing is. */
    trouble: () => (form() ? say(own.text) : null),
    /** What rows of a seed have besides, of such a model. */
    rowOf: (seed) => (form() ? { tokens: tokensOf(lineOf(seed), form()) } : {}),
    titleOf: (seed) => (form() ? `, ${lineOf(seed)}` : ""),
    text: () => (form() ? own.text : null),
    recall: (facts) => (own.text = facts.get("say")),
    forget: () => (own.text = null),
  };
}
