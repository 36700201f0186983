"""`python -m docs.privacy`: write the table of what is kept into both pages about privacy, from the register."""

import re
from pathlib import Path

from bot.locales import texts_for
from bot.store.register import SPANS, purposes

HERE = Path(__file__).parent
PAGES = {"en": HERE / "privacy.md", "ja": HERE / "privacy.ja.md"}
HEADINGS = {"en": "| what | why | how long |", "ja": "| もの | 理由 | いつまで |"}
BEGIN, END = "<!-- made by python -m docs.privacy -->", "<!-- end -->"


def page(language: str) -> str:
    """The whole page in a language, with the table as the register has it."""
    written = PAGES[language].read_text(encoding="utf-8")
    lines = [HEADINGS[language], "|---|---|---|"]
    lines += [f"| {' | '.join(purpose.told(texts_for(language), SPANS))} |" for purpose in purposes()]
    table = "\n".join([BEGIN, "", *lines, "", END])
    return re.sub(f"{BEGIN}.*{END}", lambda _: table, written, flags=re.DOTALL)


def main() -> None:
    """Write both pages."""
    for language, file in PAGES.items():
        file.write_text(page(language), encoding="utf-8")


if __name__ == "__main__":
    main()
