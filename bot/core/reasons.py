"""Why a delivery waits, failed or was skipped, and why a source was not read: as stores keep it."""

import json
from collections.abc import Mapping
from typing import Any

from bot.core.problems import platforms, sources, store  # noqa: F401  # their codes are known once they are loaded
from bot.core.problems.base import Problem, Said
from bot.core.skips import NothingToSay

Reason = Problem | NothingToSay
_SKIPS = {skip.code: skip for skip in NothingToSay}


def to_text(reason: Reason) -> str:
    """Return the code of a skip; a problem as JSON, its code among its arguments."""
    return reason.code if isinstance(reason, NothingToSay) else json.dumps(_to_json(reason), ensure_ascii=False)


def from_text(text: str) -> Reason:
    """Read what `to_text` wrote; a sentence of an earlier version, or what a later one wrote, is shown as it stands."""
    return _SKIPS.get(text) or problem_from_text(text)


def problem_from_text(text: str) -> Problem:
    """Read a problem that `to_text` wrote, or a sentence of an earlier version."""
    try:
        return _from_json(json.loads(text))
    except (ValueError, KeyError, TypeError):
        return Said(text)


def _to_json(problem: Problem) -> dict[str, Any]:
    given = {name: _to_json(value) if isinstance(value, Problem) else value for name, value in vars(problem).items()}
    return {"code": problem.code, **given}


def _from_json(stored: Mapping[str, Any]) -> Problem:
    kind, given = Problem.kinds[stored["code"]], dict[str, Any]()
    for name in stored.keys() - {"code"}:
        given[name] = _from_json(stored[name]) if isinstance(stored[name], dict) else stored[name]
    return kind(**given)
