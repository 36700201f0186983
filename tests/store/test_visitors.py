"""Strangers on the page fill no disk: what they leave has a bound, and what others left before stays."""

from datetime import timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.errors import StoreFull
from bot.core.uploads import Source
from bot.handwriting.rules.consent import Consent
from bot.handwriting.rules.quiz import Player
from bot.handwriting.rules.teaching import Offered, Sample
from bot.handwriting.store import samples
from bot.handwriting.store.quizzes import Quizzes
from bot.handwriting.store.samples import Samples
from bot.reminders.personal_posts import snoozed
from bot.reminders.rules.personal_reminders import Member, PersonalReminder
from bot.reminders.store.personal_reminders import PersonalReminders
from bot.store import visitors
from bot.store.tables import events
from tests.support.events import NOW, an_event_named
from tests.support.every_table import rows_of

ALICE, BOB, CAROL = (f"local:@{name}" for name in ("alice", "bob", "carol"))
IN_CHAT = "discord:@77"
EVENT = an_event_named("会", 1, started_at=NOW + timedelta(days=30))


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "MOST_OF_ALL", 2)
    monkeypatch.setattr(samples, "MOST_OF_ALL", 2)
    monkeypatch.setattr(visitors, "MOST_OF_ONE", 2)


def yes(address: str) -> Consent:
    return Consent(address, given=True, at=NOW, alias=f"m-{address}")


async def test_so_many_may_agree_and_whoever_did_may_do_so_again(engine: AsyncEngine) -> None:
    store = Samples(engine)
    for address in (ALICE, BOB, ALICE, IN_CHAT):
        await store.agree(yes(address))
    with pytest.raises(StoreFull):
        await store.agree(yes(CAROL))
    with pytest.raises(StoreFull):
        await store.erase(CAROL, Consent(CAROL, given=False, at=NOW))
    await store.erase(ALICE)
    await store.agree(yes(CAROL))
    assert await store.consent(BOB) == yes(BOB)


async def test_so_many_samples_wait_for_an_organiser(engine: AsyncEngine) -> None:
    store = Samples(engine)
    for address in (ALICE, BOB, IN_CHAT):
        await store.agree(yes(address))

    async def offered(owner: str, digest: str) -> Offered:
        of_model = {"model": "", "said": "い", "share": 1.0, "is_sure": True}
        return await store.offer(Sample(owner, "", digest, "い", Source.DRAWING, NOW, **of_model), b"png")  # type: ignore[arg-type]

    assert [await offered(who, who) for who in (ALICE, BOB)] == 2 * [Offered.KEPT]
    assert await offered(ALICE, "another") is Offered.TOO_MANY_WAIT
    assert await offered(IN_CHAT, "another") is Offered.KEPT


async def test_so_many_have_settings_and_a_place_on_the_board(engine: AsyncEngine) -> None:
    store, quizzes = PersonalReminders(engine), Quizzes(engine)
    for address in (ALICE, BOB, ALICE, IN_CHAT):
        await store.keep_member(Member(address, locale="en"), NOW)
        await quizzes.join(Player(address, "local:", address), NOW.date())
    with pytest.raises(StoreFull):
        await store.keep_member(Member(CAROL, locale="en"), NOW)
    with pytest.raises(StoreFull):
        await quizzes.join(Player(CAROL, "local:", CAROL), NOW.date())


async def test_one_visitor_plans_so_much_and_no_more(engine: AsyncEngine) -> None:
    store = PersonalReminders(engine)
    async with engine.begin() as connection:
        await connection.execute(insert(events).values(next(rows_of(events, count=1)) | {"id": EVENT.id}))

    async def wants(address: str, minutes: int) -> None:
        lead_times = (timedelta(minutes=minutes),)
        await store.keep(PersonalReminder(address, EVENT.id, lead_times, "ja"), EVENT, NOW)

    for minutes in (7, 8):
        await wants(ALICE, minutes)
    with pytest.raises(StoreFull):
        await wants(ALICE, 9)
    put_off = snoozed(ALICE, "ja", EVENT, NOW + timedelta(hours=1))
    assert put_off is not None
    with pytest.raises(StoreFull):
        await store.snooze(put_off, NOW)
    for minutes in (7, 8, 9):
        await wants(IN_CHAT, minutes)
