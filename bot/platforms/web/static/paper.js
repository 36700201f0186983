// The paper: black ink on white, whatever the theme, drawn with a pen, a finger or a mouse. What was drawn is never
// straightened: a stroke is every place where the pen was, joined by the shortest curves.

export const SIDE = 600; // strokes are told in places on a paper of 600 × 600
const PEN = 22; // the width of a stroke
const LIGHTEST = 0.4; // of that width, for a pen that knows how hard it is pressed
const HARDER = 1.2;

/** `changed(isDrawing)` is told of every bit of a stroke, and of undo, redo and clear. */
export class Paper {
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.context = canvas.getContext("2d");
    this.states = [[]]; // each a list of strokes, so that clearing can be undone as well
    this.place = 0;
    this.current = null;
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
      canvas.addEventListener(name, (event) => this.#end(event));
    }
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    draw(this.context, this.strokes);
  }

  /** Each stroke a list of [x, y, width]. */
  get strokes() {
    return this.states[this.place];
  }

  get isEmpty() {
    return this.strokes.length === 0;
  }

  get canUndo() {
    return this.place > 0;
  }

  get canRedo() {
    return this.place < this.states.length - 1;
  }

  undo() {
    this.#go(-1);
  }

  redo() {
    this.#go(1);
  }

  clear() {
    if (this.isEmpty || this.current) return;
    this.#keep([]);
    this.#show();
  }

  /** Begin anew, with nothing to undo. */
  reset() {
    this.current = null;
    this.states = [[]];
    this.place = 0;
    this.#show();
  }

  /** The drawing as a PNG of 600 × 600. */
  picture() {
    const sheet = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
    draw(sheet.getContext("2d"), this.strokes);
    return new Promise((done) => sheet.toBlob(done, "image/png"));
  }

  #go(step) {
    if (this.current || !this.states[this.place + step]) return;
    this.place += step;
    this.#show();
  }

  #keep(strokes) {
    this.states.splice(this.place + 1, Infinity, strokes);
    this.place += 1;
  }

  #show() {
    draw(this.context, this.strokes);
    this.changed(false);
  }

  #begin(event) {
    if (this.current || event.button !== 0) return; // a second finger or a resting palm draws nothing
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.current = { pointer: event.pointerId, stroke: [this.#point(event)] };
    this.#keep([...this.strokes, this.current.stroke]);
    dot(this.context, this.current.stroke[0]);
    this.changed(true);
  }

  #move(event) {
    if (this.current?.pointer !== event.pointerId) return;
    const { stroke } = this.current;
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const each of passed.length ? passed : [event]) {
      stroke.push(this.#point(each));
      piece(this.context, stroke, stroke.length - 1);
    }
    this.changed(true);
  }

  #end(event) {
    if (this.current?.pointer !== event.pointerId) return;
    lastPiece(this.context, this.current.stroke);
    this.current = null;
    this.changed(false);
  }

  #point(event) {
    const box = this.canvas.getBoundingClientRect();
    const isFelt = event.pointerType === "pen" && event.pressure > 0;
    const width = isFelt ? PEN * (LIGHTEST + HARDER * event.pressure) : PEN;
    return [((event.clientX - box.left) * SIDE) / box.width, ((event.clientY - box.top) * SIDE) / box.height, width];
  }
}

function draw(context, strokes) {
  const { width, height } = context.canvas;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.setTransform(width / SIDE, 0, 0, height / SIDE, 0, 0);
  Object.assign(context, { fillStyle: "#000", strokeStyle: "#000", lineCap: "round", lineJoin: "round" });
  for (const stroke of strokes) {
    dot(context, stroke[0]);
    for (let i = 1; i < stroke.length; i += 1) piece(context, stroke, i);
    lastPiece(context, stroke);
  }
}

function dot(context, [x, y, width]) {
  context.beginPath();
  context.arc(x, y, width / 2, 0, 2 * Math.PI);
  context.fill();
}

const between = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

/** What the pen's step to a point settles: the curve around the point before, from middle to middle. */
function piece(context, stroke, i) {
  const [before, here] = [stroke[i - 1], stroke[i]];
  const end = between(before, here);
  context.beginPath();
  context.lineWidth = before[2];
  if (i === 1) {
    context.moveTo(before[0], before[1]);
    context.lineTo(...end);
  } else {
    context.moveTo(...between(stroke[i - 2], before));
    context.quadraticCurveTo(before[0], before[1], ...end);
  }
  context.stroke();
}

function lastPiece(context, stroke) {
  if (stroke.length < 2) return;
  const [before, last] = stroke.slice(-2);
  context.beginPath();
  context.lineWidth = last[2];
  context.moveTo(...between(before, last));
  context.lineTo(last[0], last[1]);
  context.stroke();
}
