/** From a sentence to the numbers of its words, by the rule that manifests state. */

const WORDS = /[\p{L}\p{M}\p{N}_'-]+|[^\s\p{L}\p{M}\p{N}_'-]/gu;
const SPECIAL = 2; // the first entries of a vocabulary are no words: the end, and what is not known
const UNKNOWN = 1;

/** What can be said to a model, by what a manifest says of its generator; null of one that is given no words. */
export function formOf({ said } = {}) {
  return Array.isArray(said?.vocabulary) ? said : null;
}

/** The words of a sentence. */
export function split(text, { unit, lowercase }) {
  const line = text.trim().replace(/\s+/g, " ");
  const cased = lowercase ? line.toLowerCase() : line;
  return unit === "char" ? [...cased] : (cased.match(WORDS) ?? []);
}

/** The numbers of a sentence's words, Int32Array of the model's length: 1 for what is not known, 0 after the end. */
export function tokensOf(text, form) {
  const tokens = new Int32Array(form.length);
  split(text, form)
    .slice(0, form.length)
    .forEach((word, i) => {
      const number = form.vocabulary.indexOf(word);
      tokens[i] = number < SPECIAL ? UNKNOWN : number;
    });
  return tokens;
}

/** What is wrong with a sentence, in one line; null if it can be drawn. */
export function trouble(text, form) {
  const words = split(text, form);
  const strange = [...new Set(words)].filter((word) => form.vocabulary.indexOf(word) < SPECIAL);
  if (strange.length) return `The model does not know ${strange.map((word) => `“${word}”`).join(", ")}.`;
  if (words.length > form.length) return `These are ${words.length} words, and the model takes ${form.length} at most.`;
  return null;
}

/** The words that a model knows, in alphabetical order, without signs. */
export function known({ vocabulary }) {
  const words = vocabulary.slice(SPECIAL).filter((word) => /[\p{L}\p{N}]/u.test(word));
  return words.sort((a, b) => a.localeCompare(b, "en"));
}
