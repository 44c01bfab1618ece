/** Giving what is one picture's to another: by dragging it there, or by choosing the one and then the other. */

const DRAG_AFTER = 6; // pixels that a finger may tremble

/**
 * Listens to the buttons in `board`, each of which holds a canvas.
 *
 * Calls `choose(index)` of one that was chosen, by tap, click or keyboard; `give(from, to)` when one was dragged onto
 * another; and `letGo()` at Escape.
 */
export function listenToGiving(board, { choose, give, letGo }) {
  let drag = null;
  let dragged = false; // the click that may follow chooses nothing
  const tiles = () => [...board.children];
  const at = (event) => tiles().indexOf(document.elementFromPoint(event.clientX, event.clientY)?.closest("button"));

  function end() {
    drag?.ghost?.remove();
    tiles().forEach((tile) => tile.classList.remove("taker"));
    drag = null;
  }

  board.addEventListener("pointerdown", (event) => {
    const from = at(event);
    if (from < 0 || event.button > 0 || drag) return;
    dragged = false;
    drag = { from, pointer: event.pointerId, x: event.clientX, y: event.clientY, ghost: null };
  });
  board.addEventListener("pointermove", (event) => {
    if (drag?.pointer !== event.pointerId) return;
    if (!drag.ghost) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < DRAG_AFTER) return;
      board.setPointerCapture(event.pointerId);
      drag.ghost = ghostOf(tiles()[drag.from].querySelector("canvas"));
    }
    drag.ghost.style.translate = `${event.clientX}px ${event.clientY}px`;
    const over = at(event);
    tiles().forEach((tile, i) => tile.classList.toggle("taker", i === over && i !== drag.from));
  });
  board.addEventListener("pointerup", (event) => {
    if (drag?.pointer !== event.pointerId) return;
    const { from, ghost } = drag;
    const to = at(event);
    end();
    dragged = Boolean(ghost);
    if (ghost && to >= 0 && to !== from) give(from, to);
  });
  board.addEventListener("pointercancel", end);
  board.addEventListener("dragstart", (event) => event.preventDefault());
  board.addEventListener("click", (event) => {
    const index = tiles().indexOf(event.target.closest("button"));
    const byKeyboard = event.detail === 0;
    if (index >= 0 && (byKeyboard || !dragged)) choose(index);
  });
  board.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    end();
    letGo();
  });
}

/** A copy of a picture that follows the pointer. */
function ghostOf(canvas) {
  const ghost = document.createElement("canvas");
  [ghost.width, ghost.height] = [canvas.width, canvas.height];
  ghost.getContext("2d").drawImage(canvas, 0, 0);
  ghost.className = `${canvas.className} ghost`;
  const { width, height } = canvas.getBoundingClientRect();
  ghost.style.width = `${width}px`;
  ghost.style.margin = `${-height / 2}px 0 0 ${-width / 2}px`; // its middle is where the pointer is
  document.body.append(ghost);
  return ghost;
}
