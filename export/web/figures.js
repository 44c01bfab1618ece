/** Figures of sticks on canvases, on a floor that they leave a shadow on, seen as a camera is turned. */

const PAPER = [250, 249, 246];
const FLOOR = [240, 238, 232];
const LINES = [222, 219, 210];
const SHADOW = [150, 144, 130];
const SIDES = new Map([
  [0, [66, 66, 78]],
  [1, [33, 113, 181]], // left
  [-1, [217, 95, 14]],
]);
const FAR = 0.55; // how pale the far side of a figure is
const ROOM = 1.45; // of a picture, in heights of a figure
const MIDDLE = 0.525; // where in a picture the middle of a figure is, from above
const BONE = 0.028; // how thick bones are, and the radius of heads, in heights of a figure
const HEAD = 0.055;
const REACH = 6; // frames before and after, whose mean the camera follows

export const HOME = { turn: 35, tilt: 14 };
const MOST_TILT = 85;

/** A camera turned by degrees to the side and upwards. */
export function turned({ turn, tilt }, aside, up) {
  const around = ((((turn + aside + 180) % 360) + 360) % 360) - 180;
  return { turn: around, tilt: Math.min(MOST_TILT, Math.max(0, tilt + up)) };
}

/**
 * A clip ready to be drawn.
 *
 * `places` has the joints of all frames one after the other, x, y (up) and z each; `skeleton` is what the manifest says
 * of it: `parents`, and perhaps the `sides` and `head` of joints, and the `height`.
 */
export function layOut(places, { parents, sides = [], head = null, height }) {
  const count = parents.length;
  const frames = Array.from({ length: places.length / (3 * count) }, (_, frame) =>
    parents.map((_, joint) => [...places.subarray(3 * (frame * count + joint), 3 * (frame * count + joint + 1))]),
  );
  const heights = (joints) => joints.map(([, y]) => y);
  const lowest = frames.map((joints) => Math.min(...heights(joints))).sort((a, b) => a - b);
  const floor = lowest[Math.round(0.05 * (lowest.length - 1))];
  const tall = height || Math.max(...heights(frames[0])) - floor || 1;
  return { frames, parents, sides, head, floor, tall, path: smoothed(frames.map(([root]) => root)) };
}

/** A path without what is faster than a step. */
function smoothed(path) {
  return path.map((_, frame) => {
    const near = Array.from({ length: 2 * REACH + 1 }, (_, i) => path[Math.min(Math.max(frame + i - REACH, 0), path.length - 1)]);
    return [0, 1, 2].map((axis) => near.reduce((sum, place) => sum + place[axis], 0) / near.length);
  });
}

/** From places to x and y on a canvas and `depth`, how far behind the middle of the figure they are, in its heights. */
function projection({ floor, tall, path }, frame, { turn, tilt }, size) {
  const [a, b] = [turn, tilt].map((degrees) => (degrees * Math.PI) / 180);
  const [cx, , cz] = path[frame];
  const scale = size / (ROOM * tall);
  return ([px, py, pz]) => {
    const [x, y, z] = [px - cx, py - floor - tall / 2, pz - cz];
    const away = -Math.sin(a) * x - Math.cos(a) * z;
    return {
      x: size / 2 + scale * (Math.cos(a) * x - Math.sin(a) * z),
      y: size * MIDDLE - scale * (Math.cos(b) * y + Math.sin(b) * away),
      depth: (Math.cos(b) * away - Math.sin(b) * y) / tall,
    };
  };
}

/** Draws one frame of a clip that was laid out. */
export function drawFigure(canvas, clip, frame, camera) {
  const context = canvas.getContext("2d");
  const size = canvas.width;
  const seen = projection(clip, frame, camera, size);
  context.lineCap = "round";
  context.fillStyle = css(PAPER);
  context.fillRect(0, 0, size, size);
  drawFloor(context, clip, frame, seen);
  drawShadow(context, clip, frame, seen);
  drawBones(context, clip, frame, seen);
}

/** A square around the figure, with lines that stay where they are while it moves. */
function drawFloor(context, { floor, tall, path }, frame, seen) {
  const [cx, , cz] = path[frame];
  const [reach, step] = [1.5 * tall, 0.5 * tall];
  const corner = (x, z) => seen([cx + x * reach, floor, cz + z * reach]);
  context.beginPath();
  for (const [x, z] of [[-1, -1], [1, -1], [1, 1], [-1, 1]]) context.lineTo(corner(x, z).x, corner(x, z).y);
  context.fillStyle = css(FLOOR);
  context.fill();
  const thick = Math.max(1, context.canvas.width / 300);
  for (let x = Math.ceil((cx - reach) / step) * step; x < cx + reach; x += step) {
    stroke(context, seen([x, floor, cz - reach]), seen([x, floor, cz + reach]), LINES, thick);
  }
  for (let z = Math.ceil((cz - reach) / step) * step; z < cz + reach; z += step) {
    stroke(context, seen([cx - reach, floor, z]), seen([cx + reach, floor, z]), LINES, thick);
  }
}

/** What a lamp above leaves on the floor: the darker, the nearer a bone is to it. */
function drawShadow(context, clip, frame, seen) {
  const { floor, tall } = clip;
  const down = ([x, , z]) => seen([x, floor, z]);
  const bones = bonesOf(clip, frame).map(({ from, to }) => {
    const above = Math.max(0, (from[1] + to[1]) / 2 - floor) / tall;
    return { from: down(from), to: down(to), share: 0.25 + 0.75 * Math.exp(-6 * above) };
  });
  bones.sort((one, other) => one.share - other.share);
  for (const { from, to, share } of bones) stroke(context, from, to, mixed(FLOOR, SHADOW, share), thickness(context, 0));
}

/** Bones and the head, those far away first, paler and thinner. */
function drawBones(context, clip, frame, seen) {
  const shapes = bonesOf(clip, frame).map(({ from, to, side }) => {
    const ends = [seen(from), seen(to)];
    return { ends, side, depth: (ends[0].depth + ends[1].depth) / 2 };
  });
  const head = clip.frames[frame][clip.head];
  if (head) {
    const at = seen(head);
    shapes.push({ ends: [at, at], side: 0, depth: at.depth, wide: (2 * HEAD) / BONE });
  }
  shapes.sort((one, other) => other.depth - one.depth);
  for (const { ends, side, depth, wide = 1 } of shapes) {
    const colour = mixed(SIDES.get(side) ?? SIDES.get(0), PAPER, FAR * Math.min(1, Math.max(0, 0.5 + 1.6 * depth)));
    stroke(context, ...ends, colour, wide * thickness(context, depth));
  }
}

function bonesOf({ frames, parents, sides }, frame) {
  const joints = frames[frame];
  const bones = parents.map((parent, joint) => ({ from: joints[parent], to: joints[joint], side: sides[joint] ?? 0 }));
  return bones.filter(({ from, to }) => from && from.some((value, axis) => value !== to[axis]));
}

/** How thick a bone is at a depth, in pixels. */
const thickness = ({ canvas }, depth) =>
  Math.max(1.5, ((BONE * canvas.width) / ROOM) * Math.min(1.5, Math.max(0.6, 1 - 0.9 * depth)));

function stroke(context, from, to, colour, thick) {
  context.strokeStyle = css(colour);
  context.lineWidth = thick;
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.stroke();
}

const mixed = (one, other, share) => one.map((value, i) => (1 - share) * value + share * other[i]);
const css = (colour) => `rgb(${colour.map(Math.round).join(" ")})`;
