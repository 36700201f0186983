"""How the bot is, as strangers may read it."""

from pathlib import Path

from bot.app.condition import CHOSEN_IN_CHATS, RunningCondition
from bot.core.room import MANAGERS, Room
from tests.parity.house import SOURCE, open_house
from tests.support.events import a_room


async def test_what_other_communities_follow_is_counted_and_not_named(tmp_path: Path) -> None:
    beside = Room("discord", "202", ("keyword=secret",), organisers=(MANAGERS,), guild="200")
    async with open_house(tmp_path, a_room(), beside=[beside]) as house:
        condition = RunningCondition(house.services, (), has_report_site=True)
        health, gauges = await condition.health(), await condition.gauges()
        reports = house.services.reporting.name
    assert "secret" not in f"{health}{gauges}"
    assert set(health["sources"]) == {SOURCE, reports}
    assert health["chosen_in_chats"] == {"sources": 1, "failing": 0}
    assert set(gauges.unread) == {SOURCE, reports, CHOSEN_IN_CHATS}
    assert gauges.unread[CHOSEN_IN_CHATS] == 0
