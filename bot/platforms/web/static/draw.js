// The writing page: the desk, and below it what the room answers.

import { act } from "./actions.js";
import { Desk } from "./desk.js";
import { isPicture, takeDropped } from "./files.js";
import { messageElement, showWithin } from "./message.js";
import { ready } from "./page.js";
import { answerQuiz, sendPicture } from "./wire.js";

const at = (id) => document.getElementById(id);
const desk = new Desk({ deliver });

takeDropped(at("drop"), (files) => desk.read(files[0]));
addEventListener("paste", (event) => {
  const [file] = [...(event.clipboardData?.files ?? [])].filter(isPicture);
  if (file) desk.read(file);
});
document.addEventListener("emptied", () => (at("answer").hidden = true));
await desk.begin(new URLSearchParams(location.search));
ready();

/** A quiz of another platform is answered there; everything else goes to the room. */
async function deliver(picture, name, quiz) {
  const said = await (quiz && !quiz.is_here ? answerQuiz(quiz.token, picture) : sendPicture(picture, name));
  at("list").replaceChildren();
  at("answer").hidden = false;
  said.answers.forEach(hear);
  at("answer").scrollIntoView({ block: "nearest" });
}

function hear(message) {
  const press = (action, node) => act(action, node, { hear, notice: (text) => desk.notice(text), busy: (change) => at("answer").setAttribute("aria-busy", String(change > 0)) });
  const within = showWithin(at("list"), message, press);
  if (within) return within.scrollIntoView({ block: "nearest" });
  const [old, node] = [at("list").querySelector(`[data-id="${message.id}"]`), messageElement(message, press)];
  if (old) old.replaceWith(node);
  else at("list").append(node);
}
