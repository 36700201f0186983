// Candidates as bars: the likeliest first.

import { word } from "./words.js";

/** A probability as people say it: the rule of percent() in model/reading.py, for what comes without its words. */
export function percent(share) {
  if (share > 0.99) return word("over_99");
  if (share < 0.001) return word("under_01");
  return `${(share * 100).toFixed(share >= 0.0995 ? 0 : 1)}%`;
}

/** A list of so many rows, which `update` fills with [{label, share}]. */
export class Bars {
  constructor(list, rows) {
    this.rows = Array.from({ length: rows }, () => new Row());
    list.setAttribute("aria-label", word("candidates"));
    list.replaceChildren(...this.rows.map((row) => row.node));
  }

  update(candidates) {
    this.rows.forEach((row, i) => row.show(candidates[i]));
  }
}

class Row {
  constructor() {
    this.node = document.createElement("li");
    this.letter = document.createElement("b");
    this.letter.setAttribute("aria-hidden", "true");
    this.meter = Object.assign(document.createElement("span"), { className: "meter", role: "meter" });
    this.meter.setAttribute("aria-valuemin", "0");
    this.meter.setAttribute("aria-valuemax", "100");
    this.fill = document.createElement("i");
    this.meter.append(this.fill);
    this.percent = Object.assign(document.createElement("span"), { className: "percent", ariaHidden: "true" });
    this.node.append(this.letter, this.meter, this.percent);
  }

  show(candidate) {
    const shown = candidate ? percent(candidate.share) : "";
    const value = candidate ? Math.max(0, Math.min(1, candidate.share)) * 100 : 0;
    this.letter.textContent = candidate?.label ?? "";
    this.percent.textContent = shown;
    this.fill.style.width = `${value}%`;
    this.meter.setAttribute("aria-label", candidate?.label ?? word("no_candidate"));
    this.meter.setAttribute("aria-valuenow", value.toFixed(1));
    this.meter.setAttribute("aria-valuetext", shown || "–");
  }
}
