// The organisers' console: takes the secret that a link has behind its #, where neither logs nor previews see it.

import { ask } from "./wire.js";

const shown = (id) => document.getElementById(id);

function show({ organises, logged_in: isLoggedIn }) {
  shown("console_wait").hidden = true;
  shown("console_in").hidden = shown("console_leave").hidden = !isLoggedIn;
  shown("console_here").hidden = !organises || isLoggedIn;
  shown("console_over").hidden = organises;
}

async function enter(link) {
  const body = JSON.stringify({ link });
  await ask("/api/console", { method: "POST", headers: { "Content-Type": "application/json" }, body });
}

async function look() {
  show(await ask("/api/console"));
}

/** Say what went wrong where "Logging in…" stands. */
function fail(error) {
  Object.assign(shown("console_wait"), { hidden: false, textContent: error.sentence ?? "…" });
}

shown("console_leave").addEventListener("click", () => ask("/api/console/leave", { method: "POST" }).then(look).catch(fail));

const link = location.hash.slice(1);
try {
  if (link) {
    history.replaceState(null, "", location.pathname + location.search);
    await enter(link).catch((error) => { if (error.code !== "link_over") throw error; });
  }
  await look();
} catch (error) {
  fail(error);
}
