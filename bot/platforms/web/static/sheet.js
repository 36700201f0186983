// Settings over the room: what a message lets somebody choose, where that is more than one thing.

import { choiceElement, entryElement } from "./actions.js";
import { word } from "./words.js";

const at = (id) => document.getElementById(id);

/** Whether a message is a form, which is filled in on the sheet and not within the talk. A page without one has no talk. */
export const isForm = (message) => Boolean(at("settings")) && (message.choices.length > 1 || message.choices.some((choice) => choice.many));

export class Sheet {
  constructor(press) {
    this.press = press;
    this.dialog = at("settings");
    at("settings-close").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
  }

  get isOpen() {
    return this.dialog.open;
  }

  /** Show a form, or what became of it; where that is none, it is shown in the talk. */
  show(message) {
    if (!isForm(message)) return this.dialog.close();
    this.#fill(message);
    at("settings-said").textContent = this.isOpen ? word("saved") : "";
    if (!this.isOpen) this.dialog.showModal();
  }

  /** A message was edited: the one that is shown, perhaps. */
  update(message) {
    if (this.isOpen && this.message.id === message.id && this.message.revision !== message.revision) this.show(message);
  }

  #fill(message) {
    this.message = message;
    Object.assign(at("settings-forms").dataset, { id: message.id, kind: message.kind });
    at("settings-title").textContent = message.lead || message.cards[0]?.title || word("change");
    const forms = [...message.choices.map((choice) => choiceElement(choice, this.press)), ...message.entries.map((entry) => entryElement(entry, this.press))];
    at("settings-forms").replaceChildren(...forms);
  }
}
