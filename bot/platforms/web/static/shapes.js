// The shapes that the network knows: each a cell of a sheet, drawn in the colour of the text around it.

import { make } from "./elements.js";
import { ask } from "./wire.js";

/** The fifty sounds, row by row, as every classroom has them; a space where there is no sound. */
export const ROWS = ["あいうえお", "かきくけこ", "さしすせそ", "たちつてと", "なにぬねの", "はひふへほ", "まみむめも", "や ゆ よ", "らりるれろ", "わゐ ゑを", "ん ゔ  "]
  .concat(["がぎぐげご", "ざじずぜぞ", "だぢづでど", "ばびぶべぼ", "ぱぴぷぺぽ"])
  .map((letters) => ({ letters }));

/** What stands in the sheets; asked for once, when a shape is first wanted. */
export class ShapeSheet {
  async facts() {
    this.asked ??= ask("/api/tendencies").catch((error) => {
      this.asked = null;
      throw error;
    });
    return this.asked;
  }

  /** Give an element the shape of a label: its most typical (0), or another of its exemplars. */
  async show(node, label, exemplar = 0) {
    const facts = await this.facts().catch(() => null);
    if (facts) place(node, "exemplars", facts.labels.indexOf(label), facts.labels.length, exemplar, facts.exemplars);
  }

  /** Give it the mean of everything that training sees of a label. */
  async showAverage(node, label) {
    const facts = await this.facts();
    place(node, "averages", facts.labels.indexOf(label), facts.labels.length, 0, 1);
  }

  /** Elements with pictures of one label that look like another; none of a pair that is rare. */
  async lookalikes(written, read) {
    const facts = await this.facts();
    const row = facts.lookalikes.findIndex((pair) => pair[0] === written && pair[1] === read);
    if (row < 0) return [];
    return [0, 1, 2].map((column) => {
      const shape = make("span", { class: "shape" });
      place(shape, "lookalikes", row, facts.lookalikes.length, column, 3);
      return make("span", { class: "tile" }, shape);
    });
  }
}

function place(node, sheet, row, rows, column, columns) {
  const along = (index, count) => (count > 1 ? (index / (count - 1)) * 100 : 0);
  node.dataset.sheet = sheet;
  node.style.maskSize = `${columns * 100}% ${rows * 100}%`;
  node.style.maskPosition = `${along(column, columns)}% ${along(row, rows)}%`;
}
