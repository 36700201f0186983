// What a message lets somebody do: press a button, choose of a list, write a line. Each goes back as an action.

import { link, make } from "./elements.js";
import { pressButton } from "./wire.js";
import { errorWord, word } from "./words.js";

const FEW = 6; // options that still fit as buttons

/** `press({id, values}, node)` is called with the control that was used. */
export function buttonRow(buttons, press) {
  if (!buttons.length) return null;
  return make("div", { class: "row" }, ...buttons.map((button) => (button.url ? linkButton(button) : actionButton(button, press))));
}

function linkButton(button) {
  const hint = button.url.startsWith("/") ? null : make("span", { class: "unseen" }, ` (${word("opens")})`);
  return link(button.url, { class: `button link${button.quiet ? " quiet" : ""}` }, button.label, hint);
}

function actionButton(button, press) {
  const onclick = (event) => press({ id: button.id, values: [] }, event.currentTarget);
  return make("button", { type: "button", class: `button ${button.quiet ? "quiet" : "strong"}`, onclick }, button.label);
}

export function choiceElement(choice, press) {
  if (choice.many) return ticks(choice, press);
  return choice.options.length <= FEW ? optionButtons(choice, press) : optionList(choice, press);
}

function optionButtons(choice, press) {
  const buttons = choice.options.map((option) => {
    const onclick = (event) => press({ id: choice.id, values: [option.value] }, event.currentTarget);
    return make("button", { type: "button", class: "button", "aria-pressed": String(option.chosen), onclick }, option.label);
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
  const take = make("button", { class: "button strong" }, choice.act || word("choose"));
  const onsubmit = (event) => {
    event.preventDefault();
    if (list.selectedOptions[0]?.value || isChosen) press({ id: choice.id, values: [list.value] }, take);
    else list.focus();
  };
  return make("form", { class: "asked", onsubmit }, make("label", { "aria-hidden": "true" }, choice.label), make("div", { class: "row" }, list, take));
}

function ticks(choice, press) {
  const boxes = choice.options.map((option) => make("input", { type: "checkbox", value: option.value, checked: option.chosen }));
  const take = make("button", { class: "button strong" }, choice.act || word("apply"));
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
  const message = node.closest(".said");
  const controls = [...message.querySelectorAll("button, .asked input, .asked select")];
  const focused = message.contains(document.activeElement) ? document.activeElement : null;
  const were = controls.map((control) => control.disabled);
  const wake = () => controls.forEach((control, i) => (control.disabled = were[i]));
  controls.forEach((control) => (control.disabled = true));
  busy(1);
  try {
    const said = await pressButton(action.id, action.values);
    if (message.closest(".entry").dataset.kind !== "question") wake();
    if (!node.classList.contains("chosen")) node.append(make("span", { class: "unseen" }, ` (${word("answered")})`));
    node.classList.add("chosen");
    [said, ...said.answers].forEach(hear);
  } catch (error) {
    wake();
    notice(errorWord(error.code, error.sentence));
  } finally {
    busy(-1);
    if (document.activeElement === document.body) focused?.focus({ preventScroll: true }); // what rests loses the focus
  }
}
