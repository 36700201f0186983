import pytest

from model.labels import INDEX, LABELS, UNMARKED, UnknownLabel, label_of


def test_there_are_74_different_hiragana() -> None:
    assert len(LABELS) == len(set(LABELS)) == 74


def test_the_order_is_that_of_the_shipped_model() -> None:
    assert "".join(LABELS[:5] + LABELS[45:47] + LABELS[-4:]) == "あいうえおんがぽゐゑゔ"


@pytest.mark.parametrize(("small", "full"), list(zip("ぁぃぅぇぉっゃゅょゎ", "あいうえおつやゆよわ", strict=True)))
def test_a_small_kana_counts_as_its_full_form(small: str, full: str) -> None:
    assert label_of(small) == full


@pytest.mark.parametrize(("katakana", "hiragana"), list(zip("ヘベペリモ", "へべぺりも", strict=True)))
def test_katakana_that_nobody_can_tell_apart_counts_as_hiragana(katakana: str, hiragana: str) -> None:
    assert label_of(katakana) == hiragana


@pytest.mark.parametrize("text", ["", "ア", "漢", "ああ", "a", "か゛"])
def test_anything_else_is_refused_by_name(text: str) -> None:
    with pytest.raises(UnknownLabel, match="74 hiragana"):
        label_of(text)


def test_every_mark_stands_on_a_letter_of_its_own() -> None:
    assert len(UNMARKED) == 26
    assert all(letter in INDEX and letter not in UNMARKED for letter in UNMARKED.values())
    assert (UNMARKED["が"], UNMARKED["ぱ"], UNMARKED["ば"], UNMARKED["ゔ"]) == ("か", "は", "は", "う")


@pytest.mark.parametrize(
    ("apart", "label"), [("か\u3099", "が"), ("は\u309a", "ぱ"), ("ヘ\u3099", "べ"), ("う\u3099", "ゔ")]
)
def test_a_mark_that_is_a_code_of_its_own_makes_no_other_letter(apart: str, label: str) -> None:
    assert label_of(apart) == label
