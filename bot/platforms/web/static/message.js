// A message -> elements.

import { buttonRow, choiceElement, entryElement } from "./actions.js";
import { Bars } from "./bars.js";
import { link, make, phrased } from "./elements.js";
import { isForm } from "./sheet.js";
import { language, room } from "./page.js";
import { word } from "./words.js";

const zone = room.timezone;
const LONG_NAME = 14; // characters of a field's name that no longer fit beside its value
const ICON = new URL("./icon.svg", import.meta.url).href;

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

/** A text with its line breaks; web addresses in it become links. */
function prose(text, attributes = {}) {
  return make("p", { dir: "auto", ...attributes }, ...phrased(text));
}

export function messageElement(message, press) {
  const at = new Date(message.at);
  const own = !message.bot;
  const name = own && message.author === "visitor" ? word("you") : message.author;
  const node = make("li", { class: `entry ${own ? "own" : "bot"} kind-${message.is_off ? "off" : message.kind}` });
  Object.assign(node.dataset, { id: message.id, at: message.at, author: message.author, kind: message.kind, revision: message.revision ?? 0 });
  node.append(
    make("p", { class: "day", hidden: true }, make("span", {}, dayName(at))),
    make(
      "article",
      { class: "message" },
      own ? null : make("img", { class: "avatar", src: ICON, alt: "", width: 36, height: 36 }),
      make(
        "div",
        { class: "said", lang: message.bot ? room.locale : null }, // which need not be the page's
        make(
          "header",
          { lang: language },
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

/** Show what came of something pressed in a message: below what it says, within it. Null if that is not in the list. */
export function showWithin(list, message, press) {
  const asked = message.below && list.querySelector(`[data-id="${message.below}"]`);
  if (!asked) return null;
  const node = make("div", { class: "below", role: "group", "aria-label": word("answer_to_press") }, ...content(message, press));
  Object.assign(node.dataset, { id: message.id, kind: message.kind, revision: message.revision ?? 0 });
  asked.querySelector(".below")?.remove();
  asked.querySelector(".said").append(node);
  return node;
}

function content(message, press) {
  const shownOnCards = new Set(message.cards.flatMap((card) => card.buttons).map(buttonKey));
  const own = message.buttons.filter((button) => !shownOnCards.has(buttonKey(button)));
  const pictures = message.pictures.map((one) => picture(one, message.bot));
  return [
    ...(message.bot ? [] : pictures),
    message.lead ? prose(message.lead, { class: message.cards.length ? "lead" : "bubble" }) : null,
    ...message.cards.map((card) => cardElement(card, press)),
    ...(message.bot ? pictures : []), // ours explain what is said above them
    ...(isForm(message)
      ? [formButton(message)]
      : [...message.choices.map((choice) => choiceElement(choice, press)), ...message.entries.map((entry) => entryElement(entry, press))]),
    buttonRow(own, press, { leads: asks(message) }),
  ].filter(Boolean);
}

/** Whether a message waits for something to be done next: an answer, or a character of the quiz. */
function asks(message) {
  return message.kind === "question" || !message.cards.length || message.buttons.some(({ url }) => url.startsWith("/draw"));
}

function formButton(message) {
  const onclick = (event) => event.currentTarget.dispatchEvent(new CustomEvent("fill-in", { bubbles: true, detail: message }));
  return make("button", { type: "button", class: "button", "aria-haspopup": "dialog", onclick }, word("change"));
}

const buttonKey = (button) => `${button.id}\n${button.url}\n${button.label}`;

function picture({ url, shows, parts }, isOurs) {
  if (parts?.length) return partsElement(url, shows, parts);
  const gone = make("p", { class: "bubble gone" }, word("picture_gone"));
  const alt = shows || word(isOurs ? "shown_picture" : "sent_picture");
  const image = make("img", { src: url, alt, class: isOurs ? "picture shown" : "picture" });
  const frame = make("a", { href: url, target: "_blank", rel: "noopener", class: "frame" }, image);
  image.addEventListener("error", () => frame.replaceWith(gone), { once: true });
  return frame;
}

/** A picture laid out anew from its parts, each with a caption that can be read on a phone. */
function partsElement(url, shows, parts) {
  const figures = parts.map(({ caption, box, size }) => {
    const image = make("img", { src: url, alt: "" });
    const [left, top, width, height] = box;
    Object.assign(image.style, { width: `${(100 * size[0]) / width}%`, left: `${(-100 * left) / width}%`, top: `${(-100 * top) / height}%` });
    const crop = make("span", { class: "crop" }, image);
    crop.style.aspectRatio = width / height;
    return make("figure", { class: width > height ? "wide" : null }, crop, make("figcaption", {}, caption));
  });
  return make("div", { class: "parts", role: "group", "aria-label": shows }, ...figures);
}

function cardElement(card, press) {
  return make(
    "section",
    { class: card.bars.length ? "card reading" : "card" },
    card.title ? make("h3", { dir: "auto" }, card.url ? link(card.url, {}, card.title) : card.title) : null,
    card.body ? (card.is_code ? make("pre", { tabindex: 0 }, card.body) : prose(card.body)) : null,
    card.fields.length ? make("dl", { class: card.fields.some(({ name }) => name.length > LONG_NAME) && "stacked" }, ...card.fields.flatMap(fieldElements)) : null,
    card.bars.length ? barList(card.bars) : null,
    buttonRow(card.buttons, press),
  );
}

function fieldElements(field) {
  const value = field.at ? make("time", { datetime: field.at }, field.value) : field.value;
  return [make("dt", { dir: "auto" }, field.name), make("dd", { dir: "auto" }, value)];
}

function barList(shares) {
  const list = make("ul", { class: "bars" });
  new Bars(list, shares.length).update(shares);
  return list;
}
