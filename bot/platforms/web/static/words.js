// The words that scripts say. They stand in words.json, and come with the page in its language.

import { words } from "./page.js";

export function word(name, values = {}) {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (hole, key) => values[key] ?? hole);
}

export function errorWord(code, sentence) {
  return words[`error_${code}`] ?? sentence ?? words.error_broken;
}
