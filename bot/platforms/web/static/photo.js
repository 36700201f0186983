// A photo or a scan, and where characters were found in it: numbered boxes on the picture.

import { percent } from "./bars.js";
import { make } from "./elements.js";
import { readPicture } from "./wire.js";
import { word } from "./words.js";

const LONGEST = 1600; // a larger picture is made smaller here: it is sent faster, and the place where it was taken stays here
const COLOURS = { sure: "#0f7564", unsure: "#a85a00", not_hiragana: "#b3311f" };
const TOP = 10;

export class Photo {
  /** `choose(glyph)` is called for the character that is looked at. */
  constructor({ frame, canvas, list, choose }) {
    Object.assign(this, { frame, canvas, list, choose });
    this.glyphs = [];
    canvas.addEventListener("click", (event) => this.#look(this.#at(event)));
    this.forget();
  }

  /** Read a file. Raises Refused. */
  async read(file) {
    const bitmap = await createImageBitmap(file).catch(() => null); // HEIC, or no picture: the server knows
    const { picture, upload } = await shrunk(bitmap, file);
    const reading = await readPicture(upload, TOP);
    this.upload = upload;
    this.picture = picture;
    this.reading = reading;
    this.glyphs = reading.glyphs.filter((glyph) => glyph.candidates.length);
    this.frame.hidden = false;
    this.#name();
    this.#look(0);
    return reading;
  }

  forget() {
    this.frame.hidden = true;
    this.picture?.close?.();
    this.picture = this.upload = null;
    this.glyphs = [];
    this.list.replaceChildren();
  }

  #name() {
    this.canvas.setAttribute("aria-label", word("read_in_picture", { text: this.reading.text || "–", count: this.glyphs.length }));
    this.canvas.hidden = !this.picture;
    const items = this.glyphs.map((glyph, i) => {
      const best = glyph.candidates[0];
      const letter = glyph.verdict === "not_hiragana" ? "×" : best.label;
      const onclick = () => this.#look(i);
      const button = make("button", { type: "button", class: `glyph ${glyph.verdict}`, onclick }, make("span", { class: "number" }, String(i + 1)), make("b", {}, letter), make("span", { class: "share" }, percent(best.probability)));
      return make("li", {}, button);
    });
    this.list.replaceChildren(...items);
  }

  #look(index) {
    if (index < 0) return;
    [...this.list.children].forEach((item, i) => item.firstChild.setAttribute("aria-pressed", String(i === index)));
    this.#draw(index);
    this.choose(this.glyphs[index] ?? null);
  }

  #at(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) * this.canvas.width) / box.width;
    const y = ((event.clientY - box.top) * this.canvas.height) / box.height;
    return this.glyphs.findIndex(({ box: [left, top, width, height] }) => x >= left && x <= left + width && y >= top && y <= top + height);
  }

  #draw(chosen) {
    if (!this.picture) return;
    const { canvas, picture } = this;
    Object.assign(canvas, { width: picture.width, height: picture.height });
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(picture, 0, 0);
    const unit = Math.max(canvas.width, canvas.height) / 400; // what looks like a pixel or two at the size of the page
    this.glyphs.forEach((glyph, i) => mark(context, glyph, i + 1, unit, i === chosen));
  }
}

function mark(context, glyph, number, unit, isChosen) {
  const [x, y, width, height] = glyph.box;
  const margin = 3 * unit;
  const [left, top] = [x - margin, y - margin];
  context.strokeStyle = context.fillStyle = COLOURS[glyph.verdict];
  context.lineWidth = (isChosen ? 2.6 : 1.3) * unit;
  context.setLineDash(glyph.verdict === "sure" ? [] : [5 * unit, 3 * unit]);
  context.strokeRect(left, top, width + 2 * margin, height + 2 * margin);
  const side = 13 * unit;
  const [tagLeft, tagTop] = [Math.max(0, left - side / 3), Math.max(0, top - side / 1.5)];
  context.beginPath();
  context.roundRect(tagLeft, tagTop, side * (number > 9 ? 1.5 : 1), side, 3 * unit);
  context.fill();
  Object.assign(context, { fillStyle: "#fff", font: `700 ${9.5 * unit}px system-ui, sans-serif`, textAlign: "center", textBaseline: "middle" });
  context.fillText(number, tagLeft + (side * (number > 9 ? 1.5 : 1)) / 2, tagTop + side / 1.9);
}

/** The picture to show, and what is sent: both with the same pixels, so that the boxes of the answer fit. */
async function shrunk(bitmap, file) {
  if (!bitmap || Math.max(bitmap.width, bitmap.height) <= LONGEST) return { picture: bitmap, upload: file };
  const scale = LONGEST / Math.max(bitmap.width, bitmap.height);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const type = file.type === "image/png" ? "image/png" : "image/jpeg";
  const upload = await new Promise((done) => canvas.toBlob(done, type, 0.92));
  return { picture: canvas, upload };
}
