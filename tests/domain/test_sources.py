"""What an organiser names is read as people write it, and has one name however it was written."""

import pytest

from bot.domain.sources import SourceKind, SourceQuery, query_named, query_of


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
