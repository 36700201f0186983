"""The 74 characters that the network tells apart, in the fixed order of its outputs.

The order is part of every trained file: append to it, never reorder it. A small kana and a katakana twin are no classes
of their own: after the ink is cropped っ looks like つ, ヘ cannot be told from へ by anyone, and many write も as モ.
"""

import unicodedata

from model.errors import ReaderError

GOJUON = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん"
DAKUTEN = "がぎぐげござじずぜぞだぢづでどばびぶべぼ"
HANDAKUTEN = "ぱぴぷぺぽ"
RARE = "ゐゑゔ"

LABELS: tuple[str, ...] = tuple(GOJUON + DAKUTEN + HANDAKUTEN + RARE)
INDEX: dict[str, int] = {label: index for index, label in enumerate(LABELS)}
NOT_HIRAGANA = len(LABELS)  # the network's last output, which has no character: anything else that can be in a picture

FULL_FORMS: dict[str, str] = dict(zip("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ", strict=True))
KATAKANA_TWINS: dict[str, str] = dict(zip("ヘベペリモ", "へべぺりも", strict=True))

# A marked letter and the letter under the mark, so that sources without marks can compose them.
UNMARKED: dict[str, str] = dict(
    zip(DAKUTEN + HANDAKUTEN + "ゔ", "かきくけこさしすせそたちつてとはひふへほはひふへほう", strict=True)
)

# Letters that are another one, but for the second tick of their ゛: つ with one tick is an う, し with one an い.
TOLD_BY_A_TICK: dict[str, str] = {"づ": "う", "じ": "い"}

# The table of the fifty sounds as every classroom has it, read from the right; a blank where there is no sound.
CHART = (
    *("あいうえお", "かきくけこ", "さしすせそ", "たちつてと", "なにぬねの", "はひふへほ", "まみむめも"),
    *("や ゆ よ", "らりるれろ", "わゐ ゑを", "ん ゔ  "),
    *("がぎぐげご", "ざじずぜぞ", "だぢづでど", "ばびぶべぼ", "ぱぴぷぺぽ"),
)
VOICED = 11  # from this column on


class UnknownLabel(ReaderError):
    """The character is no hiragana that the network knows, nor a small form or a twin of one."""


def differ_by_a_mark(label: str, other: str) -> bool:
    """Whether ゛ or ゜, or the second tick of ゛, is all that tells two letters apart: は ば ぱ, う づ, い じ."""
    same_base = UNMARKED.get(label, label) == UNMARKED.get(other, other)
    return same_base or TOLD_BY_A_TICK.get(label) == other or TOLD_BY_A_TICK.get(other) == label


def label_of(character: str) -> str:
    """The class that a written character belongs to.

    Args: character: one character: a label, a small kana (っ) or a katakana twin (ヘ); a mark may be a code of its own,
        as in the names of files on a Mac.
    Returns: the label, one of LABELS: つ for っ, へ for ヘ.
    Raises: UnknownLabel: any other text, the empty one included.
    """
    composed = unicodedata.normalize("NFC", character)
    label = FULL_FORMS.get(composed) or KATAKANA_TWINS.get(composed) or composed
    if label not in INDEX:
        raise UnknownLabel(f"{character!r} is none of the {len(LABELS)} hiragana that the network knows")
    return label
