// What a message lets somebody do: press a button, choose of a list, write a line. Each goes back as an action.

import { link, make } from "./elements.js";
import { pressButton } from "./wire.js";
import { errorWord, word } from "./words.js";

const FEW = 6; // options that still fit as buttons
const MOST_STEPS = 2; // of more than these none is the next one
const TICK = "✓ "; // what the label of a switch begins with while it is on

/** `press({id, values}, node)` is called with the control that was used. One button of a message at most `leads`: it is
 *  filled, as the next step; others have an outline, and quiet ones are underlined. */
export function buttonRow(buttons, press, { leads = false } = {}) {
  if (!buttons.length) return null;
  const steps = buttons.filter((button) => !button.quiet && (!button.url || isOurs(button.url)));
  const first = leads && steps.length <= MOST_STEPS ? steps[0] : null;
  return make("div", { class: "row" }, ...buttons.map((button) => (button.url ? linkButton(button, button === first) : actionButton(button, press, button === first))));
}

const isOurs = (url) => url.startsWith("/");
const rank = (button, isFirst) => (button.quiet ? " quiet" : isFirst ? " strong" : "");

function linkButton(button, isFirst) {
  const hint = isOurs(button.url) ? null : make("span", { class: "unseen" }, ` (${word("opens")})`);
  return link(button.url, { class: `button link${rank(button, isFirst)}` }, button.label, hint);
}

function actionButton(button, press, isFirst) {
  const onclick = (event) => press({ id: button.id, values: [] }, event.currentTarget);
  const isOn = !button.quiet && button.label.startsWith(TICK);
  const label = isOn ? button.label.slice(TICK.length) : button.label;
  return make("button", { type: "button", class: `button${rank(button, isFirst)}`, "aria-pressed": isOn && "true", "data-control": button.id, onclick }, label);
}

export function choiceElement(choice, press) {
  if (choice.many) return ticks(choice, press);
  return choice.options.length <= FEW ? optionButtons(choice, press) : optionList(choice, press);
}

function optionButtons(choice, press) {
  const buttons = choice.options.map((option) => {
    const onclick = (event) => press({ id: choice.id, values: [option.value] }, event.currentTarget);
    return make("button", { type: "button", class: "button", "aria-pressed": String(option.chosen), "data-control": `${choice.id} ${option.value}`, onclick }, option.label);
  });
  return make("fieldset", { class: "asked" }, make("legend", {}, choice.label), make("div", { class: "row" }, ...buttons));
}

function optionList(choice, press) {
  const isChosen = choice.options.some((option) => option.chosen);
  const list = make(
    "select",
    { class: "field", "aria-label": choice.label },
    isChosen ? null : make("option", { value: "", selected: true, disabled: true }, word("choose_one")),
    ...choice.options.map((option) => make("option", { value: option.value, selected: option.chosen }, option.label)),
  );
  const take = make("button", { class: "button strong", "data-control": choice.id }, choice.act || word("choose"));
  const onsubmit = (event) => {
    event.preventDefault();
    if (list.selectedOptions[0]?.value || isChosen) press({ id: choice.id, values: [list.value] }, take);
    else list.focus();
  };
  return make("form", { class: "asked", onsubmit }, make("label", { "aria-hidden": "true" }, choice.label), make("div", { class: "row" }, list, take));
}

function ticks(choice, press) {
  const boxes = choice.options.map((option) => make("input", { type: "checkbox", value: option.value, checked: option.chosen }));
  const take = make("button", { class: "button strong", "data-control": choice.id }, choice.act || word("apply"));
  const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value);
  const check = () => (take.disabled = chosen().length < choice.least);
  const onsubmit = (event) => {
    event.preventDefault();
    press({ id: choice.id, values: chosen() }, take);
  };
  check();
  return make(
    "form",
    { onsubmit, onchange: check },
    make(
      "fieldset",
      { class: "asked" },
      make("legend", {}, choice.label),
      ...choice.options.map((option, i) => make("label", { class: "tick" }, boxes[i], option.label)),
      make("div", { class: "row" }, take),
    ),
  );
}

/** A button, in whose place a line can be written once it is pressed. */
export function entryElement(entry, press) {
  const field = make("input", { class: "field", "aria-label": entry.question, placeholder: entry.example, maxlength: 2000, autocomplete: "off", enterkeyhint: "send" });
  const send = make("button", { class: "button strong" }, word("send"));
  const open = make("button", { type: "button", class: "button", "aria-expanded": "false" }, entry.label);
  const close = make("button", { type: "button", class: "button quiet" }, word("cancel"));
  const form = make("form", { class: "asked", hidden: true }, make("label", { "aria-hidden": "true" }, entry.question), make("div", { class: "row" }, field, send, close));
  const show = (isOpen) => {
    form.hidden = !isOpen;
    open.hidden = isOpen;
    open.setAttribute("aria-expanded", String(isOpen));
    (isOpen ? field : open).focus();
  };
  open.addEventListener("click", () => show(true));
  close.addEventListener("click", () => show(false));
  form.addEventListener("keydown", (event) => event.key === "Escape" && show(false));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) press({ id: entry.id, values: [field.value.trim()] }, send);
    else field.focus();
  });
  return make("div", { class: "entry-line" }, open, form);
}

/** Do what a control asks. The message's controls rest meanwhile; a question is answered once. */
export async function act(action, node, { hear, notice, busy }) {
  const message = node.closest("[data-id]");
  const controls = [...message.querySelectorAll("button, .asked input, .asked select")].filter((control) => control.closest("[data-id]") === message);
  const focused = message.contains(document.activeElement) ? document.activeElement : null;
  const were = controls.map((control) => control.disabled);
  const wake = () => controls.forEach((control, i) => (control.disabled = were[i]));
  controls.forEach((control) => (control.disabled = true));
  busy(1);
  try {
    const said = await pressButton(action.id, action.values, Number(message.dataset.id));
    if (message.dataset.kind !== "question") wake();
    if (!node.classList.contains("chosen")) node.append(make("span", { class: "unseen" }, ` (${word("answered")})`));
    for (const other of controls) other.classList.toggle("chosen", other === node);
    [said, ...said.answers].forEach(hear);
  } catch (error) {
    wake();
    notice(errorWord(error.code, error.sentence));
  } finally {
    busy(-1);
    if (focused && document.activeElement !== focused) again(focused)?.focus({ preventScroll: true }); // what rests loses the focus
  }
}

/** The control that was used, or the one that stands in its place since the message was edited. */
const again = (focused) => (focused.isConnected ? focused : document.querySelector(`[data-control="${CSS.escape(focused.dataset.control)}"]`));
