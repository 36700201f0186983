// The organisers' console: takes the secret that a link has behind its #, where neither logs nor previews see it.

import { ask } from "./wire.js";

const shown = (id) => document.getElementById(id);

function show(organises) {
  shown("console_wait").hidden = true;
  shown("console_in").hidden = shown("console_leave").hidden = !organises;
  shown("console_over").hidden = organises;
}

async function enter(link) {
  const body = JSON.stringify({ link });
  await ask("/api/console", { method: "POST", headers: { "Content-Type": "application/json" }, body });
}

async function look() {
  const { organises } = await ask("/api/console");
  show(organises);
}

shown("console_leave").addEventListener("click", async () => {
  await ask("/api/console/leave", { method: "POST" });
  await look();
});

const link = location.hash.slice(1);
if (link) {
  history.replaceState(null, "", location.pathname + location.search);
  await enter(link).catch(() => {});
}
await look();
