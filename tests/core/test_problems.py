"""Every problem and every skip is told in both languages, kept by its code, and raised somewhere."""

import re
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.core.problems import platforms, sources
from bot.core.problems.base import NoAnswer, Passing, Problem, Said
from bot.core.reasons import from_text, problem_from_text, to_text
from bot.core.skips import NothingToSay
from bot.events.connpass.api import refusal
from bot.locales import texts_for
from bot.network.http import Page
from bot.platforms.slack import errors
from tests.support.told import in_japanese

JA = texts_for("ja")
ROOT = Path(__file__).parents[2]
KINDS = [kind for code, kind in Problem.kinds.items() if kind is not Said]
SAMPLES: dict[Any, Any] = {str: "X-1", int: 7, Problem: NoAnswer(where="connpass")}


def a_problem(kind: type[Problem]) -> Problem:
    wanted = {one.name: SAMPLES[one.type] for one in fields(kind) if one.name not in ("where", "detail")}
    return kind(**wanted, where="Y-2", detail="as the other side said")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_problem_is_told_in_both_languages_with_all_its_arguments(kind: type[Problem]) -> None:
    problem = a_problem(kind)
    japanese = in_japanese(problem)
    for name in set(re.findall(r"\{(\w+)\}", kind.happened + kind.remedy)) - {"why", "last"}:
        assert str(getattr(problem, name)) in japanese
    assert kind.happened.endswith((".", "}"))
    assert kind.remedy.endswith(".") or isinstance(problem, Passing) or kind in (sources.EntryLeftOut,)
    assert "Y-2" in str(problem)
    assert "as the other side said" in str(problem)
    assert "as the other side said" not in japanese


@pytest.mark.parametrize("kind", [*KINDS, Said], ids=lambda kind: kind.__name__)
def test_every_problem_comes_back_from_the_store(kind: type[Problem]) -> None:
    problem = a_problem(kind)
    assert problem_from_text(to_text(problem)) == from_text(to_text(problem)) == problem


@pytest.mark.parametrize("skip", NothingToSay)
def test_every_skip_is_told_in_both_languages_and_comes_back_from_the_store(skip: NothingToSay) -> None:
    in_japanese(skip)
    assert from_text(to_text(skip)) is skip


@pytest.mark.parametrize(
    "text",
    ["Discord answered 403 (Missing Permissions)", "", "3", "[1]", '{"code": "of-tomorrow"}', '{"code": "moved"}'],
)
def test_a_sentence_of_an_earlier_version_and_a_code_of_a_later_one_are_shown_as_they_are(text: str) -> None:
    assert from_text(text) == Said(text)
    assert from_text(text).told(JA) == text


def test_what_an_earlier_version_dropped_may_still_come_back() -> None:
    assert from_text("moved") is NothingToSay.UNWANTED


@cache
def names_used() -> set[str]:
    """What is written in the bot beside the vocabularies: each word, and the names of skips."""
    files = [path for path in (ROOT / "bot").rglob("*.py") if "core" not in path.parts]
    written = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return {*re.findall(r"\w+", written), *re.findall(r"NothingToSay\.\w+", written)}


NAMES = [*(kind.__name__ for kind in KINDS), *(f"NothingToSay.{one.name}" for one in NothingToSay)]


@pytest.mark.parametrize("name", NAMES)
def test_no_code_is_there_that_nobody_uses(name: str) -> None:
    assert name in names_used()


def test_what_passes_is_told_differently_to_whoever_waits() -> None:
    down, full = NoAnswer(where="connpass"), platforms.CalendarFull()
    assert "対応は不要です" in down.told(JA)
    assert "もう一度お試し" in down.told(JA, asked_now=True)
    assert full.told(JA) == full.told(JA, asked_now=True)


def test_a_problem_within_a_problem_is_told_with_it() -> None:
    lacks = platforms.GivenUp(platforms.PermissionMissing(where="channel 5", detail="code 50013"))
    assert "権限を付けてください" in lacks.told(JA)
    assert "channel 5: code 50013" in str(lacks)
    silent = platforms.GivenUp(NoAnswer(where="Slack")).told(JA)
    assert "もう一度投稿してください" in silent
    assert "対応は不要です" not in silent


# --- connpass


def answered(status: int, content_type: str = "application/json") -> Problem:
    return refusal(Page(status, content_type, {}, b"{}", "https://connpass.com/api/v2/events/")).problem


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
    assert said in in_japanese(answered(status))


def test_a_block_that_comes_as_a_web_page() -> None:
    assert "connpass にお問い合わせください" in in_japanese(answered(403, "text/html"))


@pytest.mark.parametrize(("status", "said"), [(401, "API キー"), (429, "もう一度お試し"), (503, "もう一度お試し")])
def test_who_asked_a_moment_ago_hears_what_they_can_do(status: int, said: str) -> None:
    assert said in answered(status).told(JA, asked_now=True)


# --- Slack


class Answer:
    """What slack_sdk hands on with an error."""

    def __init__(self, code: str, status: int = 200) -> None:
        self.data, self.status_code, self.headers = {"ok": False, "error": code}, status, {}


CODES = {*errors._PROBLEMS, *errors._FOR_GOOD, *errors._BUSY, *errors._BAD_TOKEN, *errors._BAD_TOKEN_KIND}


@pytest.mark.parametrize("setting", [errors.BOT_TOKEN, errors.APP_TOKEN])
@pytest.mark.parametrize("code", sorted({*CODES, "missing_scope", "a_code_of_tomorrow", ""}))
def test_every_no_of_slack(code: str, setting: str) -> None:
    problem = errors.problem_of("channel C1", SlackApiError("no", Answer(code)), setting)
    in_japanese(problem)
    assert code in str(problem)
    assert problem.passes == (not code or code in errors._BUSY)


@pytest.mark.parametrize(
    ("code", "setting", "said"),
    [
        ("token_revoked", errors.BOT_TOKEN, "新しいトークン"),
        ("token_revoked", errors.APP_TOKEN, "新しいトークン"),
        ("not_allowed_token_type", errors.BOT_TOKEN, "xoxb- で始まるトークン"),
        ("missing_scope", errors.APP_TOKEN, "スコープ connections:write"),
        ("missing_scope", errors.BOT_TOKEN, "スコープ"),
    ],
)
def test_what_is_wrong_with_a_token_of_slack(code: str, setting: str, said: str) -> None:
    assert said in in_japanese(errors.problem_of("slack", SlackApiError("no", Answer(code)), setting))


def test_a_front_end_that_is_cut_off_connects_again_by_itself() -> None:
    said = in_japanese(platforms.NotConnected(where="Discord", detail="ClientConnectorError: Cannot connect to host"))
    assert "自動でつなぎ直します" in said
    assert not re.search("Discord|Cannot", said)  # the line that shows it names the platform
