// The desk over the room: fetched once the room is there, and opened by a button or by a link to the writing page.

const at = (id) => document.getElementById(id);
const PAGE = "/draw";

export class Over {
  /** `deliver(picture, name)` says in the room what was written. */
  constructor(deliver) {
    this.deliver = deliver;
    this.dialog = at("desk");
    at("desk-close").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    at("list").addEventListener("click", (event) => this.#follow(event));
  }

  get isOpen() {
    return this.dialog.open;
  }

  /** Fetch the desk while nobody waits for it. */
  prepare() {
    this.desk ??= import("./desk.js").then(({ Desk }) => new Desk({ deliver: (...written) => this.#finish(...written), isOpen: () => this.isOpen }));
    this.desk.catch(() => { this.desk = null; }); // asked for again the next time
    return this.desk;
  }

  async open(query = new URLSearchParams()) {
    const desk = await this.prepare();
    this.dialog.showModal();
    await desk.begin(query);
  }

  async read(file) {
    await (await this.prepare()).read(file);
  }

  /** A link to the writing page opens it here, as long as nobody wants it elsewhere. */
  #follow(event) {
    const link = event.target.closest(`a[href^="${location.origin}${PAGE}"]`);
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    this.open(new URL(link.href).searchParams);
  }

  async #finish(picture, name) {
    this.dialog.close();
    (await this.desk).clear();
    this.deliver(picture, name);
  }
}
