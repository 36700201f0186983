// How a character is written, faintly on the paper: all its strokes with their numbers, or one after the other.

import { SIDE } from "./paper.js";

const FAINT = "#f0d9c3";
const NOW = "#e8955f";
const NUMBER = "#b3541e";
const BROAD = 26;
const LIFT = 220; // milliseconds between two strokes
const SPEED = 0.62; // of the paper's side, a second

export class StrokeHints {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.context.setTransform(canvas.width / SIDE, 0, 0, canvas.height / SIDE, 0, 0);
    this.strokes = [];
    this.shown = 0;
    this.frame = 0;
  }

  /** Show a character's strokes, each a list of [x, y] in a square of side 1; none to show nothing. */
  show(strokes) {
    cancelAnimationFrame(this.frame);
    this.shown = 0;
    this.canvas.classList.toggle("shown", strokes.length > 0); // an empty sheet over the paper would slow the pen down
    this.strokes = strokes.map((stroke) => stroke.map(([x, y]) => [x * SIDE, y * SIDE]));
    this.#draw();
  }

  /** Write it stroke by stroke; for who wants nothing to move, one stroke each time. */
  play() {
    cancelAnimationFrame(this.frame);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.shown = (this.shown % this.strokes.length) + 1;
      this.#draw(this.strokes.slice(0, this.shown));
      return;
    }
    const lengths = this.strokes.map(lengthOf);
    const began = performance.now();
    const step = (now) => {
      let left = now - began;
      const written = [];
      for (const [i, stroke] of this.strokes.entries()) {
        if (left <= 0) break;
        const takes = (lengths[i] / SIDE / SPEED) * 1000;
        written.push(left >= takes ? stroke : begun(stroke, (lengths[i] * left) / takes));
        left -= takes + LIFT;
      }
      this.#draw(written);
      if (left < 600) this.frame = requestAnimationFrame(step);
      else this.#draw();
    };
    this.frame = requestAnimationFrame(step);
  }

  #draw(written = []) {
    const { context } = this;
    context.clearRect(0, 0, SIDE, SIDE);
    Object.assign(context, { lineCap: "round", lineJoin: "round", lineWidth: BROAD });
    for (const stroke of this.strokes) line(context, stroke, FAINT);
    for (const stroke of written) line(context, stroke, NOW);
    Object.assign(context, { fillStyle: NUMBER, font: "700 22px system-ui, sans-serif", textAlign: "center", textBaseline: "middle" });
    this.strokes.forEach((stroke, i) => context.fillText(i + 1, ...beside(stroke)));
  }
}

function line(context, points, colour) {
  context.strokeStyle = colour;
  context.beginPath();
  context.moveTo(...points[0]);
  for (const point of points.slice(1)) context.lineTo(...point);
  context.stroke();
}

/** A place for the number: before the point where the pen is set down. */
function beside(stroke) {
  const [start, later] = [stroke[0], stroke[Math.min(3, stroke.length - 1)]];
  const length = Math.hypot(later[0] - start[0], later[1] - start[1]) || 1;
  const away = (axis) => Math.max(14, Math.min(SIDE - 14, start[axis] - ((later[axis] - start[axis]) / length) * 30));
  return [away(0), away(1)];
}

const lengthOf = (stroke) => stroke.slice(1).reduce((sum, point, i) => sum + Math.hypot(point[0] - stroke[i][0], point[1] - stroke[i][1]), 0);

function begun(stroke, length) {
  const part = [stroke[0]];
  for (let i = 1, left = length; i < stroke.length && left > 0; i += 1) {
    const [from, to] = [stroke[i - 1], stroke[i]];
    const step = Math.hypot(to[0] - from[0], to[1] - from[1]);
    const share = step ? Math.min(1, left / step) : 1;
    part.push([from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]);
    left -= step;
  }
  return part;
}
