"""How long each table keeps its rows: the spans, and which rows are past them at a moment."""

from datetime import datetime, timedelta

from sqlalchemy import Column, ColumnElement, Text, and_, cast, exists, not_, or_

from bot.store.tables import (
    deliveries,
    events,
    heard,
    interventions,
    materials,
    members,
    mirrored_events,
    personal_reminders,
    questions,
    quiz_players,
    quiz_scores,
    quizzes,
    reports,
    room_drafts,
    room_messages,
    rooms,
    sample_exports,
    sessions,
    sightings,
    sources,
    troubles,
)

DAY = timedelta(days=1)
PERSONAL = 7 * DAY  # an event is sometimes moved on its day, or ends later than its page says
LONG = 400 * DAY  # a yearly event is remembered, and what was said of it can still be edited
TRACE = 90 * DAY  # who decided what, and what was said on the page
UNSHOWN = 90 * DAY  # a source or site that was out of reach for a while does not lose what it showed
DRAFT = 30 * DAY
LEFT = 30 * DAY  # whoever removed the bot by mistake has so long to bring it back
HEARD = 2 * DAY  # with delayed events Slack tries again for a day
WEEK = 8 * DAY  # and a day, as weeks end at different times around the world

PRESSED = "pressed:"  # how the key of an answer in the room begins; every other key is a post's

Which = ColumnElement[bool]


def is_over(event: Column[int], since: datetime) -> Which:
    """Whether an event was over by then, or is not known any more; one without a date is not."""
    lasts = or_(events.c.ends_at.is_(None), events.c.ends_at >= since)
    return not_(exists().where(events.c.id == event, lasts))


def past_deliveries(now: datetime) -> Which:
    """What was sent to one member goes soon; what stands in a channel is named by its row for as long as it counts."""
    row = deliveries.c
    is_personal = row.destination.contains(":@")
    has_no_use = or_(row.useful_until.is_(None), row.useful_until < now - PERSONAL)
    is_of_no_event = row.event_id.is_(None)
    personal = (row.due_at < now - PERSONAL, has_no_use, or_(is_of_no_event, is_over(row.event_id, now - PERSONAL)))
    posted = (row.due_at < now - LONG, or_(is_of_no_event, is_over(row.event_id, now - LONG)))
    # A report is posted once, however often its page changes.
    stays = and_(row.kind == "report", exists().where("report:" + reports.c.key == row.subject))
    return or_(and_(is_personal, *personal), and_(not_(is_personal), *posted, not_(stays)))


def past_events(now: datetime) -> Which:
    """Those that no source shows any more, and no report is about: what a source shows would only come again."""
    row = events.c
    is_shown = exists().where(sightings.c.event_id == row.id, sightings.c.seen_on >= (now - UNSHOWN).date())
    is_reported = exists().where(reports.c.event_id == row.id)
    return and_(or_(row.ends_at.is_(None), row.ends_at < now - LONG), not_(is_shown), not_(is_reported))


def past_reports(now: datetime) -> Which:
    """Those that are gone from their site, while that can be read."""
    is_read = exists().where(sources.c.name.startswith("reports of "), sources.c.seen_at >= now - DAY)
    return and_(reports.c.seen_at < now - UNSHOWN, is_read)


def past_sources(now: datetime) -> Which:
    """Those that are asked no more."""
    return and_(*(or_(at.is_(None), at < now - UNSHOWN) for at in (sources.c.seen_at, sources.c.failed_at)))


def past_materials(now: datetime) -> Which:
    """Those of events that are gone."""
    return and_(materials.c.looked_at < now - LONG, not_(exists().where(events.c.id == materials.c.event_id)))


def past_reminders(now: datetime) -> Which:
    """Members' own, of events that were over some days ago."""
    return is_over(personal_reminders.c.event_id, now - PERSONAL)


def past_questions(now: datetime) -> Which:
    """Those that were answered; in time also those that were not."""
    row = questions.c
    return or_(row.answered_at < now - TRACE, and_(row.answer.is_(None), row.asked_at < now - LONG))


def past_room_messages(now: datetime) -> Which:
    """What was said and answered; later what was posted for all."""
    row = room_messages.c
    return or_(and_(or_(is_talk(), row.channel.startswith("@")), row.at < now - TRACE), row.at < now - LONG)


def is_talk() -> Which:
    """Whether a message in the room is what somebody said or was answered, and no post."""
    return or_(room_messages.c.key.is_(None), room_messages.c.key.startswith(PRESSED))


def past_mirrored_events(now: datetime) -> Which:
    """Closed entries of events that are over: one that somebody deleted must not come again before."""
    is_open = mirrored_events.c.state.in_(("scheduled", "active"))
    return and_(not_(is_open), is_over(mirrored_events.c.event_id, now - TRACE))


def past_rooms(now: datetime) -> Which:
    """Those that were switched off long ago."""
    return and_(rooms.c.changed_at < now - LONG, not_(rooms.c.choices["is_on"].as_boolean()))


def past_troubles(now: datetime) -> Which:
    """Those of direct messages; a channel is tried for as long as something is to be said there."""
    return and_(troubles.c.room.contains(":@"), troubles.c.again_at < now - PERSONAL)


def past_drafts(now: datetime) -> Which:
    """Those that nobody went on with."""
    return room_drafts.c.changed_at < now - DRAFT


def past_interventions(now: datetime) -> Which:
    """All, after a while."""
    return interventions.c.at < now - TRACE


def past_members(now: datetime) -> Which:
    """The settings of those who did not come back."""
    return members.c.used_at < now - LONG


def past_exports(_now: datetime) -> Which:
    """Those in which nobody is left."""
    return cast(sample_exports.c.writers, Text) == "[]"


def past_quizzes(now: datetime) -> Which:
    """Those that expired."""
    return quizzes.c.expires_at <= now


def past_scores(now: datetime) -> Which:
    """Those of earlier weeks."""
    return quiz_scores.c.week < (now - WEEK).date()


def past_players(now: datetime) -> Which:
    """Those who did not play for long."""
    return quiz_players.c.seen_on < (now - LONG).date()


def past_sessions(now: datetime) -> Which:
    """Those that expired."""
    return sessions.c.expires_at <= now


def past_heard(now: datetime) -> Which:
    """What no platform tells of again."""
    return heard.c.at < now - HEARD
