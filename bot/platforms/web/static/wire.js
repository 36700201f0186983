// Talking with the server: requests, and a stream of news that comes back by itself.

const language = document.documentElement.lang; // in which the server says what went wrong
const POLL = 20_000; // while the page is hidden, or the stream is refused
const SLOWEST_RETRY = 30_000;

export class Refused extends Error {
  constructor(code, sentence) {
    super(sentence ?? code);
    this.code = code;
    this.sentence = sentence;
  }
}

export async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...options, headers: { "Accept-Language": language, ...options.headers } });
  } catch {
    throw new Refused("network");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer.code ?? "broken", answer.error);
  return answer;
}

export const sendText = (text) => ask("/api/messages", asJson({ text }));

/** Press, choose or write something in a message: its answer stands there. */
export const pressButton = (id, values = [], message = null) => ask("/api/actions", asJson({ id, values, message }));

export function sendPicture(blob, name) {
  const body = new FormData();
  body.append("file", blob, name);
  return ask("/api/messages", { method: "POST", body });
}

/** Read a picture, and nothing else: the room hears nothing of it. */
export const readPicture = (blob, top) => ask(`/api/read?top=${top}`, { method: "POST", body: blob });

/** Answer the quiz of a link that came from another platform. */
export const answerQuiz = (token, blob) => ask(`/api/quiz/${encodeURIComponent(token)}`, { method: "POST", body: blob });

/** Read a drawing; see paper.js for its strokes. */
export const readDrawing = (strokes, language) => ask(`/api/draw?lang=${language}`, asJson({ strokes }));

const asJson = (content) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(content),
});

/** Keeps the page informed. `last()` is the newest id it knows, `edited()` the newest edit, `hear` gets each message,
 *  `correct` each one that was edited, `trouble` whether we are cut off. */
export class News {
  constructor({ last, edited, hear, correct, trouble }) {
    Object.assign(this, { last, edited, hear, correct, trouble });
    this.wait = 1000;
    document.addEventListener("visibilitychange", () => this.follow());
    addEventListener("online", () => this.follow());
    addEventListener("pagehide", () => this.#close());
    addEventListener("pageshow", (event) => event.persisted && this.follow());
  }

  /** Listen while the page is seen. A hidden one only looks now and then: browsers allow few open streams to a host. */
  follow() {
    this.#close();
    if (document.hidden) this.timer = setTimeout(() => this.#look(), POLL);
    else this.#open();
  }

  #open() {
    const source = new EventSource(`/api/stream?after=${this.last()}&edited=${this.edited()}`);
    this.source = source;
    source.onopen = () => {
      this.wait = 1000;
      this.trouble(false);
    };
    source.onmessage = (event) => this.hear(JSON.parse(event.data));
    source.addEventListener("edit", (event) => this.correct(JSON.parse(event.data)));
    source.onerror = () => {
      this.trouble(true);
      if (source.readyState === EventSource.CLOSED) this.#later();
    };
  }

  /** The stream was refused (too many pages?): look by hand, then try again. */
  #later() {
    this.#close();
    this.timer = setTimeout(() => this.#look(), this.wait);
    this.wait = Math.min(this.wait * 2, SLOWEST_RETRY);
  }

  async #look() {
    try {
      const { messages } = await ask(`/api/messages?after=${this.last()}&limit=200`);
      messages.forEach((message) => this.hear(message));
      this.trouble(false);
    } catch {
      this.trouble(true);
    }
    this.follow();
  }

  #close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }
}
