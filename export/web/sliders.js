/** Sliders and choices that are made for what a model can be told. */

const make = (tag, facts = {}) => Object.assign(document.createElement(tag), facts);

/**
 * A slider with its name and value above it.
 *
 * `take(value)` is called while it moves, `done()` when it is let go; `shows(value)` is what stands above.
 */
export function makeSlider({ label, hint = "", min, max, step, value, take, done, shows = (number) => number.toFixed(2) }) {
  const field = make("label", { className: "field" });
  const [head, said] = [make("span"), make("output")];
  const input = make("input", { type: "range", min, max, step });
  input.value = value; // after its range, which would round it
  const say = () => (said.textContent = shows(Number(input.value)));
  input.addEventListener("input", () => {
    take(Number(input.value));
    say();
  });
  input.addEventListener("change", done);
  say();
  head.append(label, " ", said);
  field.append(head, ...(hint ? [make("small", { textContent: hint })] : []), input);
  return field;
}

/** A choice of whole numbers by name, which moves a slider; where that is between two, it says so. */
export function makeChoice({ label, options, slider }) {
  const field = make("label", { className: "field" });
  const select = make("select");
  const input = slider.querySelector("input");
  const between = new Option("Between two", "");
  between.hidden = true;
  select.append(...options.map((name, i) => new Option(name, i)), between);
  const follow = () => (select.value = Number.isInteger(Number(input.value)) ? Number(input.value) : "");
  follow();
  input.addEventListener("input", follow);
  select.addEventListener("change", () => {
    input.value = select.value;
    for (const name of ["input", "change"]) input.dispatchEvent(new Event(name));
  });
  field.append(make("span", { textContent: label }), select);
  return field;
}
