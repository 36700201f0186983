"""docs/decisions/answers-under-fault.md has a row for everything that is tried."""

from pathlib import Path

from tests.platforms.discord import test_faults_of_answers as discord
from tests.platforms.slack import test_faults as slack
from tests.support import missed

DOCUMENT = Path(__file__).parents[2] / "docs/decisions/answers-under-fault.md"


def test_the_table_of_faults_is_what_is_tried() -> None:
    requests = [(f"`{one.method}`", one) for one in slack.CASES]
    calls = [(f"`{one.method} {one.path}`", one) for one in discord.CASES]
    rows = [
        f"| {platform} | {case.does} | {request} | {', '.join(case.faults)}{' (always)' * (times > 1)} | {case.sees} |"
        for platform, cases in (("Slack", requests), ("Discord", calls))
        for request, case in cases
        for times in [getattr(case, "times", 1)]
    ]
    rows += [
        f"| {platform} | {case.does} | the message | {_away(case.away)} | {case.sees} |"
        for platform in ("Slack", "Discord")
        for case in missed.CASES
    ]
    shown = DOCUMENT.read_text(encoding="utf-8")
    missing = [row for row in rows if row not in shown]
    assert missing == [], "\n".join(["write into the table:", *missing])
    assert len([line for line in shown.splitlines() if line.startswith(("| Slack", "| Discord"))]) == len(rows)


def _away(minutes: tuple[int, ...]) -> str:
    return f"the bot away for {' or '.join(map(str, minutes))} minutes"
