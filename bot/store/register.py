"""What is kept of people: every table, what it is for, how long that is kept, and what erases it.

`!privacy`, `!export`, `!forget`, the purge at night, the erasing of a server that the bot left, and the table in
docs/privacy.md are made from this register, and a test asks for every column. A column that is not registered as one
that can hold an account or what a member wrote is declared here to hold nothing personal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, or_, select

from bot.core.keeping import Purpose
from bot.core.texts import gettext
from bot.store import lifetimes as past
from bot.store import naming, tables
from bot.store.naming import Account, Row, in_json

Which = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Server:
    """A server or workspace, with the destinations of its rooms."""

    platform: str
    id: str
    rooms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Named:
    """Rows that name a member in a form of their own. `without` returns what remains of one, None: nothing."""

    rows: Callable[[Account], Which]
    without: Callable[[Row, Account], dict[str, Any] | None]


@dataclass(frozen=True)
class Kept:
    """One table.

    Args: nothing: the columns that hold nothing personal. owner: the one with the address of the member whose row it
        is. by: the one that says who did it, in a row of others. also: other columns that can hold an account.
        words: those that can hold what a member wrote or drew. named: where a member is named otherwise. past: which
        rows are erased at night, None: none. within: which rows are a server's.
    """

    table: Table
    purpose: Purpose
    nothing: str
    owner: str = ""
    by: str = ""
    also: str = ""
    words: str = ""
    named: Named | None = None
    past: Callable[[datetime], Which] | None = None
    within: Callable[[Server], Which] | None = None

    def of(self, account: Account) -> Which | None:
        """Return which rows are a member's or name them; None where none can."""
        row, found = self.table.c, list[Which]()
        if self.owner:
            found.append(row[self.owner] == account.address)
        if self.by:
            found.append(row[self.by].in_([account.number, account.address]))
        if self.named:
            found.append(self.named.rows(account))
        return or_(*found) if found else None

    def without(self, row: Row, account: Account) -> dict[str, Any] | None:
        """Return what becomes of such a row without the member: its new values, None if it goes."""
        if self.owner and row[self.owner] == account.address:
            return None
        return self.named.without(row, account) if self.named else {self.by: ""}


def _in_server(platform: Column[Any], place: Column[Any]) -> Callable[[Server], Which]:
    return lambda server: and_(platform == server.platform, place == server.id)


def _of_its_members(address: Column[Any], place: Column[Any]) -> Callable[[Server], Which]:
    return lambda server: and_(address.startswith(f"{server.platform}:"), place == server.id)


def _on_its_board(space: Column[Any]) -> Callable[[Server], Which]:
    return lambda server: space == f"{server.platform}:{server.id}"


def _in_its_rooms(destination: Column[Any]) -> Callable[[Server], Which]:
    return lambda server: destination.in_(server.rooms)


def _about_its_rooms(server: Server) -> Which:
    there = select(tables.deliveries.c.id).where(tables.deliveries.c.destination.in_(server.rooms))
    return tables.interventions.c.delivery_id.in_(there)


def _decides_in(table: Table) -> Callable[[Account], Which]:
    return lambda account: in_json(table.c.choices, account.number)


def _in_its_console(server: Server) -> Which:
    """What organisers of a server said and were answered on the page, each in a conversation of their own."""
    return tables.room_messages.c.channel.startswith(f"@{server.platform}:{server.id}:", autoescape=True)


def _is_in_session(account: Account) -> Which:
    row = tables.sessions.c
    return and_(row.platform == account.platform, row.member == account.number)


_EVENTS = Purpose(
    gettext("events: title, place, seats, speakers and materials, as connpass shows them"),
    gettext("to know what is new, and to answer"),
    gettext("{long} days after the event, once no source shows it; longer with its report"),
)
_SAMPLES = Purpose(
    gettext("characters you agreed to give: cut out, under a random alias, with your account's number beside it"),
    gettext("to train models, and so that you can take them back"),
    gettext("until you take them back"),
)
_ROOMS = Purpose(
    gettext("how a channel is set up, who did that, and who may decide there"),
    gettext("to post what organisers chose, and to tell them if that fails"),
    gettext("while it is set up, and {long} days after it is switched off; {draft} days if it was never finished"),
)
_TRACES = Purpose(
    gettext("what organisers did: answered, retracted, posted again"),
    gettext("so that organisers see who did what"),
    gettext("{trace} days; a question that nobody answers, {long} days"),
)
_NOTES = Purpose(
    gettext("technical notes: what platforms said, calendar entries, channels that take nothing, servers left"),
    gettext("to do nothing twice"),
    gettext("as long as they are of use"),
)

REGISTER = (  # what hangs on a row of another table stands before that
    Kept(
        tables.interventions, _TRACES, by="member", nothing="id delivery_id action at", past=past.past_interventions,
        within=_about_its_rooms,
    ),
    Kept(
        tables.questions, _TRACES, by="answered_by",
        nothing="id kind subject options facts asked_at answer answered_at", past=past.past_questions,
        within=lambda server: tables.questions.c.facts["guild"].as_string() == server.id,
    ),
    Kept(
        tables.deliveries,
        Purpose(
            gettext("what was posted where, and what was sent to you alone"),
            gettext("to say nothing twice, and to keep it up to date"),
            gettext("what was sent to you, {personal} days after the event; what stands in a channel, {long} days"),
        ),
        owner="destination",
        nothing="id kind subject occasion due_at useful_until event_id facts state attempts claimed_until "
        "first_tried_at sent_at external_id reason",
        past=past.past_deliveries,
        within=_in_its_rooms(tables.deliveries.c.destination),
    ),
    Kept(
        tables.troubles, _NOTES, owner="room", nothing="problem since refusals again_at", past=past.past_troubles,
        within=_in_its_rooms(tables.troubles.c.room),
    ),
    Kept(
        tables.personal_reminders,
        Purpose(
            gettext("your reminders: your account's number, the event, the times"),
            gettext("to remind you, and to tell you if the event moves"),
            gettext("{personal} days after the event; a button below each cancels it at once"),
        ),
        owner="address", nothing="event_id lead_times locale starts_at takes_place", past=past.past_reminders,
    ),
    Kept(
        tables.members,
        Purpose(
            gettext("your settings: language, community, usual times, quiet hours, whether direct messages reach you"),
            gettext("to speak to you as you like it"),
            gettext("{long} days after you last used the bot"),
        ),
        owner="address", nothing="lead_times is_closed locale quiet community used_at", past=past.past_members,
    ),
    Kept(
        tables.sample_exports, _SAMPLES, also="writers", nothing="id folder at", past=past.past_exports,
        named=Named(naming.exported_with, naming.exported_without),
    ),
    Kept(
        tables.samples, _SAMPLES, owner="owner", by="reviewer", words="png digest label",
        nothing="id space source at model said share is_sure state opinion reviewed_at",
        within=_of_its_members(tables.samples.c.owner, tables.samples.c.space),
    ),
    Kept(
        tables.consents,
        Purpose(
            gettext("your answer to whether characters may be kept"),
            gettext("so that you are not asked again"),
            gettext("until you take it back"),
        ),
        owner="address", also="alias", nothing="given at wording",
    ),
    Kept(
        tables.quizzes,
        Purpose(
            gettext("the quiz that you were asked, and its link"),
            gettext("to judge what you write"),
            gettext("until it expires, after 10 minutes"),
        ),
        owner="address", nothing="room guild label token expires_at tries streak is_over", past=past.past_quizzes,
        within=_of_its_members(tables.quizzes.c.address, tables.quizzes.c.guild),
    ),
    Kept(
        tables.quiz_scores,
        Purpose(
            gettext("your stars of this week, if you stand on the quiz's board"),
            gettext("to show the board"),
            gettext("until the week is over"),
        ),
        owner="address", nothing="space week stars right streak", past=past.past_scores,
        within=_on_its_board(tables.quiz_scores.c.space),
    ),
    Kept(
        tables.quiz_players,
        Purpose(
            gettext("your place on the quiz's board, and the name you chose for it"),
            gettext("to show the board"),
            gettext("until you leave it, and {long} days after you last played"),
        ),
        owner="address", words="name", nothing="space seen_on", past=past.past_players,
        within=_on_its_board(tables.quiz_players.c.space),
    ),
    Kept(
        tables.room_messages,
        Purpose(
            gettext("what is said and posted on the web page; a browser keeps a random name in a cookie for 90 days"),
            gettext("so that the page can show it"),
            gettext("what was said, {trace} days; what was posted, {long} days"),
        ),
        also="channel author", words="message", nothing="id bot at key revision", past=past.past_room_messages,
        named=Named(naming.said_by_or_naming, naming.said_without), within=_in_its_console,
    ),
    Kept(
        tables.sessions,
        Purpose(
            gettext("an organiser's log-in to the page: account number, roles, channels; of the secret only a digest"),
            gettext("so that the page knows who may do what"),
            gettext("12 hours, or until you log out"),
        ),
        also="member", nothing="digest platform tenant channel roles channels is_link expires_at",
        past=past.past_sessions,
        named=Named(_is_in_session, lambda _row, _account: None),
        within=_in_server(tables.sessions.c.platform, tables.sessions.c.tenant),
    ),
    *(
        Kept(
            table, _ROOMS, by="changed_by", also="choices", nothing=f"platform channel guild {which} changed_at",
            past=is_past, named=Named(_decides_in(table), naming.setting_up_without),
            within=_in_server(table.c.platform, table.c.guild),
        )
        for table, which, is_past in (
            (tables.rooms, "revision", past.past_rooms),
            (tables.room_drafts, "step", past.past_drafts),
        )
    ),
    Kept(
        tables.mirrored_events, _NOTES, nothing="platform space event_id external_id state digest",
        past=past.past_mirrored_events,
        within=_in_server(tables.mirrored_events.c.platform, tables.mirrored_events.c.space),
    ),
    Kept(
        tables.reports,
        Purpose(
            gettext("reports of events, and which event each is about"),
            gettext("to link them, and to post each once"),
            gettext("{unshown} days after their site shows them no more"),
        ),
        by="decided_by",  # that somebody decided stays: nothing overrules it
        nothing="id key url path title published_at first_seen_at event_id state certainty reasons candidates is_old "
        "asked_as sketch digest seen_at",
        past=past.past_reports,
    ),
    Kept(tables.materials, _EVENTS, nothing="event_id looked_at found", past=past.past_materials),
    Kept(tables.sightings, _EVENTS, nothing="source event_id missed seen_on"),  # go with their events
    Kept(tables.event_numbers, _EVENTS, nothing="number event_id"),  # as these
    Kept(
        tables.events, _EVENTS, past=past.past_events,
        nothing="id title url started_at ended_at ends_at place address accepted waiting limit status group "
        "published_at updated_at postponed_from revision image_url searched",
    ),
    Kept(
        tables.sources,
        Purpose(
            gettext("what channels follow: groups, and the words that organisers search for"),
            gettext("to ask connpass for it"),
            gettext("{unshown} days after nobody follows it any more"),
        ),
        words="query", nothing="name first_seen_at seen_at covered_until error failed_at failing_since",
        past=past.past_sources,
    ),
    Kept(tables.heard, _NOTES, nothing="key at", past=past.past_heard),
    Kept(
        tables.left_servers, _NOTES, nothing="platform server since",
        within=_in_server(tables.left_servers.c.platform, tables.left_servers.c.server),
    ),
    Kept(tables.memory, _NOTES, nothing="name value"),
)  # fmt: skip

SPANS = {  # in days, as the texts name them
    "personal": past.PERSONAL.days,
    "long": past.LONG.days,
    "trace": past.TRACE.days,
    "unshown": past.UNSHOWN.days,
    "draft": past.DRAFT.days,
}


def purposes() -> list[Purpose]:
    """Return what is kept as members are told of it: their own first, and each thing once."""
    own = [kept for kept in REGISTER if kept.owner and kept.table is not tables.troubles]
    return list(dict.fromkeys(kept.purpose for kept in (*own, *REGISTER)))
