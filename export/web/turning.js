/** Turning by pointer, finger or mouse, and by arrow keys. */

const SLACK = 4; // px that a finger may slip while it taps
const PER_PIXEL = 0.6; // degrees
const PER_KEY = 5;
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Listens to an element of figures.
 *
 * `isOn()` says whether there are some; `turn(x, y)` is told by how many degrees their near side goes right and down,
 * and `done()` is called when it is let go. Arrow keys turn with Shift alone where they do something else without
 * (`withShift`).
 */
export function listenToTurning(holder, { isOn, turn, done, withShift = false }) {
  let from = null;
  let isTurning = false;
  holder.addEventListener("pointerdown", (event) => {
    from = isOn() && event.isPrimary ? [event.clientX, event.clientY] : null;
    isTurning = false;
  });
  holder.addEventListener("pointermove", (event) => {
    if (!event.buttons) from = null;
    if (!from || !event.isPrimary) return;
    const [x, y] = [event.clientX - from[0], event.clientY - from[1]];
    if (!isTurning && Math.hypot(x, y) < SLACK) return;
    if (!isTurning) holder.setPointerCapture(event.pointerId);
    isTurning = true;
    from = [event.clientX, event.clientY];
    turn(PER_PIXEL * x, PER_PIXEL * y);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    holder.addEventListener(name, () => {
      from = null;
      if (isTurning) done();
      setTimeout(() => (isTurning = false)); // after the click that ends it
    });
  }
  const swallow = (event) => {
    if (isTurning) event.stopPropagation();
  };
  holder.addEventListener("click", swallow, true);
  holder.addEventListener("keydown", (event) => {
    if (!isOn() || !KEYS[event.key] || event.shiftKey !== withShift) return;
    event.preventDefault();
    turn(...KEYS[event.key].map((way) => PER_KEY * way));
    done();
  });
}
