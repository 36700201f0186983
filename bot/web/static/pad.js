// The room's drawing pad: a sheet of paper in a dialog.

import { Paper } from "./paper.js";

export class Pad {
  constructor(dialog, send) {
    this.dialog = dialog;
    this.send = send;
    this.buttons = Object.fromEntries(["undo", "clear", "close", "send"].map((name) => [name, dialog.querySelector(`#pad-${name}`)]));
    this.paper = new Paper(dialog.querySelector("canvas"), () => this.#changed());
    this.#listen();
    this.#changed();
  }

  open() {
    this.dialog.showModal();
    (this.paper.isEmpty ? this.buttons.close : this.buttons.send).focus();
  }

  #listen() {
    const { buttons, dialog } = this;
    buttons.undo.addEventListener("click", () => this.paper.undo());
    buttons.clear.addEventListener("click", () => this.paper.clear());
    buttons.close.addEventListener("click", () => dialog.close());
    buttons.send.addEventListener("click", () => this.#finish());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
      event.preventDefault();
      if (event.shiftKey) this.paper.redo();
      else this.paper.undo();
    });
  }

  #changed() {
    const { buttons, paper } = this;
    buttons.undo.disabled = !paper.canUndo;
    buttons.clear.disabled = buttons.send.disabled = paper.isEmpty;
  }

  async #finish() {
    const picture = this.paper.picture(); // a busy browser packs it in its own time: nobody waits for that
    this.dialog.close();
    this.paper.reset();
    this.send(await picture, "drawing.png");
  }
}
