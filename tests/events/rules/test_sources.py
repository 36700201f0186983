"""What an organiser names is read as people write it, and has one name however it was written."""

import pytest

from bot.events.rules.sources import SourceKind, SourceQuery, Words, query_named, query_of, words_in
from tests.support.events import an_event_named


@pytest.mark.parametrize(
    ("kind", "written", "name"),
    [
        (SourceKind.GROUP, "https://tfug-utsunomiya.connpass.com/event/1/", "group=tfug-utsunomiya"),
        (SourceKind.GROUP, " TFUG-Utsunomiya ", "group=tfug-utsunomiya"),
        (SourceKind.GROUP, "https://connpass.com/series/1234/", "group=1234"),
        (SourceKind.KEYWORD, "機械学習　入門", "keyword=機械学習 入門"),
        (SourceKind.PREFECTURE, "栃木", "prefecture=tochigi"),
        (SourceKind.PREFECTURE, "京都府", "prefecture=kyoto"),
        (SourceKind.PREFECTURE, "北海道", "prefecture=hokkaido"),
        (SourceKind.PREFECTURE, "オンライン", "prefecture=online"),
        (SourceKind.PREFECTURE, "Tokyo", "prefecture=tokyo"),
    ],
)
def test_what_is_written_becomes_a_source_with_one_name(kind: SourceKind, written: str, name: str) -> None:
    query = query_of(kind, written)
    assert query is not None
    assert query.name == name
    assert query_named(name) == query


def test_words_stand_in_the_name_and_are_read_from_it() -> None:
    query = SourceQuery(SourceKind.KEYWORD, "python 入門", Words(("初心者", "はじめて の方"), ("採用",)))
    assert query.name == "keyword=python 入門&include=初心者,はじめて の方&exclude=採用"
    assert query_named(query.name) == query
    assert query_named("group=g&exclude=採用") == SourceQuery(SourceKind.GROUP, "g", Words((), ("採用",)))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("初心者、ハンズオン", ("初心者", "ハンズオン")),
        (" Ｐｙｔｈｏｎ , Python,, ", ("Python",)),
        ("オンライン 入門", ("オンライン", "入門")),
        ("もくもく会　#4、LT", ("もくもく会 #4", "LT")),
        ("-", ()),
        ("ー", ()),
        ("", ()),
    ],
)
def test_words_are_read_as_people_write_them(written: str, words: tuple[str, ...]) -> None:
    assert words_in(written) == words


@pytest.mark.parametrize(
    ("include", "exclude", "is_meant"),
    [
        ((), (), True),
        (("python",), (), True),  # in the title, in another width and case
        (("rust", "まちなか"), (), True),  # any of them, in the place
        (("rust",), (), False),
        ((), ("初心者",), False),
        (("python",), ("初心者",), False),
        ((), ("rust",), True),
    ],
)
def test_words_select_by_title_place_and_group(
    include: tuple[str, ...], exclude: tuple[str, ...], is_meant: bool
) -> None:
    event = an_event_named("ＰＹＴＨＯＮ 初心者の会", place="まちなか会議室")
    assert Words(include, exclude).fit(event) is is_meant


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (SourceKind.GROUP, "宇都宮の会"),
        (SourceKind.GROUP, "https://example.test/"),
        (SourceKind.GROUP, ""),
        (SourceKind.KEYWORD, "   "),
        (SourceKind.KEYWORD, "あ" * 81),
        (SourceKind.PREFECTURE, "火星"),
    ],
)
def test_what_is_nothing_of_that_kind_is_no_source(kind: SourceKind, written: str) -> None:
    assert query_of(kind, written) is None


def test_a_configured_name_asks_nothing_by_itself() -> None:
    assert query_named("utsunomiya") is None
    assert query_named("colour=red") is None
    assert query_named("keyword=c=1") == SourceQuery(SourceKind.KEYWORD, "c=1")
