// Which character is shown faintly on the paper, to be written over: its strokes in their order, or its usual shape.

import { make } from "./elements.js";
import { StrokeHints } from "./hints.js";
import { ROWS } from "./shapes.js";
import { ask } from "./wire.js";
import { errorWord, word } from "./words.js";

const SUGGESTED = 5; // the first characters of so many rows
const at = (id) => document.getElementById(id);

export class HintList {
  constructor(shapes) {
    this.shapes = shapes;
    this.strokes = new StrokeHints(at("model"));
    at("hint").append(make("option", { value: "" }, word("no_hint")), ...ROWS.map(({ letters }) => row([...letters].filter((letter) => letter !== " "))));
    at("hint").addEventListener("change", () => this.#show(at("hint").value));
    at("play").addEventListener("click", () => this.strokes.play());
    at("suggestions").append(...ROWS.slice(0, SUGGESTED).map(({ letters: [letter] }) => make("button", { type: "button", class: "button suggestion", onclick: () => this.choose(letter) }, letter)));
  }

  /** Show how a character is written, "" for none; what is none of ours is passed over. */
  async choose(letter) {
    if (![...at("hint").options].some((option) => option.value === letter)) return;
    at("hint").value = letter;
    await this.#show(letter);
  }

  async #show(letter) {
    this.strokes.show([]);
    at("play").hidden = at("guide").hidden = true;
    at("hint-note").replaceChildren();
    if (!letter) return;
    try {
      const known = await ask(`/api/strokes?of=${encodeURIComponent(letter)}`);
      if (at("hint").value !== letter) return; // another was chosen meanwhile
      if (known.strokes.length) this.#showStrokes(known);
      else await this.#showShape(letter, known);
    } catch (error) {
      at("hint-note").textContent = errorWord(error.code, error.sentence);
    }
  }

  #showStrokes({ strokes, url, attribution }) {
    this.strokes.show(strokes);
    at("play").hidden = false;
    at("hint-note").replaceChildren(word("strokes_from"), " ", make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, attribution));
    this.strokes.play();
  }

  async #showShape(letter, { how_to_get: how }) {
    at("hint-note").replaceChildren(word("no_strokes"), " ", make("code", {}, how));
    await this.shapes.show(at("guide"), letter);
    at("guide").hidden = false;
  }
}

function row(letters) {
  return make("optgroup", { label: word("row_of", { letter: letters[0] }) }, ...letters.map((letter) => make("option", { value: letter }, letter)));
}
