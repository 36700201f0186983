// The drawing page: puts the parts together.

import { act } from "./actions.js";
import { Bars } from "./bars.js";
import { make } from "./elements.js";
import { isPicture, takeDropped } from "./files.js";
import { StrokeHints } from "./hints.js";
import { Live } from "./live.js";
import { messageElement } from "./message.js";
import { language, pageAddress, ready, room } from "./page.js";
import { Paper, SIDE } from "./paper.js";
import { Photo } from "./photo.js";
import { ROWS, ShapeSheet } from "./shapes.js";
import { answerQuiz, ask, sendPicture } from "./wire.js";
import { errorWord, word } from "./words.js";

const TOP = 10;
const LARGEST = 20 * 1024 * 1024;
const at = (id) => document.getElementById(id);

if (devicePixelRatio > 1) Object.assign(at("paper"), { width: 2 * SIDE, height: 2 * SIDE });
const bars = new Bars(at("bars"), TOP);
const hints = new StrokeHints(at("model"));
const live = new Live({ language, show: showReading, trouble: (error) => notice(errorWord(error.code, error.sentence)) });
const photo = new Photo({ frame: at("photo"), canvas: at("picture"), list: at("found"), choose: showGlyph });
const shapes = new ShapeSheet();
const paper = new Paper(at("paper"), changed);
let isSending = false;
let shown = ""; // the best two candidates
let rests = true; // the pen, and so what stands on the paper is worth telling to who cannot see it

changed(false);
offerHints();
const quiz = await askedInQuiz(new URLSearchParams(location.search).get("quiz"));
if (!room.reads) notice(errorWord("reading_off"));
ready();

function changed(isDrawing) {
  rests = !isDrawing;
  at("undo").disabled = !paper.canUndo;
  at("redo").disabled = !paper.canRedo;
  at("clear").disabled = paper.isEmpty;
  at("paper").setAttribute("aria-label", paper.isEmpty ? word("pad_paper") : word("strokes_on_paper", { n: paper.strokes.length }));
  at("send").disabled = isSending || (paper.isEmpty && !photo.upload);
  if (paper.isEmpty) {
    live.stop();
    showNothing();
  } else if (room.reads) {
    live.look(paper.strokes);
  }
}

function showNothing() {
  showAnswer(word("draw_first"), "");
  bars.update([]);
  showSeen("");
  showTypical(null);
  at("took").textContent = "";
  at("answer").hidden = true; // it was about something else
}

function showReading(reading, ms) {
  notice("");
  const [glyph] = reading.glyphs;
  showAnswer(reading.said, glyph.verdict === "not_hiragana" ? "？" : glyph.candidates[0]?.label);
  showGlyph(glyph);
  showSeen(reading.seen);
  at("took").textContent = word("took", { ms: Math.max(1, Math.round(ms)) });
  if (rests) at("spoken").textContent = reading.said;
}

function showAnswer(said, letter) {
  at("said").textContent = said;
  at("letter").textContent = letter ?? "";
}

function showGlyph(glyph) {
  const candidates = glyph?.candidates ?? [];
  bars.update(candidates.map(({ label, probability }) => ({ label, share: probability })));
  showTypical(candidates[0]?.label ?? null, candidates[1]?.label);
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

function showTypical(best, second) {
  const pair = `${best}${second}`;
  if (pair === shown) return;
  shown = pair;
  at("typical").hidden = !best;
  at("typical-name").textContent = best ? word("typical_of", { label: best }) : "";
  at("links").replaceChildren();
  if (!best) return;
  shapes.show(at("typical"), best);
  at("typical").setAttribute("aria-label", word("typical_of", { label: best }));
  at("links").append(make("a", { href: pageAddress("/tendencies", { of: best }) }, word("about_shape", { label: best })));
  if (second) at("links").append(make("a", { href: pageAddress("/tendencies", { of: best, with: second }) }, word("difference", { one: best, other: second })));
}

// Hints

async function offerHints() {
  const list = at("hint");
  list.append(make("option", { value: "" }, word("no_hint")));
  for (const row of ROWS) {
    const letters = [...row.letters].filter((letter) => letter !== " ");
    list.append(make("optgroup", { label: word("row_of", { letter: letters[0] }) }, ...letters.map((letter) => make("option", { value: letter }, letter))));
  }
  list.addEventListener("change", () => showHint(list.value));
  at("play").addEventListener("click", () => hints.play());
  const asked = new URLSearchParams(location.search).get("hint");
  if (asked && [...list.options].some((option) => option.value === asked)) {
    list.value = asked;
    await showHint(asked);
  }
}

async function showHint(letter) {
  hints.show([]);
  at("play").hidden = true;
  at("hint-note").replaceChildren();
  if (!letter) return;
  try {
    const known = await ask(`/api/strokes?of=${encodeURIComponent(letter)}`);
    if (at("hint").value !== letter) return; // another was chosen meanwhile
    hints.show(known.strokes);
    at("play").hidden = !known.strokes.length;
    const source = make("a", { href: known.url, target: "_blank", rel: "noopener noreferrer" }, known.attribution);
    const missing = [word("no_strokes"), " ", make("code", {}, known.how_to_get)];
    at("hint-note").replaceChildren(...(known.strokes.length ? [word("strokes_from"), " ", source] : missing));
    if (known.strokes.length) hints.play();
  } catch (error) {
    at("hint-note").textContent = errorWord(error.code, error.sentence);
  }
}

// Pictures

async function readFile(file) {
  if (!file || !isPicture(file)) return notice(errorWord("no_picture"));
  if (file.size > LARGEST) return notice(errorWord("upload_too_large"));
  notice("");
  live.stop();
  showNothing();
  showAnswer(word("reading"), "");
  try {
    const reading = await photo.read(file);
    at("sheet").hidden = true;
    const many = word(reading.text ? "read_text" : "read_nothing", { text: reading.text });
    showAnswer(many, [...reading.text].length === 1 ? reading.text : "");
    at("spoken").textContent = many;
    atPaper(false);
    at("photo").scrollIntoView({ block: "nearest" });
  } catch (error) {
    notice(errorWord(error.code, error.sentence));
    backToPaper();
  }
}

function backToPaper() {
  photo.forget();
  atPaper(true);
  changed(false);
}

function atPaper(isThere) {
  at("sheet").hidden = !isThere;
  at("back").hidden = isThere;
  for (const id of ["undo", "redo", "clear", "how"]) at(id).hidden = !isThere;
  document.querySelector(".sight").classList.toggle("of-photo", !isThere);
  at("send").disabled = isSending || (isThere && paper.isEmpty);
}

takeDropped(at("drop"), (files) => readFile(files[0]));
at("pick").addEventListener("click", () => at("file").click());
at("file").addEventListener("change", () => {
  readFile(at("file").files[0]);
  at("file").value = "";
});
addEventListener("paste", (event) => {
  const [file] = [...(event.clipboardData?.files ?? [])].filter(isPicture);
  if (file) readFile(file);
});
at("back").addEventListener("click", () => {
  backToPaper();
  at("paper").focus();
});

// The quiz that a link leads to: what is asked, and where its answer goes

async function askedInQuiz(token) {
  if (!token) return null;
  try {
    const asked = await ask(`/api/quiz/${encodeURIComponent(token)}`);
    Object.assign(at("task"), { textContent: asked.lead, hidden: false });
    at("send").textContent = word("answer_quiz");
    return { ...asked, token };
  } catch (error) {
    notice(errorWord(error.code, error.sentence));
    return null;
  }
}

// To the room

async function send() {
  if (at("send").disabled) return;
  const isFocused = document.activeElement === at("send");
  isSending = at("send").disabled = true;
  notice("");
  try {
    const [picture, name] = photo.upload ? [photo.upload, "picture"] : [await paper.picture(), "drawing.png"];
    const said = await (quiz && !quiz.is_here ? answerQuiz(quiz.token, picture) : sendPicture(picture, name));
    at("list").replaceChildren();
    at("answer").hidden = false;
    said.answers.forEach(hear);
    at("answer").scrollIntoView({ block: "nearest" });
  } catch (error) {
    notice(`${word("not_sent")} ${errorWord(error.code, error.sentence)}`);
  } finally {
    isSending = false;
    at("send").disabled = paper.isEmpty && !photo.upload;
    if (isFocused) at("send").focus({ preventScroll: true }); // what is disabled loses the focus
  }
}

function hear(message) {
  const press = (action, node) => act(action, node, { hear, notice, busy: (change) => at("answer").setAttribute("aria-busy", String(change > 0)) });
  at("list").append(messageElement(message, press));
}

function notice(text) {
  Object.assign(at("notice"), { textContent: text, hidden: !text });
}

// The toolbar, and its keys

// Whoever draws has left the list of hints or the button: keys go to the paper again, and no ring is drawn around it.
at("paper").addEventListener("pointerdown", () => document.activeElement?.blur());

at("undo").addEventListener("click", () => paper.undo());
at("redo").addEventListener("click", () => paper.redo());
at("clear").addEventListener("click", () => paper.clear());
at("send").addEventListener("click", send);

addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea") || event.isComposing) return;
  const isCommand = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (isCommand && key === "z") event.shiftKey ? paper.redo() : paper.undo();
  else if (isCommand && key === "y") paper.redo();
  else if (!isCommand && (key === "delete" || key === "backspace")) paper.clear();
  else if (!isCommand && key === "enter" && !event.target.closest("a, button")) send();
  else return;
  event.preventDefault();
});
