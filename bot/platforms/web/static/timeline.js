// The list of messages: in order, each once, with days between them; it stays where the reader is.

import { dayOf, messageElement, showWithin } from "./message.js";
import { word } from "./words.js";

const NEAR = 80; // pixels from the bottom that still count as reading the newest
const TOGETHER = 5 * 60_000; // messages of one author within this time share a name

export class Timeline {
  constructor({ scroller, list, pill, onOlder, press }) {
    Object.assign(this, { scroller, list, pill, onOlder, press });
    this.ids = [];
    this.newest = this.edited = 0;
    this.pinned = true;
    this.place = 0; // where we scrolled to
    this.unread = 0;
    this.loading = false;
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    pill.addEventListener("click", () => this.toBottom(true));
    const follow = new ResizeObserver(() => this.pinned && this.list.children.length && this.#jump());
    follow.observe(scroller);
    for (const child of scroller.children) follow.observe(child);
  }

  get last() {
    return this.newest;
  }

  get first() {
    return this.ids[0];
  }

  has(id) {
    return this.ids[this.#placeOf(id)] === id;
  }

  /** Whether it is shown, within another message perhaps. */
  knows(id) {
    return this.#find(id) !== null;
  }

  /** Show nothing any more. */
  clear() {
    this.list.replaceChildren();
    this.ids = [];
  }

  /** Show a message where it belongs. Returns false if it is there already. */
  add(message, { isNews = true } = {}) {
    const place = this.#placeOf(message.id);
    if (this.ids[place] === message.id) return false;
    this.newest = Math.max(this.newest, message.id);
    this.edited = Math.max(this.edited, message.revision ?? 0);
    if (this.#answerWithin(message, isNews)) return true;
    const node = this.#node(message);
    const next = this.#find(this.ids[place]) ?? this.list.querySelector(".pending");
    this.list.insertBefore(node, next);
    this.ids.splice(place, 0, message.id);
    this.#relate(node);
    if (next) this.#relate(next);
    if (isNews && place === this.ids.length - 1) this.#announce(message);
    return true;
  }

  /** Show what a message says since it was edited. An edit is no news: nothing scrolls, nothing is counted. */
  replace(message) {
    this.edited = Math.max(this.edited, message.revision ?? 0);
    const old = this.#find(message.id);
    if (!old || Number(old.dataset.revision) === (message.revision ?? 0)) return; // it came both ways
    if (this.#answerWithin(message, false)) return;
    const node = this.#node(message);
    node.querySelector(".said").append(...old.querySelectorAll(".below"));
    old.replaceWith(node);
    this.#relate(node);
  }

  /** Show an answer within the message in which something was pressed, if that is here. */
  #answerWithin(message, isNews) {
    const node = showWithin(this.list, message, this.press);
    if (node && isNews) this.show(message.id);
    return node !== null;
  }

  /** Bring what was asked for into view, its beginning if it is too long. */
  show(id) {
    const node = this.#find(id);
    if (!node) return;
    this.pinned = false;
    node.scrollIntoView({ block: "nearest" });
  }

  #find(id) {
    return this.list.querySelector(`[data-id="${id}"]`);
  }

  /** What was taken back says nothing any more, and is not shown. */
  #node(message) {
    const node = messageElement(message, this.press);
    node.hidden = !message.text && !message.images.length;
    return node;
  }

  /** Show older messages above without moving what is being read. */
  addOlder(messages) {
    const before = this.scroller.scrollHeight - this.scroller.scrollTop;
    for (const message of messages) this.add(message, { isNews: false });
    this.scroller.scrollTop = this.scroller.scrollHeight - before;
  }

  /** Put something that is no message (yet) at the end. */
  append(node) {
    this.list.append(node);
    this.toBottom();
  }

  toBottom(smoothly = false) {
    this.pinned = true;
    this.#seen();
    if (smoothly) this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: "smooth" });
    else this.#jump();
  }

  #jump() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.place = this.scroller.scrollTop;
  }

  #placeOf(id) {
    let place = this.ids.length;
    while (place > 0 && this.ids[place - 1] >= id) place -= 1;
    return place;
  }

  #relate(node) {
    if (!node.dataset.id) return;
    const before = node.previousElementSibling?.dataset.id ? node.previousElementSibling : null;
    const at = new Date(node.dataset.at);
    const sameDay = before && dayOf(new Date(before.dataset.at)) === dayOf(at);
    const soon = sameDay && at - new Date(before.dataset.at) < TOGETHER;
    const speaksOn = soon && before.dataset.author === node.dataset.author && node.dataset.kind === "answer";
    node.querySelector(".day").hidden = Boolean(sameDay);
    node.classList.toggle("follows", Boolean(speaksOn && before.dataset.kind === "answer"));
  }

  #announce(message) {
    if (this.pinned) return this.toBottom();
    if (!message.bot) return this.toBottom();
    this.unread += 1;
    this.pill.textContent = word("new_messages", { count: this.unread });
    this.pill.hidden = false;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    // Where we put it ourselves, what grew below since then (a picture that came) is about to be followed.
    this.pinned = scrollHeight - scrollTop - clientHeight < NEAR || (this.pinned && scrollTop === this.place);
    if (this.pinned) this.#seen();
    if (scrollTop < 300 && !this.loading && this.ids.length) {
      this.loading = true;
      this.onOlder(this.first).finally(() => (this.loading = false));
    }
  }

  #seen() {
    this.unread = 0;
    this.pill.hidden = true;
  }
}
