// The room: puts the parts together.

import { act } from "./actions.js";
import { make, phrased } from "./elements.js";
import { isPicture, takeDropped } from "./files.js";
import { Over } from "./over.js";
import { ready, room } from "./page.js";
import { Sheet, isForm } from "./sheet.js";
import { Timeline } from "./timeline.js";
import { News, ask, sendPicture, sendText } from "./wire.js";
import { errorWord, word } from "./words.js";

const PAGE = 60; // messages loaded at once
const LARGEST = 20 * 1024 * 1024;
const ERASES = "teach:erase"; // what is erased leaves the page, too
const at = (id) => document.getElementById(id);

const { community } = room;
let unseen = 0;
let waiting = 0;

const timeline = new Timeline({ scroller: at("scroller"), list: at("list"), pill: at("pill"), onOlder: loadOlder, press });
const news = new News({ last: () => timeline.last, edited: () => timeline.edited, hear, correct, trouble });
const over = new Over(deliverPicture);
const sheet = new Sheet(press);

start();

async function start() {
  await loadNewest();
  at("log").setAttribute("aria-live", "polite");
  ready();
  news.follow();
  over.prepare().catch(() => {});
}

async function loadNewest() {
  try {
    const { messages } = await ask(`/api/messages?limit=${PAGE}`);
    for (const message of messages) timeline.add(message, { isNews: false });
    if (messages.length) timeline.toBottom();
    trouble(false);
  } catch {
    trouble(true, "load_failed");
  }
  showWelcome();
}

async function loadOlder(first) {
  try {
    timeline.addOlder((await ask(`/api/messages?limit=${PAGE}&before=${first}`)).messages);
  } catch {
    // The notice of trouble tells already; scrolling on tries again.
  }
}

function showWelcome() {
  at("welcome").hidden = timeline.ids.length > 0 || at("list").children.length > 0;
}

function hear(message, { isAnswered = false } = {}) {
  if (timeline.knows(message.id)) return correct(message);
  if (!message.bot && !isAnswered && !timeline.has(message.id)) settle(message);
  if (timeline.add(message) && message.bot && document.hidden) {
    unseen += 1;
    document.title = `(${unseen}) ${community}`;
  }
  showWelcome();
}

/** Show what a message says since it was edited. */
function correct(message) {
  timeline.replace(message);
  sheet.update(message);
}

at("list").addEventListener("fill-in", (event) => sheet.show(event.detail));

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  document.title = community;
});

let troubleTimer;
function trouble(isCutOff, name = "offline") {
  clearTimeout(troubleTimer);
  if (!isCutOff) at("trouble").hidden = true;
  // A reconnect within two seconds is nothing to worry anybody with.
  else troubleTimer = setTimeout(() => Object.assign(at("trouble"), { textContent: word(name), hidden: false }), 2000);
}

// Sending: what is said stands in the list at once, and stays there with a way to try again if it did not arrive.

const pending = new Map();

function deliverText(text) {
  deliver({ text, send: () => sendText(text), show: make("p", { class: "bubble", dir: "auto" }, text) });
}

function deliverPicture(blob, name) {
  if (blob.size > LARGEST) return notice(errorWord("upload_too_large"));
  const preview = URL.createObjectURL(blob);
  const image = make("img", { class: "picture", src: preview, alt: word("sent_picture") });
  image.addEventListener("error", () => image.replaceWith(make("p", { class: "bubble" }, name)), { once: true });
  deliver({ text: "", preview, send: () => sendPicture(blob, name), show: make("div", { class: "frame" }, image) });
}

function deliver(letter) {
  const state = make("p", { class: "state" }, word("sending"));
  const node = make("li", { class: "entry own pending" }, make("article", { class: "message" }, make("div", { class: "said" }, letter.show, state)));
  pending.set(node, letter);
  timeline.append(node);
  showWelcome();
  attempt(node, letter, state);
}

async function attempt(node, letter, state) {
  notice("");
  state.replaceChildren(word("sending"));
  typing(1);
  try {
    const said = await letter.send();
    forget(node);
    hear(said, { isAnswered: true });
    said.answers.forEach((answer) => hear(answer));
    const form = said.answers.find(isForm);
    if (form) sheet.show(form);
    if (!said.answers.length && !said.images.length) notice(word("not_a_command"), false);
  } catch (error) {
    node.classList.add("failed");
    const again = make("button", { type: "button", class: "button", onclick: () => (node.classList.remove("failed"), attempt(node, letter, state)) }, word("again"));
    const drop = make("button", { type: "button", class: "button", onclick: () => (forget(node), showWelcome()) }, word("drop_it"));
    state.replaceChildren(`${word("not_sent")} ${errorWord(error.code, error.sentence)} `, again, drop);
    timeline.toBottom();
  } finally {
    typing(-1);
  }
}

/** A message of ours came through the stream before its request was answered: it need not stand there twice. */
function settle(message) {
  for (const [node, letter] of pending) {
    if (letter.text === message.text && Boolean(letter.preview) === message.images.length > 0) return forget(node);
  }
}

function forget(node) {
  const letter = pending.get(node);
  if (letter?.preview) URL.revokeObjectURL(letter.preview);
  pending.delete(node);
  node.remove();
}

function typing(change) {
  waiting += change;
  at("typing").hidden = waiting === 0;
}

function press(action, node) {
  const show = async (message) => {
    if (action.id === ERASES) {
      timeline.clear();
      await loadNewest();
    }
    hear(message, { isAnswered: true });
    if (isForm(message) || sheet.isOpen) sheet.show(message);
    timeline.show(message.id);
  };
  return act(action, node, { hear: show, notice, busy: typing });
}

let noticeTimer;
function notice(text, isError = true) {
  clearTimeout(noticeTimer);
  at("notice").replaceChildren(...phrased(text));
  at("notice").hidden = !text;
  at("notice").classList.toggle("hint", !isError);
  if (text) noticeTimer = setTimeout(() => notice(""), 12_000);
}

// The composer.

const text = at("text");
const grow = () => {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
};
text.addEventListener("input", grow);
text.addEventListener("keydown", (event) => {
  // While an input method is composing, Enter chooses a candidate; Safari reports that Enter only as key code 229.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  at("composer").requestSubmit();
});
at("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const said = text.value.trim();
  if (!said) return text.focus();
  text.value = "";
  grow();
  deliverText(said);
});

for (const button of document.querySelectorAll("[data-command]")) {
  button.addEventListener("click", () => deliverText(word(`command_${button.dataset.command}`)));
}
for (const button of document.querySelectorAll("[data-draw]")) button.addEventListener("click", () => over.open());
for (const button of document.querySelectorAll("[data-pick]")) button.addEventListener("click", () => at("file").click());

at("file").addEventListener("change", () => {
  deliverFiles(at("file").files);
  at("file").value = "";
});

function deliverFiles(files) {
  const pictures = [...files].filter(isPicture);
  if (!pictures.length) notice(errorWord("no_picture"));
  for (const file of pictures.slice(0, 5)) deliverPicture(file, file.name);
}

addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
  if (!files.length) return;
  event.preventDefault();
  takeFiles(files);
});

takeDropped(at("drop"), takeFiles);

/** Over the room a picture is read first; else it is sent. */
function takeFiles(files) {
  if (over.isOpen) over.read(files[0]);
  else deliverFiles(files);
}
