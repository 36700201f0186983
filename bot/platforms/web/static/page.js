// What the server wrote into the page for its script: the room, the language, and the words in it.

const written = JSON.parse(document.getElementById("page").textContent);

export const { room, language, words } = written;

const asked = new URLSearchParams(location.search).get("lang");

/** The address of a page of ours, in the language that was asked for. */
export function pageAddress(path, parameters = {}) {
  const query = new URLSearchParams({ ...parameters, ...(asked === language ? { lang: asked } : {}) }).toString();
  return query ? `${path}?${query}` : path;
}

/** Say that the page does what is asked of it. */
export function ready() {
  performance.mark("ready");
  document.documentElement.dataset.ready = "yes";
}
