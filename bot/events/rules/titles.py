"""What the title of an event or a report tells: its number in a series, and the name of the series."""

import re
from functools import lru_cache

from bot.core.folding import fold

_KANJI = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_NUMBER = re.compile(
    r"(?<![\w&/#])#\s?(\d{1,3})(?![\d月日])"  # #04, but no #2017 and no fragment of an address
    r"|第\s*(\d{1,3}|[一二三四五六七八九十]{1,3})\s*回"
    r"|(?<![a-z])(?:vol|no|volume)\s*[.．]?\s*(\d{1,3})(?!\d)"
)
_ADDRESS = re.compile(r"https?://[^\s<>「」（）]+")
_BRACKETED = re.compile(r"[【\[［〔][^】\]］〕]*[】\]］〕]")
_NOT_A_NAME = re.compile(
    r"\d{4}年|\d{1,2}月(?:\d{1,2}日)?|\d{4}[/.-]\d{1,2}(?:[/.-]\d{1,2})?|イベント(?:レポート|報告)|"
    r"(?:開催|活動|参加|実施)?(?:レポート|報告書?|記録|まとめ|ブログ)|(?:を|の)?開催(?:しました|報告)?|"
    r"を?(?:行い|実施し|やり)ました|の?(?:様子|ようす|もよう|模様)|\breport\b"
)
OTHER_OCCASION = re.compile(  # a sentence with these words speaks of another event than the one reported on
    r"前回|前々回|先月|過去|以前|昨年|去年|次回|来月|来週|来年|次は|次の|今後|お知らせ|告知|募集|締め?切"
)
_PARTICLES = "のをはがにでと"


@lru_cache(maxsize=32768)
def numbers_in(text: str) -> frozenset[int]:
    """Return the numbers of a series that a text names: `#04`, `第4回`, `vol.4`, full width too. Years are none."""
    folded = _ADDRESS.sub(" ", fold(text))
    return frozenset(_value(next(group for group in found.groups() if group)) for found in _NUMBER.finditer(folded))


def _value(written: str) -> int:
    if written.isdigit():
        return int(written)
    tens, ten, ones = written.rpartition("十")
    return (_KANJI.get(tens, 1) * 10 if ten else 0) + _KANJI.get(ones, 0)


_HELD = re.compile(r"を[^。\n]{0,8}(?:開催|行い|行った|実施|終え)|の?(?:開催|活動)(?:報告|レポート)")


@lru_cache(maxsize=2048)
def held_number(prose: str) -> frozenset[int]:
    """Return the number of which a report's prose says that it was held (`#03を開催しました`), if it is only one."""
    sentences = re.split(r"[。\n]", fold(prose))
    telling = (sentence for sentence in sentences if _HELD.search(sentence) and not OTHER_OCCASION.search(sentence))
    held = frozenset[int]().union(*map(numbers_in, telling))
    return held if len(held) == 1 else frozenset()


@lru_cache(maxsize=32768)
def series_of(title: str) -> str:
    """Return the name of the series, without spaces and signs: what stands before the number, or after 第N回.

    "" where the title names none, as `#04 ハンズオン` (what follows a `#04` is the theme of one evening).
    """
    folded = _BRACKETED.sub(" ", fold(title))
    found = _NUMBER.search(folded)
    if found is None:
        return _name(folded)
    before = _name(folded[: found.start()])
    return before or (_name(folded[found.end() :]) if found.group(2) else "")


@lru_cache(maxsize=32768)
def squeezed(text: str) -> str:
    """Return only the letters and digits of a text, folded."""
    return "".join(character for character in fold(text) if character.isalnum() or character == "ー")


def _name(folded: str) -> str:
    return squeezed(_NOT_A_NAME.sub(" ", folded).strip().strip(_PARTICLES))
