"""Logins in addresses."""

import pytest

from bot.core.logins import hide_logins, login_apart


@pytest.mark.parametrize(
    ("address", "apart"),
    [
        ("https://site.example/", ("https://site.example/", "")),
        ("https://me:p%40ss@site.example:8443/a?b#c", ("https://site.example:8443/a?b#c", "me:p@ss")),
        ("https://site.example/@me", ("https://site.example/@me", "")),
        ("http://[", ("http://[", "")),
        ("", ("", "")),
    ],
)
def test_a_login_is_taken_out_of_an_address(address: str, apart: tuple[str, str]) -> None:
    assert login_apart(address) == apart


def test_a_text_shows_no_login() -> None:
    assert hide_logins("postgresql://a:b@c/d is down") == "postgresql://…@c/d is down"
    assert hide_logins("https://h/@x, me@example.org: ok") == "https://h/@x, me@example.org: ok"
