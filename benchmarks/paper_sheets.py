"""Sheets of paper, filled by simulated hands and photographed by a simulated phone: what of it becomes samples.

`python -m benchmarks.paper_sheets --photos 60`; `make bench` photographs fewer. The hands are those of pen movements
where TSUDOI_REAL_DATA has them, else of the shapes that ship with the model. A photo is tilted by up to 25 degrees,
turned in any way, 1600 to 3600 pixels long, with shadows, blur, grain and JPEG; what is printed in the middle of the
paper is up to five millimetres from its place, so little flat does it lie. On every eighth page the box is not ticked.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterable

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from model.classifier import Classifier, load
from model.labels import LABELS
from model.workshop.paper.cells import has_consent, written_cells
from model.workshop.paper.finding import NoSheet, find_page
from model.workshop.paper.judging import Judged, judge
from model.workshop.paper.layout import Page, pages_for
from model.workshop.paper.rehearsal import Filled, fill, photograph

EMPTY, ASTRAY = 0.1, 0.03  # shares of cells left empty, and filled with another character than they ask for
UNTICKED = 8  # one page in so many has no consent
LONGEST, BEND = (1600, 3600), 5.0  # pixels of a photo's longer side; mm


def measure(photos: int, seed: int = 8) -> Table:
    """Photograph so many filled pages, and count what is found in them."""
    classifier, pages = load(), pages_for(LABELS)
    count: Counter[str] = Counter()
    seconds = []
    for number in track(range(photos), "photographing sheets", console=Console(stderr=True), transient=True):
        rng = np.random.default_rng([seed, number])
        page = pages[number % len(pages)]
        ticked = number % UNTICKED != UNTICKED - 1
        filled = fill(page, len(pages), rng, EMPTY, ASTRAY, ticked)
        photo = photograph(filled.picture, rng, longest=rng.uniform(*LONGEST), bend=BEND)
        began = time.perf_counter()
        count += _counted(classifier, page, filled, photo, ticked)
        seconds.append(time.perf_counter() - began)
    return _table(count, photos, seconds)


def _counted(classifier: Classifier, page: Page, filled: Filled, photo: np.ndarray, ticked: bool) -> Counter[str]:
    count = Counter(written=len(filled.written), cells=5 * len(page.labels))
    count["astray"] = sum(label != page.labels[slot] for (slot, _), label in filled.written.items())
    try:
        found = find_page(photo)
    except NoSheet:
        return Counter(refused=1)
    judged = judge(classifier, written_cells(found))
    count["ticked" if ticked else "unticked"] = 1
    if has_consent(found):
        count["ticks seen" if ticked else "ticks that are none"] = 1
    return count + Counter(_fates(page, filled, judged))


def _fates(page: Page, filled: Filled, judged: Iterable[Judged]) -> Iterable[str]:
    """What became of every cell that was cut out: a word or two each."""
    for one in judged:
        written = filled.written.get((one.cell.slot, one.cell.number))
        asked = page.labels[one.cell.slot]
        if written is None:
            yield "phantoms"
        elif one.cell.label is None:
            yield "unread"
        elif one.cell.label != asked:
            yield "mislabelled"
        else:
            yield "found"
            if written == asked:
                yield "right, doubted" if one.is_doubtful else "right, added"
            else:
                yield "astray, noticed" if one.is_doubtful else "astray, added"


def _table(count: Counter[str], photos: int, seconds: list[float]) -> Table:
    table = Table("sheets of paper", "measured", "target", title=f"{photos} photos of filled sheets", box=None)

    def share(of: str, part: str) -> str:
        return f"{count[part] / max(1, count[of]):.2%} of {count[of]:,}"

    right = count["right, added"] + count["right, doubted"]
    table.add_row("written cells found and rightly labelled", share("written", "found"), ">= 99 %")
    table.add_row("cells with another strip's label", str(count["mislabelled"]), "0")
    table.add_row("empty cells taken for written ones", str(count["phantoms"]), "0")
    table.add_row("photos refused, with a reason", f"{count['refused']} of {photos}", "")
    table.add_row("cells that hold another character, noticed", share("astray", "astray, noticed"), "")
    doubted = f"{count['right, doubted'] / max(1, right):.2%} of {right:,}"
    table.add_row("cells that hold the right character, asked about", doubted, "")
    table.add_row("consent seen where it is given", f"{count['ticks seen']} of {count['ticked']}", "all")
    table.add_row("consent seen where it is not", f"{count['ticks that are none']} of {count['unticked']}", "0")
    table.add_row("a page, from pixels to judged cells", f"{np.median(seconds):.2f} s", "")
    return table


def main() -> None:
    """Print the table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--photos", type=int, default=60)
    words.add_argument("--seed", type=int, default=8)
    chosen = words.parse_args()
    cv2.setNumThreads(1)
    Console().print(measure(chosen.photos, chosen.seed))


if __name__ == "__main__":
    main()
