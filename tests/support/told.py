"""What a person reads of a problem, in both languages."""

import re

from bot.core.problems.base import Problem, Said
from bot.core.reasons import Reason
from bot.locales import texts_for

ENGLISH_SENTENCE = re.compile(r"\b[a-z]+ [a-z]+ [a-z]+\b")


def in_japanese(reason: Reason) -> str:
    """Return what a Japanese organiser reads, having looked that it is whole, and Japanese."""
    assert not isinstance(reason, Said), "a sentence without a code"
    english, japanese = reason.told(texts_for("en")), reason.told(texts_for("ja"))
    assert not re.search("[ぁ-んァ-ヶ一-龥]", english)
    assert re.search("[ぁ-んァ-ヶ一-龥]", japanese)
    assert not ENGLISH_SENTENCE.search(japanese), japanese
    assert not re.search(r"[{}]", english + japanese)
    if isinstance(reason, Problem):
        assert english in str(reason) or reason.passes
        assert reason.told(texts_for("ja"), asked_now=True)
    return japanese
