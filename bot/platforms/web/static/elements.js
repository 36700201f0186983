// Elements. Texts are other people's words: they enter the page as text, never as markup.

/** Create an element; strings among the children become text. */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

/** A web address, or null: nothing else may become a link. */
function webAddress(written) {
  try {
    const url = new URL(written, location.href);
    return url.protocol === "http:" || url.protocol === "https:" ? url : null;
  } catch {
    return null;
  }
}

/** A link, in a new tab unless it leads to a page of ours; where it would be no web address, only its text. */
export function link(written, attributes, ...children) {
  const url = webAddress(written);
  if (!url) return make("span", attributes, ...children);
  const isOurs = url.origin === location.origin && written.startsWith("/");
  return make("a", { ...attributes, href: url.href, ...(isOurs ? {} : { target: "_blank", rel: "noopener noreferrer" }) }, ...children);
}

/** A text in pieces: web addresses as links, commands so that no line ends after their "!". */
export function phrased(text) {
  return text.split(/(https?:\/\/[^\s<>「」（）()、。]+|![\p{L}]{1,16})/u).map((piece) => {
    if (/^https?:\/\//.test(piece)) return link(piece, {}, piece);
    return piece.startsWith("!") ? make("span", { class: "command" }, piece) : piece;
  });
}
