// The gallery: the shapes that the network knows, and what it takes for what.

import { percent } from "./bars.js";
import { make } from "./elements.js";
import { pageAddress, ready } from "./page.js";
import { ROWS, ShapeSheet } from "./shapes.js";
import { errorWord, word } from "./words.js";

const at = (id) => document.getElementById(id);
const shapes = new ShapeSheet();
const PAGE = "/tendencies";

const facts = await shapes.facts().catch((error) => {
  Object.assign(at("notice"), { textContent: errorWord(error.code, error.sentence), hidden: false });
});
if (facts) hang();
ready();

function hang() {
  drawChart();
  drawPairs();
  show();
  at("confusions").hidden = false;
  if (!facts.own) Object.assign(at("notice"), { textContent: word("gallery_of_shipped"), hidden: false });
  addEventListener("popstate", show);
  document.addEventListener("click", follow);
}

/** A link within the gallery changes what is shown, and the page stays. */
function follow(event) {
  const link = event.target.closest(`a[href^="${PAGE}"]`);
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  show();
  at("detail").focus({ preventScroll: true });
  at("detail").scrollIntoView({ block: "nearest" });
}

function show() {
  const query = new URLSearchParams(location.search);
  const [of, other] = [query.get("of"), query.get("with")].map((label) => (facts.labels.includes(label) ? label : null));
  for (const link of at("chart").querySelectorAll("a")) {
    const isShown = link.dataset.label === of || (of && link.dataset.label === other);
    if (isShown) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  if (of && other && of !== other) at("detail").replaceChildren(...pair(of, other));
  else if (of) at("detail").replaceChildren(...one(of));
  else at("detail").replaceChildren(make("p", { class: "phrases lead" }, word("gallery_lead")), make("p", { class: "phrases small" }, word("gallery_note")));
}

function address(of, other) {
  return pageAddress(PAGE, other ? { of, with: other } : { of });
}

/** In a link that is named by its own label, the shape says nothing. */
function tile(label, exemplar = 0, size = "", isNamed = true) {
  const shape = make("span", isNamed ? { class: "shape", role: "img", "aria-label": word("typical_of", { label }) } : { class: "shape", "aria-hidden": "true" });
  shapes.show(shape, label, exemplar);
  return make("span", { class: `tile ${size}` }, shape);
}

function average(label, size = "") {
  const shape = make("span", { class: "shape", role: "img", "aria-label": word("average_of", { label }) });
  shapes.showAverage(shape, label);
  return make("span", { class: `tile ${size}` }, shape);
}

function figure(tile, caption) {
  return make("figure", {}, tile, make("figcaption", {}, caption));
}

// One character

function one(label) {
  const others = Array.from({ length: facts.exemplars - 1 }, (_, i) => tile(label, i + 1, "small"));
  const confused = facts.confused_with[label];
  return [
    make("h2", {}, word("about_shape", { label })),
    make(
      "div",
      { class: "shapes" },
      figure(tile(label, 0, "large"), word("most_typical")),
      figure(average(label, "large"), word("average")),
      make("figure", { class: "rest" }, make("div", { class: "tiles" }, ...others), make("figcaption", {}, word("also_typical"))),
    ),
    make("h3", {}, word("taken_for", { label })),
    confused.length ? make("ul", { class: "confused" }, ...confused.map(([other, share]) => confusion(label, other, share, confused[0][1]))) : make("p", {}, word("never_confused")),
    make("p", { class: "row" }, make("a", { class: "button strong", href: pageAddress("/draw", { hint: label }) }, word("try_drawing", { label }))),
  ];
}

function confusion(label, other, share, most) {
  const fill = make("i", {});
  fill.style.width = `${(share / most) * 100}%`;
  return make(
    "li",
    {},
    make("a", { href: address(label, other), "aria-label": word("read_as", { written: label, read: other, share: percent(share) }) }, tile(other, 0, "tiny", false), make("b", {}, other)),
    make("span", { class: "meter", "aria-hidden": "true" }, fill),
    make("span", { class: "percent", "aria-hidden": "true" }, percent(share)),
  );
}

// Two that are confused

function pair(one, other) {
  const overlaid = make("span", { class: "tile large overlaid", role: "img", "aria-label": word("overlaid", { one, other }) }, make("span", { class: "shape first" }), make("span", { class: "shape second" }));
  shapes.show(overlaid.firstChild, one);
  shapes.show(overlaid.lastChild, other);
  return [
    make("h2", {}, word("difference", { one, other })),
    make(
      "div",
      { class: "shapes" },
      figure(tile(one, 0, "large first"), word("most_typical_of", { label: one })),
      figure(overlaid, word("overlaid_short")),
      figure(tile(other, 0, "large second"), word("most_typical_of", { label: other })),
    ),
    ...direction(one, other),
    ...direction(other, one),
    make("p", { class: "row" }, ...[one, other].map((label) => make("a", { class: "button link", href: address(label) }, word("about_shape", { label })))),
  ];
}

function direction(written, read) {
  const share = facts.confused_with[written].find(([label]) => label === read)?.[1];
  const examples = make("div", { class: "tiles" });
  const shown = make("figure", { hidden: true }, examples, make("figcaption", {}, word("lookalikes", { written, read })));
  shapes.lookalikes(written, read).then((found) => {
    examples.replaceChildren(...found);
    shown.hidden = !found.length;
  });
  return [make("p", { class: "phrases" }, share ? word("read_as", { written, read, share: percent(share) }) : word("hardly_read_as", { written, read })), shown];
}

// All of them

function drawChart() {
  const rows = ROWS.map(({ letters }) =>
    make("ul", {}, ...[...letters].map((label) => make("li", {}, facts.labels.includes(label) ? cell(label) : null))),
  );
  at("chart").replaceChildren(make("div", { class: "rows" }, ...rows.slice(0, 11)), make("div", { class: "rows" }, ...rows.slice(11)));
}

function cell(label) {
  const link = make("a", { href: address(label), "aria-label": label }, tile(label, 0, "cell", false));
  link.dataset.label = label;
  return link;
}

function drawPairs() {
  at("pairs").replaceChildren(
    ...facts.pairs.map(([written, read, share]) =>
      make(
        "li",
        {},
        make(
          "a",
          { href: address(written, read) },
          tile(written, 0, "tiny", false),
          make("span", { class: "to" }),
          tile(read, 0, "tiny", false),
          make("span", { class: "names" }, `${written} → ${read}`),
          " ",
          make("span", { class: "percent" }, percent(share)),
        ),
      ),
    ),
  );
}
