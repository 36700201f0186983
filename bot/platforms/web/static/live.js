// A drawing read while it grows: one request at a time, and always of the newest drawing.

import { readDrawing } from "./wire.js";

const REST = 60; // milliseconds from one request to the next: the eye sees no more, and others want to be read as well
const AFTER_TROUBLE = 500;
const MOST_POINTS = 3_000; // of a drawing that is sent; a longer one is sent with fewer of its points

export class Live {
  /** `show(reading, ms)` gets every answer that is still about what stands on the paper, `trouble(error)` what failed. */
  constructor({ language, show, trouble }) {
    Object.assign(this, { language, show, trouble });
    this.wanted = null;
    this.isAsking = false;
    this.turn = 0;
  }

  /** Read this drawing next. */
  look(strokes) {
    this.wanted = strokes;
    if (!this.isAsking) this.#ask();
  }

  /** There is nothing to read any more: an answer that is on its way comes too late. */
  stop() {
    this.wanted = null;
    this.turn += 1;
  }

  async #ask() {
    this.isAsking = true;
    while (this.wanted) {
      const rest = this.#once(this.wanted);
      this.wanted = null;
      await rest;
    }
    this.isAsking = false;
  }

  async #once(strokes) {
    const { turn } = this;
    const began = performance.now();
    let rest = REST;
    try {
      const reading = await readDrawing(encoded(strokes), this.language);
      if (turn === this.turn) {
        this.show(reading, performance.now() - began);
        performance.clearMeasures("reading");
        performance.measure("reading", { start: began });
      }
    } catch (error) {
      rest = AFTER_TROUBLE;
      if (turn === this.turn) {
        this.trouble(error);
        if (error.code === "busy" || error.code === "network") this.wanted ??= strokes;
      }
    }
    await new Promise((done) => setTimeout(done, Math.max(0, began + rest - performance.now())));
  }
}

/** Strokes as flat lists of whole numbers. */
function encoded(strokes) {
  const count = strokes.reduce((sum, stroke) => sum + stroke.length, 0);
  const step = Math.ceil(count / MOST_POINTS);
  return strokes.map((stroke) => stroke.filter((_, i) => i % step === 0 || i === stroke.length - 1).flat().map(Math.round));
}
