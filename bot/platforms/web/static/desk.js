// Where characters are written: on its own page, and over the room. What stands on the paper is read while it grows.

import { Bars } from "./bars.js";
import { make } from "./elements.js";
import { isPicture } from "./files.js";
import { HintList } from "./hint_list.js";
import { Live } from "./live.js";
import { language, pageAddress, room } from "./page.js";
import { Paper, SIDE } from "./paper.js";
import { Photo } from "./photo.js";
import { ShapeSheet } from "./shapes.js";
import { ask } from "./wire.js";
import { errorWord, word } from "./words.js";

const TOP = 5;
const LARGEST = 20 * 1024 * 1024;
const at = (id) => document.getElementById(id);

export class Desk {
  /** `deliver(picture, name, quiz)` sends what was written. Keys count while it `isOpen()`. */
  constructor({ deliver, isOpen = () => true }) {
    Object.assign(this, { deliver, isOpen });
    this.isSending = false;
    this.shown = ""; // the best two candidates
    this.quiz = null;
    if (devicePixelRatio > 1) Object.assign(at("paper"), { width: 2 * SIDE, height: 2 * SIDE });
    this.shapes = new ShapeSheet();
    this.bars = new Bars(at("bars"), TOP);
    this.hints = new HintList(this.shapes);
    this.live = new Live({ language, show: (reading, ms) => this.#showReading(reading, ms), trouble: (error) => this.#refuse(error, { isPassing: true }) });
    this.photo = new Photo({ frame: at("photo"), canvas: at("picture"), list: at("found"), choose: (glyph) => this.#showGlyph(glyph) });
    this.paper = new Paper(at("paper"), (isDrawing) => this.#changed(isDrawing));
    this.#listen();
    this.#changed(false);
    if (!room.reads) this.notice(errorWord("reading_off"));
  }

  /** Begin with what a link asks for: the character of a quiz, or a hint. */
  async begin(query) {
    this.#showTask(query.has("quiz"), "");
    this.quiz = await this.#askedInQuiz(query.get("quiz"));
    this.#showTask(Boolean(this.quiz), this.quiz?.lead ?? "");
    at("send").textContent = word(this.quiz ? "answer_quiz" : "send_to_room");
    if (query.get("hint")) await this.hints.choose(query.get("hint"));
  }

  /** The quiz has its line from the start: the paper does not move when the question comes. */
  #showTask(isQuiz, lead) {
    at("task").hidden = !isQuiz;
    at("invitation").hidden = isQuiz;
    at("task").textContent = lead;
  }

  async #askedInQuiz(token) {
    if (!token) return null;
    try {
      return { ...(await ask(`/api/quiz/${encodeURIComponent(token)}`)), token };
    } catch (error) {
      this.#refuse(error);
      return null;
    }
  }

  /** Take everything away that was written, read or asked. */
  clear() {
    this.#backToPaper();
    this.paper.reset();
    this.hints.choose("");
    this.begin(new URLSearchParams());
  }

  #changed(isDrawing) {
    const { paper } = this;
    if (isDrawing && !this.isPassing) this.notice("");
    this.isResting = !isDrawing; // and so what stands on the paper is worth telling to who cannot see it
    at("undo").disabled = !paper.canUndo;
    at("redo").disabled = !paper.canRedo;
    at("clear").disabled = paper.isEmpty;
    at("paper").setAttribute("aria-label", paper.isEmpty ? word("pad_paper") : word("strokes_on_paper", { n: paper.strokes.length }));
    this.#allowSending();
    if (paper.isEmpty) {
      this.live.stop();
      this.#showNothing();
    } else if (room.reads) {
      this.live.look(paper.strokes);
    }
  }

  #allowSending() {
    at("send").disabled = this.isSending || (this.paper.isEmpty && !this.photo.upload);
  }

  // What is read

  #showNothing() {
    this.#showAnswer(word("draw_first"), "");
    at("invitation").classList.remove("gone");
    at("candidates").classList.add("gone");
    this.bars.update([]);
    showSeen("");
    document.dispatchEvent(new Event("emptied")); // an answer that stands there was about something else
  }

  #showReading(reading, ms) {
    if (this.isPassing) this.notice("");
    const [glyph] = reading.glyphs;
    this.#showAnswer(reading.said, glyph.verdict === "not_hiragana" ? "？" : glyph.candidates[0]?.label);
    this.#showGlyph(glyph);
    showSeen(reading.seen);
    at("took").textContent = word("took", { ms: Math.max(1, Math.round(ms)) });
    if (this.isResting) at("spoken").textContent = reading.said;
  }

  #showAnswer(said, letter) {
    at("said").textContent = said;
    at("letter").textContent = letter ?? "";
  }

  #showGlyph(glyph) {
    const candidates = glyph?.candidates ?? [];
    at("invitation").classList.add("gone");
    at("candidates").classList.toggle("gone", !candidates.length);
    this.bars.update(candidates.map(({ label, probability }) => ({ label, share: probability })));
    if (candidates.length) this.#showTypical(candidates[0].label, candidates[1]?.label);
  }

  #showTypical(best, second) {
    const pair = `${best}${second}`;
    if (pair === this.shown) return;
    this.shown = pair;
    const name = word("typical_of", { label: best });
    at("typical-name").textContent = name;
    at("typical").setAttribute("aria-label", name);
    at("typical").hidden = false;
    this.shapes.show(at("typical"), best);
    const compared = second && make("a", { href: pageAddress("/tendencies", { of: best, with: second }) }, word("difference", { one: best, other: second }));
    at("links").replaceChildren(make("a", { href: pageAddress("/tendencies", { of: best }) }, word("about_shape", { label: best })), compared || "");
  }

  // Pictures

  /** Read a photo or a scan instead of the paper. */
  async read(file) {
    if (!file || !isPicture(file)) return this.notice(errorWord("no_picture"));
    if (file.size > LARGEST) return this.notice(errorWord("upload_too_large"));
    this.notice("");
    this.live.stop();
    this.#showNothing();
    this.#showAnswer(word("reading"), "");
    try {
      const reading = await this.photo.read(file);
      const said = word(reading.text ? "read_text" : "read_nothing", { text: reading.text });
      this.#showAnswer(said, [...reading.text].length === 1 ? reading.text : "");
      at("spoken").textContent = said;
      this.#atPaper(false);
      at("photo").scrollIntoView({ block: "nearest" });
    } catch (error) {
      this.#refuse(error);
      this.#backToPaper();
    }
  }

  #backToPaper() {
    this.photo.forget();
    this.#atPaper(true);
    this.#changed(false);
  }

  #atPaper(isThere) {
    at("sheet").hidden = !isThere;
    at("back").hidden = isThere;
    for (const id of ["undo", "redo", "clear", "how"]) at(id).hidden = !isThere;
    document.querySelector(".sight").classList.toggle("of-photo", !isThere);
    this.#allowSending();
  }

  // Sending

  async #send() {
    if (at("send").disabled) return;
    const isFocused = document.activeElement === at("send");
    this.isSending = at("send").disabled = true;
    this.notice("");
    try {
      const [picture, name] = this.photo.upload ? [this.photo.upload, "picture"] : [await this.paper.picture(), "drawing.png"];
      await this.deliver(picture, name, this.quiz);
    } catch (error) {
      this.notice(`${word("not_sent")} ${errorWord(error.code, error.sentence)}`);
    } finally {
      this.isSending = false;
      this.#allowSending();
      if (isFocused) at("send").focus({ preventScroll: true }); // what is disabled loses the focus
    }
  }

  #refuse(error, how) {
    this.notice(errorWord(error.code, error.sentence), how);
  }

  /** Say what is wrong, until something else is done; what is passing, until the paper is read again. */
  notice(text, { isPassing = false } = {}) {
    this.isPassing = isPassing;
    Object.assign(at("desk-notice"), { textContent: text, hidden: !text });
  }

  // The toolbar, and its keys

  #listen() {
    // Whoever draws has left the list of hints or the button: keys go to the paper again, and no ring is drawn around it.
    at("paper").addEventListener("pointerdown", () => document.activeElement?.blur());
    at("undo").addEventListener("click", () => this.paper.undo());
    at("redo").addEventListener("click", () => this.paper.redo());
    at("clear").addEventListener("click", () => this.paper.clear());
    at("send").addEventListener("click", () => this.#send());
    at("pick").addEventListener("click", () => at("desk-file").click());
    at("desk-file").addEventListener("change", () => {
      this.read(at("desk-file").files[0]);
      at("desk-file").value = "";
    });
    at("back").addEventListener("click", () => {
      this.#backToPaper();
      at("paper").focus();
    });
    addEventListener("keydown", (event) => this.isOpen() && this.#key(event));
  }

  #key(event) {
    if (event.target.closest("input, select, textarea") || event.isComposing) return;
    if (at("sheet").hidden && event.key !== "Enter") return; // a photo lies on the paper
    const isCommand = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (isCommand && key === "z") event.shiftKey ? this.paper.redo() : this.paper.undo();
    else if (isCommand && key === "y") this.paper.redo();
    else if (!isCommand && (key === "delete" || key === "backspace")) this.paper.clear();
    else if (!isCommand && key === "enter" && !event.target.closest("a, button")) this.#send();
    else return;
    event.preventDefault();
  }
}

/** What the network saw: 48 × 48 bytes, ink as darkness. */
function showSeen(encoded) {
  const context = at("seen").getContext("2d");
  const pixels = context.createImageData(48, 48);
  const ink = atob(encoded);
  for (let i = 0; i < ink.length; i += 1) pixels.data[4 * i + 3] = ink.charCodeAt(i);
  context.putImageData(pixels, 0, 0);
  at("seen").dataset.seen = encoded ? "yes" : "";
}
