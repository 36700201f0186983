import pytest

from bot.handwriting.rules.romaji import ROMAJI, romaji
from model.labels import LABELS
from model.reading import SMALL_FORMS


@pytest.mark.parametrize(
    ("kana", "spelled"),
    [("し", "shi"), ("ち", "chi"), ("つ", "tsu"), ("ふ", "fu"), ("じ", "ji"), ("ぢ", "ji"), ("づ", "zu"), ("ん", "n")],
)
def test_hepburn_spells_as_an_english_speaker_reads(kana: str, spelled: str) -> None:
    assert romaji(kana) == spelled


@pytest.mark.parametrize(("kana", "spelled"), [("を", "wo"), ("ゐ", "wi"), ("ゑ", "we"), ("ゔ", "vu")])
def test_rare_letters_are_told_from_those_that_sound_alike(kana: str, spelled: str) -> None:
    assert romaji(kana) == spelled


def test_every_letter_that_can_be_read_is_spelled_and_a_small_one_as_its_full_form() -> None:
    assert set(ROMAJI) == {*LABELS, *SMALL_FORMS.values()}
    assert {full: romaji(small) for full, small in SMALL_FORMS.items()} == {full: romaji(full) for full in SMALL_FORMS}


@pytest.mark.parametrize("other", ["", "ア", "漢", "a", "あい"])
def test_anything_else_has_no_spelling(other: str) -> None:
    assert romaji(other) == ""
