"""The store of reports, on a real SQLite."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.delivery.rules.deliveries import Delivery
from bot.delivery.store.deliveries import Deliveries
from bot.delivery.store.questions import Questions
from bot.events.ports.events import SourceState
from bot.events.store.events import Events
from bot.reports.report_posts import ReportPost
from bot.reports.report_questions import ReportQuestion
from bot.reports.rules.reports import Reason, ReasonCode, Report, ReportState
from bot.reports.store.reports import Reports
from tests.support.events import NOW

REPORT = Report(
    url="http://reports.example/201708.html",
    title="会 #04",
    published_at=NOW,
    event_id=404,
    state=ReportState.LINKED,
    certainty=0.97,
    reasons=(Reason(ReasonCode.LINK_NUMBER, 404, "#4"), Reason(ReasonCode.MONTH, None, "2017-08")),
    key="/201708.html",
    path="/201708.html",
    candidates=(404, 303),
    is_old=True,
    asked_as="/201708.html",
    sketch=(1, 2, 4_294_967_295),
    digest="abc",
    first_seen_at=NOW,
)
POST = Delivery(ReportPost("/201708.html", 404), "local:main", NOW)
QUESTION = ReportQuestion(subject="/201708.html", options=("404", "none"), asked_at=NOW, report="/201708.html")


async def test_a_report_comes_back_as_it_was_kept(engine: AsyncEngine):
    store = Reports(engine)
    await store.record_reports([REPORT])
    (kept,) = await store.reports()
    assert kept == replace(REPORT, id=kept.id)
    assert await store.report("/201708.html") == await store.report_of(404) == kept
    assert await store.report("/other.html") is await store.report_of(1) is None


async def test_what_a_poll_found_is_kept_with_everything_that_follows_from_it(engine: AsyncEngine):
    site = SourceState("reports of x", "x", NOW, NOW)
    await Reports(engine).record_reports([REPORT], [POST], [QUESTION], site)
    assert [one.name.subject for one in await Deliveries(engine).due(NOW)] == ["report:/201708.html"]
    assert await Questions(engine).question("report", "/201708.html") is not None
    assert (await Events(engine).sources())["reports of x"] == site


async def test_a_new_report_that_another_process_kept_first_is_kept_once(engine: AsyncEngine):
    store = Reports(engine)
    await store.record_reports([REPORT], [POST])
    await store.record_reports([replace(REPORT, title="another sight of it")], [POST])
    assert [one.title for one in await store.reports()] == ["会 #04"]
    assert len(await Deliveries(engine).due(NOW)) == 1


async def test_a_known_report_is_brought_up_to_date_and_keeps_its_key(engine: AsyncEngine):
    store = Reports(engine)
    await store.record_reports([REPORT])
    (kept,) = await store.reports()
    moved = replace(kept, path="/new.html", title="会 #05", event_id=505, key="ignored", first_seen_at=None)
    await store.record_reports([moved])
    assert await store.reports() == [replace(moved, key=REPORT.key, first_seen_at=NOW)]


async def test_an_answer_is_kept_with_what_follows_and_only_the_first_counts(engine: AsyncEngine):
    store, questions = Reports(engine), Questions(engine)
    await store.record_reports([replace(REPORT, event_id=None, state=ReportState.ASKED)], (), [QUESTION])
    question = await questions.question("report", "/201708.html")
    assert question is not None
    decided = replace(REPORT, event_id=303, decided_by="mika", certainty=1.0)
    assert await store.decide(question, "303", "mika", NOW, decided, [POST])
    assert not await store.decide(question, "404", "ken", NOW, replace(decided, event_id=404, decided_by="ken"), [])
    (kept,) = await store.reports()
    assert (kept.event_id, kept.decided_by) == (303, "mika")
    assert len(await Deliveries(engine).due(NOW)) == 1


async def test_a_poll_that_began_before_the_answer_does_not_overwrite_it(engine: AsyncEngine):
    store, questions = Reports(engine), Questions(engine)
    await store.record_reports([replace(REPORT, event_id=None, state=ReportState.ASKED)], (), [QUESTION])
    (seen_by_the_poll,) = await store.reports()
    question = await questions.question("report", "/201708.html")
    assert question is not None
    await store.decide(question, "303", "mika", NOW, replace(REPORT, event_id=303, decided_by="mika"), [])
    await store.record_reports([replace(seen_by_the_poll, event_id=404, title="corrected", state=ReportState.LINKED)])
    (kept,) = await store.reports()
    assert (kept.event_id, kept.decided_by, kept.title) == (303, "mika", "corrected")
