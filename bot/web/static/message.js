// A message -> elements. Texts are other people's words: they enter the page as text, never as markup.

import { word } from "./words.js";

let zone = "Asia/Tokyo";
let language = "ja";

export function useClock(timezone, spoken) {
  zone = timezone || zone;
  language = spoken;
}

/** Create an element; strings among the children become text. */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

export const dayOf = (at) => new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(at);

export function dayName(at) {
  const today = new Date();
  const yesterday = new Date(today.getTime() - 86_400_000);
  if (dayOf(at) === dayOf(today)) return word("today");
  if (dayOf(at) === dayOf(yesterday)) return word("yesterday");
  const year = dayOf(at).slice(0, 4) === dayOf(today).slice(0, 4) ? {} : { year: "numeric" };
  const options = { ...year, month: "long", day: "numeric", weekday: "short", timeZone: zone };
  return new Intl.DateTimeFormat(language, options).format(at);
}

const timeOf = (at) =>
  new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(at);

/** A web address, or null: nothing else may become a link. */
function webAddress(written) {
  try {
    const url = new URL(written, location.href);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

function link(written, attributes, ...children) {
  const href = webAddress(written);
  if (!href) return make("span", attributes, ...children);
  return make("a", { ...attributes, href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/** A text with its line breaks; web addresses in it become links. */
function prose(text, attributes = {}) {
  const node = make("p", { dir: "auto", ...attributes });
  for (const part of text.split(/(https?:\/\/[^\s<>「」（）]+)/)) {
    node.append(/^https?:\/\//.test(part) ? link(part, {}, part) : part);
  }
  return node;
}

export function messageElement(message, press) {
  const at = new Date(message.at);
  const own = !message.bot;
  const name = own && message.author === "visitor" ? word("you") : message.author;
  const node = make("li", { class: `entry ${own ? "own" : "bot"} kind-${message.kind}` });
  node.dataset.id = message.id;
  node.dataset.at = message.at;
  node.dataset.author = message.author;
  node.dataset.kind = message.kind;
  node.append(
    make("p", { class: "day", hidden: true }, make("span", {}, dayName(at))),
    make(
      "article",
      { class: "message" },
      own ? null : make("img", { class: "avatar", src: "/static/icon.svg", alt: "", width: 36, height: 36 }),
      make(
        "div",
        { class: "said" },
        make(
          "header",
          {},
          make("b", { class: own ? "unseen" : "name", dir: "auto" }, name),
          message.bot && message.kind !== "answer" ? make("span", { class: "kind" }, word(`kind_${message.kind}`)) : null,
          make("time", { datetime: message.at }, timeOf(at)),
        ),
        ...content(message, press),
      ),
    ),
  );
  return node;
}

function content(message, press) {
  const shownOnCards = new Set(message.cards.flatMap((card) => card.buttons).map(buttonKey));
  const own = message.buttons.filter((button) => !shownOnCards.has(buttonKey(button)));
  return [
    ...message.images.map(picture),
    message.lead ? prose(message.lead, { class: message.cards.length ? "lead" : "bubble" }) : null,
    ...message.cards.map((card) => cardElement(card, press)),
    buttonRow(own, press),
  ].filter(Boolean);
}

const buttonKey = (button) => `${button.id}\n${button.url}\n${button.label}`;

function picture(address) {
  const gone = make("p", { class: "bubble gone" }, word("picture_gone"));
  const image = make("img", { src: address, alt: word("sent_picture"), class: "picture" });
  const frame = make("a", { href: address, target: "_blank", rel: "noopener", class: "frame" }, image);
  image.addEventListener("error", () => frame.replaceWith(gone), { once: true });
  return frame;
}

function cardElement(card, press) {
  return make(
    "section",
    { class: card.bars.length ? "card reading" : "card" },
    card.title ? make("h3", { dir: "auto" }, card.url ? link(card.url, {}, card.title) : card.title) : null,
    card.body ? prose(card.body) : null,
    card.fields.length ? make("dl", {}, ...card.fields.flatMap(fieldElements)) : null,
    card.bars.length ? make("ul", { class: "bars", "aria-label": word("candidates") }, ...card.bars.map(bar)) : null,
    buttonRow(card.buttons, press),
  );
}

function fieldElements(field) {
  const value = field.at ? make("time", { datetime: field.at }, field.value) : field.value;
  return [make("dt", { dir: "auto" }, field.name), make("dd", { dir: "auto" }, value)];
}

function bar(candidate) {
  const percent = Math.max(0, Math.min(1, candidate.share)) * 100;
  const shown = percent > 99 && percent < 100 ? ">99%" : `${percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)}%`;
  const fill = make("i", {});
  fill.style.width = `${percent}%`;
  return make(
    "li",
    {},
    make("b", { "aria-hidden": "true" }, candidate.label),
    make(
      "span",
      {
        class: "meter",
        role: "meter",
        "aria-label": candidate.label,
        "aria-valuemin": 0,
        "aria-valuemax": 100,
        "aria-valuenow": percent.toFixed(1),
        "aria-valuetext": shown,
      },
      fill,
    ),
    make("span", { class: "percent", "aria-hidden": "true" }, shown),
  );
}

function buttonRow(buttons, press) {
  if (!buttons.length) return null;
  return make("div", { class: "row" }, ...buttons.map((button) => (button.url ? linkButton(button) : actionButton(button, press))));
}

function linkButton(button) {
  const hint = make("span", { class: "unseen" }, ` (${word("opens")})`);
  return link(button.url, { class: "button link" }, button.label, hint);
}

function actionButton(button, press) {
  return make("button", { type: "button", class: "button strong", onclick: (event) => press(button, event.currentTarget) }, button.label);
}
