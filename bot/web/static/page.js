// What every page begins with: where it is, and in which language it speaks.

import { useClock } from "./message.js";
import { ask } from "./wire.js";
import { label, speak } from "./words.js";

const asked = new URLSearchParams(location.search).get("lang");

/** Learn where the page is, and put its words in their places. Returns what /api/room says, and the `language`. */
export async function begin() {
  const room = await ask("/api/room").catch(() => ({ community: "Tsudoi", locale: "ja", reads: true }));
  const language = isSpoken(asked) ? asked : room.locale;
  document.documentElement.lang = language;
  speak(language);
  useClock(room.timezone, language);
  label(document);
  for (const link of document.querySelectorAll("a[data-page]")) link.href = pageAddress(link.getAttribute("href"));
  offerOtherLanguage(language);
  return { ...room, language };
}

const isSpoken = (language) => language === "ja" || language === "en";

/** The address of a page of ours, in the language that was asked for. */
export function pageAddress(path, parameters = {}) {
  const query = new URLSearchParams({ ...parameters, ...(isSpoken(asked) ? { lang: asked } : {}) }).toString();
  return query ? `${path}?${query}` : path;
}

function offerOtherLanguage(language) {
  const other = language === "ja" ? "en" : "ja";
  const link = document.getElementById("language");
  Object.assign(link, { lang: other, textContent: other === "en" ? "English" : "日本語" });
  const parameters = new URLSearchParams(location.search);
  parameters.set("lang", other);
  link.href = `?${parameters}`;
}
