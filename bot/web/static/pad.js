// The drawing pad: black ink on white paper, whatever the theme, drawn with a pen, a finger or a mouse.

const INK = 22; // width of a stroke on a paper of 600

export class Pad {
  constructor(dialog, send) {
    this.dialog = dialog;
    this.send = send;
    this.canvas = dialog.querySelector("canvas");
    this.context = this.canvas.getContext("2d");
    this.buttons = Object.fromEntries(["undo", "clear", "close", "send"].map((name) => [name, dialog.querySelector(`#pad-${name}`)]));
    this.strokes = [];
    this.current = null;
    this.#listen();
    this.#draw();
  }

  open() {
    this.dialog.showModal();
    (this.strokes.length ? this.buttons.send : this.buttons.close).focus();
  }

  #listen() {
    const { canvas, dialog, buttons } = this;
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
      canvas.addEventListener(name, (event) => this.#end(event));
    }
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    buttons.undo.addEventListener("click", () => this.#undo());
    buttons.clear.addEventListener("click", () => this.#clear());
    buttons.close.addEventListener("click", () => dialog.close());
    buttons.send.addEventListener("click", () => this.#finish());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "z") {
        event.preventDefault();
        this.#undo();
      }
    });
  }

  #point(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * this.canvas.width) / box.width, ((event.clientY - box.top) * this.canvas.height) / box.height];
  }

  #begin(event) {
    if (this.current || event.button !== 0) return; // a second finger or a resting palm draws nothing
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.current = { pointer: event.pointerId, points: [this.#point(event)] };
    this.strokes.push(this.current.points);
    this.#draw();
  }

  #move(event) {
    if (this.current?.pointer !== event.pointerId) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const each of passed.length ? passed : [event]) this.current.points.push(this.#point(each));
    this.#draw();
  }

  #end(event) {
    if (this.current?.pointer === event.pointerId) this.current = null;
  }

  #undo() {
    this.strokes.pop();
    this.#draw();
  }

  #clear() {
    this.strokes = [];
    this.#draw();
  }

  #draw() {
    const { context, canvas, buttons } = this;
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    Object.assign(context, { strokeStyle: "#000", lineWidth: INK, lineCap: "round", lineJoin: "round" });
    this.strokes.forEach((points) => this.#stroke(points));
    for (const button of [buttons.undo, buttons.clear, buttons.send]) button.disabled = !this.strokes.length;
  }

  #stroke(points) {
    const { context } = this;
    context.beginPath();
    context.moveTo(...points[0]);
    for (let i = 1; i < points.length - 1; i += 1) {
      const middle = [(points[i][0] + points[i + 1][0]) / 2, (points[i][1] + points[i + 1][1]) / 2];
      context.quadraticCurveTo(...points[i], ...middle);
    }
    context.lineTo(...points.at(-1));
    context.stroke();
  }

  async #finish() {
    const blob = await new Promise((done) => this.canvas.toBlob(done, "image/png"));
    this.dialog.close();
    this.#clear();
    this.send(blob, "drawing.png");
  }
}
