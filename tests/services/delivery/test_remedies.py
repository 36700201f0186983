"""Whatever goes wrong at connpass or the report site, organisers read in their language what to do about it."""

import re

import pytest

from bot.clients.connpass.api import refusal
from bot.clients.http import Page
from bot.locales import texts_for
from bot.services.delivery.remedies import remedy, remedy_now, trouble

JA = texts_for("ja")


def answered(status: int, content_type: str = "application/json") -> str:
    return str(refusal(Page(status, content_type, {}, b"{}", "https://connpass.com/api/v2/events/")))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "検索条件を受け付けません"),
        (401, "API キーが受け付けられません"),
        (403, "API キーが受け付けられません"),
        (404, "connpass.base_url を確認"),
        (408, "対応は不要です"),
        (410, "connpass.base_url を確認"),
        (418, "新しいバージョン"),
        (422, "検索条件を受け付けません"),
        (429, "問い合わせが多すぎます"),
        (500, "対応は不要です"),
        (503, "対応は不要です"),
    ],
)
def test_every_refusal_of_connpass(status: int, said: str) -> None:
    assert said in remedy(JA, answered(status))


def test_a_block_that_comes_as_a_web_page() -> None:
    assert "connpass にお問い合わせください" in remedy(JA, answered(403, "text/html"))


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("connpass at connpass.com gave no whole answer within 20 s; it is asked again later", "対応は不要です"),
        (
            "connpass at connpass.com cannot be reached, or hangs up; check the network if this goes on",
            "対応は不要です",
        ),
        ("connpass at connpass.com has a certificate that cannot be trusted; check this computer's date", "証明書"),
        ("connpass sent a web page (503 メンテナンス) instead of events; it is asked again later", "対応は不要です"),
        ("connpass asked for a pause of 90 s more; it is asked again after", "問い合わせが多すぎます"),
        ("connpass moved from https://connpass.com to https://x.example: if that is right, …", "connpass.base_url"),
        ('connpass has no feed of a group "x"; correct group of the source "x"', "グループ名を確認"),
        ("reports.site_url: the report site at x.example cannot be reached, or hangs up", "reports.site_url を確認"),
        ("Discord did not answer in time", "チャット側から応答がありません"),
    ],
)
def test_what_else_may_happen(reason: str, said: str) -> None:
    assert said in remedy(JA, reason)


def test_what_is_not_known_is_said_as_it_is() -> None:
    assert remedy(JA, "the moon fell down") == "the moon fell down"
    assert re.search("[ぁ-ん]", remedy(JA, answered(500)))


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "API キー"), (429, "もう一度お試し"), (503, "もう一度お試し")],
)
def test_who_asked_a_moment_ago_hears_what_they_can_do(status: int, said: str) -> None:
    assert said in remedy_now(JA, answered(status))


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (
            "Discord refused the token: put the bot's token under discord.token",
            "新しいトークン",
        ),
        ("Slack answered 200 (not_allowed_token_type) for the bot's token", "新しいトークン"),
        ("Slack answered 200 (missing_scope) for the app's token; what to do: …", "スコープ"),
        ("Discord cannot be reached (ClientConnectorError: …)", "自動でつなぎ直します"),
        ("Slack's socket was cut", "自動でつなぎ直します"),
    ],
)
def test_a_front_end_in_trouble(problem: str, said: str) -> None:
    assert said in trouble(JA, problem)
    assert not re.search("Discord|Slack", trouble(JA, problem))
