"""What the course prints and shows, kept in its texts."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from docs.handson_text import DOCUMENTS, HERE, blocks_of

WIDEST = 1200  # pixels
COLOURS = 96
MESSAGE = {"viewport": {"width": 720, "height": 2400}, "color_scheme": "light", "locale": "ja-JP"}  # the longest fits
MARGIN = 12  # pixels beside and below a message


def as_at_home(said: str, folder: Path) -> str:
    """What was printed, as if the folder were a reader's."""
    return said.replace(str(folder), "~/tsudoi/afternoon")


def keep_outputs(outputs: list[str]) -> None:
    """Write outputs into the blocks of both texts, in their order."""
    for document in DOCUMENTS.values():
        text = document.read_text(encoding="utf-8")
        lines = text.splitlines()
        shown = [block for block in blocks_of(text) if block.kind == "text"]
        for block, output in reversed(list(zip(shown, outputs, strict=True))):
            lines[block.first + 1 : block.last] = _shown(output, block.notes)
        document.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _shown(output: str, notes: Mapping[str, str]) -> list[str]:
    printed = [line.rstrip() for line in output.strip("\n").splitlines()]
    first, last = int(notes.get("head", len(printed))), int(notes.get("tail", len(printed)))
    return printed[:first][-last:]


def keep_pictures(folder: Path) -> None:
    """Copy the pictures that the course made, no larger than a page shows them."""
    for block in blocks_of(DOCUMENTS["ja"].read_text(encoding="utf-8")):
        source = block.notes.get("from", "room")
        if block.kind == "picture" and source != "room":
            _keep(next(iter(sorted(folder.glob(source)))), HERE / block.text)


def take_room(url: str, file: str) -> None:
    """Take the newest answer in a room."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or sys.exit("no Chromium here: apt install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(**MESSAGE).new_page()
        page.goto(url)
        answer = page.locator('[data-kind="answer"][data-author="Tsudoi"]').last
        answer.wait_for()
        answer.scroll_into_view_if_needed()
        (HERE / file).parent.mkdir(exist_ok=True)
        box = answer.bounding_box() or sys.exit("the answer is not to be seen")
        width, height = box["width"] + 2 * MARGIN, box["height"] + MARGIN
        around = {"x": box["x"] - MARGIN, "y": box["y"], "width": width, "height": height}
        page.screenshot(path=HERE / file, clip=around, animations="disabled")
        browser.close()
    _keep(HERE / file, HERE / file)


def _keep(source: Path, target: Path) -> None:
    with Image.open(source) as picture:
        small = picture.convert("RGB")
    small.thumbnail((WIDEST, 2 * WIDEST))
    target.parent.mkdir(exist_ok=True)
    small.quantize(COLOURS, dither=Image.Dither.NONE).save(target.with_suffix(".png"), optimize=True)
