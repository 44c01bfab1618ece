/** Pictures that the visitor gives: by file, by drag and drop, by paste, by the camera, or one of the examples. */

import { Complaint } from "./complaint.js";

const MOST_PIXELS = 50_000_000;
const VIDEO = { width: { ideal: 480 }, height: { ideal: 480 }, facingMode: "user" };
const REFUSALS = {
  NotAllowedError: "The camera may not be used: allow it in the browser, or choose a picture.",
  NotFoundError: "There is no camera on this device: choose a picture.",
  OverconstrainedError: "There is no camera on this device: choose a picture.",
  NotReadableError: "The camera is used by another program: choose a picture.",
};

/** The pixels of what a canvas can draw, RGBA. */
function pixelsOf(source, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" });
  context.drawImage(source, 0, 0, width, height);
  return { data: context.getImageData(0, 0, width, height).data, height, width, channels: 4 };
}

/** Reads a picture upright, as it is stored: colour profiles are not looked at, as in training. */
async function read(blob, name) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(blob, { premultiplyAlpha: "none", colorSpaceConversion: "none" });
  } catch {
    throw new Complaint(`“${name}” is no picture that this browser can read.`);
  }
  const { width, height } = bitmap;
  if (width * height > MOST_PIXELS) throw new Complaint(`“${name}” has more than ${MOST_PIXELS / 1e6} million pixels.`);
  return { name, rgba: pixelsOf(bitmap, width, height), isLive: false };
}

/** The camera: it looks from `start` to `stop`, and hands on each frame once the one before is done with. */
class Camera {
  constructor(video, { take, told }) {
    Object.assign(this, { video, take, told, stream: null, wanted: 0 });
  }

  async start() {
    const turn = ++this.wanted;
    if (!navigator.mediaDevices) throw new Complaint("Browsers show the camera to pages over HTTPS alone: choose a picture.");
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: VIDEO, audio: false });
    } catch (error) {
      throw new Complaint(REFUSALS[error.name] ?? `The camera does not work: ${error.message}`);
    }
    if (turn !== this.wanted) return release(stream); // stopped while the visitor was asked
    this.stream = this.video.srcObject = stream;
    stream.getVideoTracks()[0].addEventListener("ended", () => this.stop());
    this.told(true);
    await this.video.play().catch(() => {}); // it was stopped before it began
    while (this.stream === stream) await this.frame();
  }

  async frame() {
    await new Promise(requestAnimationFrame);
    const { videoWidth: width, videoHeight: height } = this.video;
    if (this.stream && width) await this.take({ name: "camera", rgba: pixelsOf(this.video, width, height), isLive: true });
  }

  stop() {
    this.wanted++;
    if (this.stream) release(this.stream);
    this.stream = this.video.srcObject = null;
    this.told(false);
  }
}

const release = (stream) => stream.getTracks().forEach((track) => track.stop());

/**
 * Listens to all ways to give a picture.
 *
 * `isOn()` says whether the model takes some. `take({name, rgba, isLive})` gets each, and what it returns is awaited
 * before the next frame of the camera; `refuse(text)` is told what is no picture. Returns `offer(urls)`, which shows
 * examples, and `stop()`, which ends the camera.
 */
export function listenToPictures({ isOn, take, refuse }) {
  const element = (id) => document.getElementById(id);
  const [file, button, zone] = ["file", "camera", "sources"].map(element);
  const camera = new Camera(element("video"), {
    take,
    told(isOn) {
      button.textContent = isOn ? "Stop the camera" : "Use the camera";
      button.classList.toggle("live", isOn);
    },
  });
  const trying = async (action) => {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof Complaint)) console.error(error);
      camera.stop();
      refuse(error.message);
    }
  };
  const stop = () => camera.stop();
  let latest = 0;
  const takeFile = (blob, name) =>
    trying(async () => {
      const turn = ++latest;
      stop();
      const given = await read(blob, name);
      if (turn === latest) take(given);
    });

  file.addEventListener("change", () => {
    if (file.files[0]) takeFile(file.files[0], file.files[0].name);
    file.value = ""; // the same one may be chosen again
  });
  button.addEventListener("click", () => {
    latest++;
    if (camera.stream) stop();
    else trying(() => camera.start());
  });
  addEventListener("visibilitychange", () => document.hidden && stop());
  addEventListener("pagehide", stop);
  listenToTransfers({ isOn, zone, takeFile, refuse });

  const offer = (urls) => element("examples").replaceChildren(...urls.map((url) => makeExample(url, takeFile, trying)));
  return { offer, stop };
}

/** What is dropped anywhere onto the page, or pasted. */
function listenToTransfers({ isOn, zone, takeFile, refuse }) {
  const receive = (event, transfer) => {
    const found = [...transfer.files];
    const file = found.find(({ type }) => type.startsWith("image/")) ?? found[0];
    if (file) takeFile(file, file.name);
    else if (event.type === "drop") refuse("What was dropped is no file of a picture.");
    return file;
  };
  addEventListener("dragover", (event) => {
    if (!isOn()) return;
    event.preventDefault();
    zone.classList.add("over");
  });
  addEventListener("dragleave", (event) => !event.relatedTarget && zone.classList.remove("over"));
  addEventListener("drop", (event) => {
    zone.classList.remove("over");
    if (!isOn()) return;
    event.preventDefault();
    receive(event, event.dataTransfer);
  });
  addEventListener("paste", (event) => {
    if (isOn() && receive(event, event.clipboardData)) event.preventDefault();
  });
}

function makeExample(url, takeFile, trying) {
  const [button, image] = ["button", "img"].map((tag) => document.createElement(tag));
  const name = decodeURIComponent(url.split("/").at(-1));
  Object.assign(button, { type: "button", title: name });
  Object.assign(image, { src: url, alt: name.replace(/\.\w+$/, "").replace(/[-_]/g, " ") });
  button.append(image);
  button.addEventListener("click", () =>
    trying(async () => {
      const response = await fetch(url);
      if (!response.ok) throw new Complaint(`Cannot fetch ${url}: the server says ${response.status}.`);
      await takeFile(await response.blob(), name);
    }),
  );
  return button;
}
