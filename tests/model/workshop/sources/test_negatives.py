"""What is not hiragana: kept apart from the hiragana, varied, and in part kept back for the judging."""

from pathlib import Path

import numpy as np
import pytest

from model.labels import KATAKANA_TWINS, LABELS, NOT_HIRAGANA
from model.preprocess import preprocess
from model.synthetic.scribbles import Scribbles
from model.workshop.evaluation.pictures import Pictures, negatives_beside
from model.workshop.sources import Source
from model.workshop.sources.catalogue import REAL_DATA, real_data
from model.workshop.sources.fonts import font_files
from model.workshop.sources.negatives import (
    FONT_KINDS,
    JUDGING_FONTS,
    evaluation_negatives,
    is_kept_back,
    other_strokes,
    read_others,
    training_negatives,
)
from model.workshop.sources.other_characters import LIKE_HIRAGANA
from model.workshop.sources.stored import Written
from model.workshop.sources.textures import KINDS as TEXTURES
from model.workshop.sources.textures import Textures, photograph_texture

TDIC = """い
:2
3 (60 60) (80 200) (120 260)
3 (240 80) (270 160) (260 220)

二
:2
2 (80 80) (240 80)
2 (40 260) (280 260)

十
:2
2 (40 160) (280 160)
2 (160 40) (160 280)

川
:3
2 (80 60) (60 280)
2 (160 60) (160 260)
2 (260 50) (260 290)

大
:3
2 (40 120) (280 120)
2 (160 40) (40 280)
2 (160 120) (280 280)

7
:1
3 (60 60) (240 60) (140 280)
"""


@pytest.fixture
def tdic(tmp_path: Path) -> Path:
    file = tmp_path / "all.tdic"
    file.write_text(TDIC, encoding="utf-8")
    return file


def test_the_label_comes_after_all_hiragana() -> None:
    assert len(LABELS) == NOT_HIRAGANA


def test_no_negative_character_is_a_hiragana_or_written_like_one() -> None:
    characters = "".join(FONT_KINDS.values())
    assert not set(characters) & {*LABELS, *KATAKANA_TWINS, *'ニ二仁之乏=(<^~lL"'}
    assert len(set(characters)) == len(characters)


@pytest.mark.parametrize("source", [Scribbles(), Textures()], ids=lambda source: source.name)
def test_what_is_generated_can_be_read_varies_and_is_the_same_for_the_same_seed(source: Source) -> None:
    assert set(source.labels.tolist()) == {NOT_HIRAGANA}
    assert len(source.writers) == len(source.labels)
    for item in range(len(source.labels)):
        ink = source.ink(item, np.random.default_rng(item))
        assert ink.dtype == np.uint8
        assert preprocess(255 - ink).max() > 0.5, source.writers[item]
        assert np.array_equal(ink, source.ink(item, np.random.default_rng(item)))
        assert not np.array_equal(ink, source.ink(item, np.random.default_rng(item + 1)))


@pytest.mark.parametrize("kind", TEXTURES)
def test_a_photographed_texture_has_light_and_dark(kind: str) -> None:
    picture = photograph_texture(kind, np.random.default_rng(3))
    assert picture.dtype == np.uint8
    assert np.ptp(picture) > 30


def test_strokes_leave_out_hiragana_their_likes_and_what_is_kept_back(tdic: Path) -> None:
    strokes = other_strokes(tdic, kept_back=False)
    assert set(strokes.items) == {c for c in "十川大7" if not is_kept_back(c)}
    assert not set(strokes.items) & set(LIKE_HIRAGANA)
    assert {"tomoe:kanji", "tomoe:digits"} >= set(strokes.writers)


def test_characters_of_few_strokes_come_more_often(tdic: Path) -> None:
    items = other_strokes(tdic, kept_back=False).items
    assert items.count("7") > items.count("川") > 0


def test_the_judging_repeats_for_its_seed_and_differs_for_another() -> None:
    first, again, other = (evaluation_negatives(seed, None, 4) for seed in (1, 1, 2))
    assert {"scribbles", "textures"} <= set(first)
    assert all(np.array_equal(a, b) for kind in first for a, b in zip(first[kind], again[kind], strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(first["textures"], other["textures"], strict=True))


def test_judging_pictures_are_dark_on_light_and_can_be_read() -> None:
    for picture in evaluation_negatives(5, None, 6)["scribbles"]:
        assert np.median(picture[[0, -1]]) == 255
        assert preprocess(picture).shape == (48, 48, 1)


def test_whoever_has_few_pictures_waits_for_few_others() -> None:
    three = Pictures("own", [Written(np.full((60, 60), 255, np.uint8), "い", "me")] * 3)
    beside = negatives_beside([three, three])
    assert {len(beside["scribbles"]), len(beside["textures"])} == {6}


@pytest.mark.skipif(not font_files(), reason="no fonts are installed")
def test_fonts_show_every_kind_cropped() -> None:
    sources = {source.name: source for source in read_others(font_files()[:2])}
    assert "katakana" in sources
    for kind, source in sources.items():
        assert source.inks.shape[1:] == (64, 64)
        assert all(writer.endswith(f":{kind}") for writer in source.writers)
        assert (source.inks.max(axis=(1, 2)) > 200).all()


@pytest.mark.skipif(not font_files(), reason="no fonts are installed")
def test_the_fonts_that_judge_are_not_practised() -> None:
    practice = training_negatives()
    writers = {writer for source, _ in practice for writer in source.writers if writer.startswith("font:")}
    assert writers
    assert not [writer for writer in writers if writer.lower().removeprefix("font:").startswith(JUDGING_FONTS)]
    assert sum(share for _, share in practice) == pytest.approx(0.8)  # the rest is for strokes


@pytest.mark.skipif(real_data() is None, reason=f"{REAL_DATA} is not set")
def test_no_kanji_of_the_real_strokes_is_both_practised_and_judged() -> None:
    data = real_data()
    assert data is not None
    practised, judged = (other_strokes(data / "strokes" / "all.tdic", kept) for kept in (False, True))
    assert not set(practised.items) & set(judged.items)
    assert len(set(judged.items)) >= 200
