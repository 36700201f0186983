from concurrent.futures import ThreadPoolExecutor
from itertools import product

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from model.character import Character
from model.classifier import Classifier, load
from model.labels import LABELS
from model.pages.one_or_many import are_many, is_lone, is_surely_one
from model.pages.transcribe import MOST_CANDIDATES, misses_some, transcribe
from model.preprocess import Located
from model.reading import MOST, Box, Reading
from model.workshop.evaluation.transcripts import edits
from tests.model.drawings import drawn

LETTER = 96
SMALL = {"っ": "つ"}


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load()


def sheet(*lines: str, vertical: bool = False, gap: float = 1.1, leading: float = 1.6) -> NDArray[np.uint8]:
    """Lines written on a sheet, rows from the top or columns from the right; small kana as children are taught."""
    length, across = max(map(len, lines)), len(lines)
    size = (round(LETTER * (gap * length + 1)), round(LETTER * (leading * across + 1)))
    paper = np.full(size if vertical else size[::-1], 245, np.uint8)
    for number, line in enumerate(lines):
        for place, character in enumerate(line):
            along = round(LETTER * (0.5 + gap * place))
            beside = round(LETTER * (0.5 + leading * (across - 1 - number if vertical else number)))
            put(paper, character, *((beside, along) if vertical else (along, beside)), vertical)
    return paper


def put(paper: NDArray[np.uint8], character: str, x: int, y: int, vertical: bool) -> None:
    if character == " ":
        return
    side = LETTER
    if character in SMALL:
        side = round(0.66 * LETTER)
        x, y = (x + (LETTER - side), y) if vertical else (x + (LETTER - side) // 2, y + (LETTER - side))
    into, letter = paper[y : y + side, x : x + side], drawn(SMALL.get(character, character), side)
    np.minimum(into, letter if paper.ndim == 2 else letter[:, :, np.newaxis], out=into)


WORDS = "いつつ つくし とんこつ いこい こいし くつ うしとんこつしつこい いっこ しっこく しし しいし".split()


@pytest.mark.parametrize("vertical", [False, True], ids=["row", "column"])
@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_read_character_by_character(classifier: Classifier, word: str, vertical: bool) -> None:
    reading = classifier.read(sheet(word, vertical=vertical))
    assert reading.text == word
    assert [glyph.verdict for glyph in reading.glyphs] == ["sure"] * len(word)


def test_every_character_has_its_own_box(classifier: Classifier) -> None:
    reading = classifier.read(sheet("とんこつ"))
    for place, glyph in enumerate(reading.glyphs):
        x, y, width, height = glyph.box
        left = LETTER * (0.5 + 1.1 * place)
        assert left <= x < x + width <= left + LETTER + 1
        assert LETTER * 0.5 <= y < y + height <= LETTER * 1.5 + 1


@pytest.mark.parametrize(
    ("lines", "vertical"),
    [(("いつつ", "くつ"), False), (("とんこつ", "こい", "うしつ"), False), (("いつつ", "くつ"), True)],
)
def test_rows_are_read_from_the_top_and_columns_from_the_right(
    classifier: Classifier, lines: tuple[str, ...], vertical: bool
) -> None:
    assert classifier.read(sheet(*lines, vertical=vertical)).text == "".join(lines)


@pytest.mark.parametrize("word", ["いつつ", "とんこつ"])
def test_white_on_black_is_read_too(classifier: Classifier, word: str) -> None:
    assert classifier.read(255 - sheet(word)).text == word


@pytest.mark.parametrize("word", ["いつつ", "とんこつ", "くし"])
def test_a_small_word_on_a_large_sheet_is_read(classifier: Classifier, word: str) -> None:
    written = sheet(word)
    small = cv2.resize(written, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    paper = np.full((1200, 1600), 245, np.uint8)
    paper[600 : 600 + small.shape[0], 500 : 500 + small.shape[1]] = small
    reading = classifier.read(paper)
    assert reading.text == word
    assert all(500 <= glyph.box[0] < 500 + small.shape[1] for glyph in reading.glyphs)


@pytest.mark.parametrize("angle", [-9, 9])
def test_a_sheet_may_be_turned(classifier: Classifier, angle: float) -> None:
    picture = np.pad(sheet("とんこつ"), 100, constant_values=245)
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    turned = np.asarray(cv2.warpAffine(picture, matrix, (width, height), borderValue=245), np.uint8)
    assert classifier.read(turned).text == "とんこつ"


@pytest.mark.parametrize("shade", [215, 130])
def test_ruled_lines_are_no_characters_and_hide_none(classifier: Classifier, shade: int) -> None:
    picture = sheet("とんこつ", "いつつ")
    for y in range(30, picture.shape[0], 77):
        np.minimum(picture[y : y + 2], shade, out=picture[y : y + 2])
    assert classifier.read(picture).text == "とんこついつつ"


def test_squared_paper_is_no_writing(classifier: Classifier) -> None:
    picture = sheet("とんこつ", "いつつ")
    for at in range(10, max(picture.shape), 32):
        picture[at : at + 1] = np.minimum(picture[at : at + 1], 190)
        picture[:, at : at + 1] = np.minimum(picture[:, at : at + 1], 190)
    assert classifier.read(picture).text == "とんこついつつ"


@pytest.mark.parametrize("letter", ["い", "し", "と", "う"])
def test_a_single_letter_on_squared_paper_is_read(classifier: Classifier, letter: str) -> None:
    """Columns of squares with a gap between them, as pupils have for compositions."""
    side, gap = 110, 25
    picture = np.full((6 * side + 80, 5 * (side + gap) + 60, 3), 250, np.uint8)
    for column in range(5):
        for row in range(6):
            x, y = 30 + column * (side + gap), 40 + row * side
            cv2.rectangle(picture, (x, y), (x + side, y + side), (150, 90, 60), 2)
    put(picture, letter, 30 + 4 * (side + gap) + 7, 47, vertical=True)
    reading = classifier.read(picture)
    assert (reading.text, reading.glyphs[0].verdict) == (letter, "sure")


def test_what_is_no_hiragana_keeps_its_place(classifier: Classifier) -> None:
    picture = sheet("いつ つい")
    cv2.putText(picture, "W", (round(LETTER * 2.8), round(LETTER * 1.35)), cv2.FONT_HERSHEY_SIMPLEX, 2.8, 20, 4)
    reading = classifier.read(picture)
    assert reading.text == "いつ〓つい"
    assert [glyph.verdict for glyph in reading.glyphs].index("not_hiragana") == 2


@pytest.mark.parametrize("label", ["い", "こ"])
@pytest.mark.parametrize("stretch", [1.0, 1.35])
def test_one_character_whose_parts_are_far_apart_stays_one(classifier: Classifier, label: str, stretch: float) -> None:
    picture = drawn(label, 200)
    size = (round(200 * stretch), 200) if label == "い" else (200, round(200 * stretch))
    reading = classifier.read(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8))
    assert reading.text == label


def test_specks_beside_a_word_are_left_out(classifier: Classifier) -> None:
    picture = sheet("とんこつ")
    for x, y in [(20, 12), (300, 20), (430, 170)]:
        picture[y : y + 4, x : x + 4] = 40
    assert len(classifier.read(picture).glyphs) == 4


@pytest.mark.parametrize("vertical", [False, True], ids=["rows", "columns"])
def test_a_photo_of_a_full_page_loses_no_letters(classifier: Classifier, vertical: bool) -> None:
    lines = ["つくしとんこつうしいしこい", "しいしとんこつくしつこいう"] * 3
    page = sheet(*lines, vertical=vertical)
    in_the_shade = page * np.linspace(0.75, 1, page.shape[1])
    assert classifier.read(in_the_shade.astype(np.uint8)).text == "".join(lines)


def test_a_photo_of_small_letters_on_ruled_paper_is_read(classifier: Classifier) -> None:
    lines = ["つくしとんこつう", "いこいへ", "しいしとんこつく", "うしいしこい", "とんこつへい", "いうしくつこ"]
    assert classifier.read(photographed(ruled(sheet(*lines)))).text == "".join(lines)


@pytest.mark.parametrize("pitch", [40, 100, 110, 130, 150])
def test_a_photo_of_small_letters_among_dark_squares_is_read_but_for_a_few(classifier: Classifier, pitch: int) -> None:
    lines = ["つくしとんこつう", "いこいへ", "しいしとんこつく", "うしいしこい", "とんこつへい", "いうしくつこ"]
    read, written = classifier.read(photographed(squared(sheet(*lines), pitch))).text, "".join(lines)
    assert len(read) == len(written)
    assert sum(one != other for one, other in zip(read, written, strict=True)) <= len(written) / 8


@pytest.mark.parametrize(
    "words",
    [["とんこつ", "うしいし"], ["いこい", "こいし"], ["くつ", "しし", "こい", "うし"]],
    ids=["four letters", "three", "two"],
)
def test_words_among_dark_squares_are_read_but_for_a_few_characters(classifier: Classifier, words: list[str]) -> None:
    squares = product(words, range(40, 201, 20))
    read = [(word, pitch, classifier.read(photographed(squared(sheet(word), pitch))).text) for word, pitch in squares]
    wrong = sum(edits(word, text) for word, _, text in read)
    assert wrong <= sum(len(word) for word, _, _ in read) / 8, read


def test_a_page_that_looks_like_one_letter_is_read_to_its_end(classifier: Classifier) -> None:
    lines = ["つくしとんこつう", "いこいへ", "しいしとんこつく", "うしいしこい"]
    photo = photographed(squared(sheet(*lines), 150))
    found = transcribe(photo, classifier.probabilities, classifier.one, once=True)
    assert [len(line) for line in found] == [len(line) for line in lines]


def squared(page: NDArray[np.uint8], pitch: int) -> NDArray[np.uint8]:
    """A larger sheet around a page, with squares nearly as dark as the pen."""
    large = cv2.copyMakeBorder(page, 700, 500, 700, 800, cv2.BORDER_CONSTANT, value=245)
    for at in (30, 31, 32):
        large[at::pitch] = np.minimum(large[at::pitch], 120)
        large[:, at::pitch] = np.minimum(large[:, at::pitch], 120)
    return np.asarray(large, np.uint8)


def ruled(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A larger sheet around a page, with lines as faint as they mostly are."""
    large = cv2.copyMakeBorder(page, 700, 500, 700, 800, cv2.BORDER_CONSTANT, value=245)
    large[30::120] = large[31::120] = large[32::120] = np.minimum(large[30::120], 150)
    return np.asarray(large, np.uint8)


def photographed(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """From the side and in the shade, (h, w, 3): the lines of the paper are neither level nor parallel."""
    height, width = page.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = corners + np.array([[0, 0], [-60, 0.07 * width], [0, 0.1 * width], [60, 0]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, seen)
    warped = cv2.warpPerspective(page, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    lit = warped[:, :, np.newaxis] * np.linspace(0.45, 0.8, width)[:, np.newaxis] * np.array([1.0, 0.95, 0.85])
    return np.asarray(np.clip(lit + np.random.default_rng(3).normal(0, 3, lit.shape), 0, 255), np.uint8)


def test_a_full_page_is_read_up_to_the_most_characters(classifier: Classifier) -> None:
    line = "つくしとんこつうしいしつくしと"
    assert classifier.read(sheet(*[line] * 19)).text == line * 19
    reading = classifier.read(sheet(*[line] * 21))
    assert len(reading.glyphs) == MOST
    assert reading.text == line * 20


def dots() -> NDArray[np.uint8]:
    picture = np.full((1000, 1000), 250, np.uint8)
    places = np.random.default_rng(3).integers(2, 994, (10_000, 2))
    for x, y in places:
        picture[y : y + 4, x : x + 4] = 10
    return picture


def chessboard() -> NDArray[np.uint8]:
    y, x = np.mgrid[:1000, :1000] // 9
    return np.where((x + y) % 2, 250, 5).astype(np.uint8)


@pytest.mark.parametrize("picture", [dots(), chessboard(), np.kron(chessboard()[::9, ::9], np.eye(9, dtype=np.uint8))])
def test_the_work_on_a_strangers_picture_is_bounded(classifier: Classifier, picture: NDArray[np.uint8]) -> None:
    asked = 0

    def read(seen: NDArray[np.float32]) -> NDArray[np.float64]:
        nonlocal asked
        asked += 1
        return classifier.probabilities(seen)

    found = transcribe(picture, read, classifier.one)
    assert sum(map(len, found)) <= MOST
    assert asked <= MOST_CANDIDATES


def test_threads_get_what_one_gets(classifier: Classifier) -> None:
    pictures = [sheet(word) for word in WORDS[:4]]

    def plain(reading: Reading) -> object:
        return reading.glyphs

    alone = [plain(classifier.read(picture)) for picture in pictures]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda picture: plain(classifier.read(picture)), pictures)) == alone


SEEN = np.zeros((48, 48, 1), np.float32)


def taken_for(label: str, probability: float) -> NDArray[np.float64]:
    others = np.full(len(LABELS) + 1, (1 - probability) / len(LABELS))
    others[LABELS.index(label)] = probability
    return others


def character(box: Box, probabilities: NDArray[np.float64]) -> Character:
    return Character(Located(box, SEEN), probabilities)


@pytest.mark.parametrize(
    ("label", "probability", "size", "alone", "one"),
    [
        ("わ", 0.99, (100, 100), True, True),
        ("わ", 0.99, (100, 100), False, False),
        ("わ", 0.95, (100, 100), True, False),
        ("わ", 0.99, (175, 100), True, False),  # as なつ may look
        ("つ", 0.99, (175, 100), True, True),
        ("り", 0.99, (60, 100), True, True),
        ("り", 0.99, (50, 100), True, False),  # as two columns may look
    ],
)
def test_when_no_more_is_looked_for(
    label: str, probability: float, size: tuple[int, int], alone: bool, one: bool
) -> None:
    assert is_surely_one(Character(Located((0, 0, *size), SEEN, alone), taken_for(label, probability))) is one


@pytest.mark.parametrize(("pieces", "one"), [(4, True), (16, False)])
def test_what_falls_into_many_pieces_may_be_a_page(pieces: int, one: bool) -> None:
    picture = np.kron(np.eye(pieces, dtype=np.float32), np.pad(np.ones((2, 2), np.float32), ((0, 1), (0, 1))))
    seen = np.pad(picture, (0, 48 - len(picture)))[:, :, np.newaxis]
    assert is_surely_one(Character(Located((0, 0, 60, 100), seen, alone=True), taken_for("り", 0.99))) is one


@pytest.mark.parametrize(("elsewhere", "misses"), [((), False), ((20, 25), False), ((3, 40), True)])
def test_what_sees_half_of_a_page_misses_some(elsewhere: tuple[int, ...], misses: bool) -> None:
    def seen(characters: int) -> list[list[Character]]:
        return [[character((50 * place, 0, 40, 40), taken_for("つ", 0.5)) for place in range(characters)]]

    read = seen(20)
    assert misses_some(read, [read, *map(seen, elsewhere)]) is misses


@pytest.mark.parametrize(
    ("whole", "size", "boxes", "many"),
    [
        (("に", 0.99), (110, 100), [(0, 0, 40, 100), (60, 10, 50, 80)], False),  # しこ is a に
        (("ら", 0.95), (60, 100), [(0, 0, 60, 45), (0, 55, 60, 45)], True),
        (("わ", 0.99), (180, 100), [(0, 0, 80, 100), (100, 0, 80, 100)], True),
        (("わ", 0.99), (100, 100), [(0, 0, 100, 100), (150, 0, 100, 100)], True),  # one is beside it
        (("わ", 0.1), (180, 100), [(0, 0, 180, 100)], False),
    ],
)
def test_when_a_picture_shows_more_than_its_one_character(
    whole: tuple[str, float], size: tuple[int, int], boxes: list[Box], many: bool
) -> None:
    line = [character(box, taken_for("つ", 0.95)) for box in boxes]
    assert are_many([line], character((0, 0, *size), taken_for(*whole))) is many


@pytest.mark.parametrize(
    ("whole", "probability", "side", "lone"),
    [(0.1, 0.95, 20, True), (0.1, 0.8, 20, False), (0.1, 0.95, 40, False), (0.9, 0.95, 20, False)],
    ids=["on squares", "not clear", "a part of what is no hiragana", "a letter and its dot"],
)
def test_when_one_small_letter_is_all_that_is_written(whole: float, probability: float, side: int, lone: bool) -> None:
    found = character((70, 10, side, side), taken_for("つ", probability))
    as_a_whole = character((0, 0, 100, 100), taken_for("わ", whole))
    assert is_lone([[found]], as_a_whole) is lone
    assert not is_lone([[found, found]], as_a_whole)
    assert not is_lone([[found]], None)
