"""Two communities in one bot: what is A's, and all that people of B can try on it.

The lists come from where commands and actions are registered, so that a new one is tried by itself. What a forged
button may name is in `Things`: a new kind of field must say there what of A's it would name.
"""

import itertools
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, get_args

from bot.answering.answering import Answering
from bot.answering.commands import COMMANDS, DATA, TSUDOI
from bot.core.actions import Action, Kept, OneOf
from bot.core.askers import Tenant
from bot.core.commands import Command
from bot.core.cooldowns import Cooldown
from bot.core.rights import asker_in
from bot.core.uploads import Source
from bot.handwriting.ports.recognition import Cut
from bot.handwriting.rules.quiz import LASTS, Quiz
from bot.organisers.organising import TOPICS
from bot.organisers.organising_messages import source_key
from bot.reports.rules.reports import ReportPage
from bot.store.tables import metadata
from tests.parity.house import SITE, SOURCE, Connpass, House, ReportSite, a_picture, glyph
from tests.support.actions import every_kind
from tests.support.events import NOW, an_event_named

SECRET = "ひみつ"
THEIRS, COMING_THEIRS = (
    an_event_named(f"{SECRET}の会 #4", 500, started_at=NOW - timedelta(days=20), published_at=NOW - timedelta(days=50)),
    an_event_named(f"{SECRET}の会 #5", 501, published_at=NOW - timedelta(days=5)),
)
LATER_THEIRS = an_event_named(f"{SECRET}の会 #6", 503, published_at=NOW)
OURS = an_event_named("みんなの会 #1", 601, published_at=NOW - timedelta(days=5))
SOURCE_OF_B = "group=minna"
NO_LIMIT = Cooldown(10**6, timedelta(minutes=1))
LINK_OF_QUIZ = "quiz-of-a"
TYPED = ("", "4", "500", SECRET, "try secret", "use secret", "back", "board", "いつも 1d")


def commands_given() -> Iterator[tuple[Command[Answering], str]]:
    """Every command, with everything that may stand behind it."""
    for command in COMMANDS:
        yield from ((command, words) for words in (TOPICS if command in (TSUDOI, DATA) else TYPED))


def shown_of_a(said: Iterable[str], place: str) -> list[str]:
    """What was said in a place that names anything of A's; a word that somebody typed is said back to them.

    What connpass publishes about the events of the configuration's own community is told to whoever writes to the bot
    directly: there it is not known of which community they are.
    """
    marks = [f"{SECRET}の記録", "himitsu", LINK_OF_QUIZ, "'value': 'secret'"]
    marks += [f"{SECRET}の会"] if place != "direct messages" else []
    return [one for one in said if any(mark in one for mark in marks)]


def without_limits(house: House) -> Answering:
    """What answers in a house whose own page can be reached; nobody has to wait, however much is tried."""
    answering = house.services.answering
    quizzing = replace(answering.quizzing, public_url="https://tsudoi.example.org", limit=NO_LIMIT)
    return replace(answering, quizzing=quizzing, commands=NO_LIMIT, pictures=NO_LIMIT, lessons=NO_LIMIT)


def two_groups() -> Connpass:
    """connpass, on which each community has a group of its own, and the report site of A."""
    said = "みんなで集まり、書いた文字を見せあいました。たくさんの発見がありました。"
    unclear = ReportPage(f"{SITE}himitsu.html", "/himitsu.html", f"{SECRET}の記録", NOW - timedelta(days=1), said)
    return Connpass(ReportSite([unclear]), [], {SOURCE: [THEIRS, COMING_THEIRS], SOURCE_OF_B: [OURS]})


@dataclass
class Things:
    """What is A's, as ids that a forged button may name."""

    channel: str
    question: int
    options: tuple[str, ...]
    message: int
    sample: int
    key: str

    def values_of(self, name: str, kind: Any) -> Sequence[Any]:
        """Everything of A's that a field of an action can name."""
        if isinstance(kind, type) and issubclass(kind, Enum):
            return list(kind)
        ids = (self.channel, str(self.message), str(self.sample), self.key, "secret")
        named: Mapping[str, Sequence[Any]] = {
            "event": (THEIRS.id, COMING_THEIRS.id),
            "question": (self.question,),
            "option": self.options,
            "message": (self.message,),
            "report": (1, 2),
            "sample": (self.sample,),
            "channel": (self.channel,),
            "key": (self.key,),
            "upload": ("1",),
            "label": ("", "い"),
            "picture": (0,),
            "glyph": (None, 0),
            "pictures": (1,),
            "skip": (0,),
            "page": (0,),
            "lead_time": (timedelta(days=1),),
            "chosen": ((), ids),
            "written": ("", *ids, SECRET),
            "topic": tuple(TOPICS),
            "what": ("open", "review"),
            "rest": (None, "1"),
        }
        return named[name]


def forged(things: Things) -> Iterator[tuple[str, list[str]]]:
    """Every id that a button can have, with A's things in it, and what is chosen or written with it."""
    for kind in every_kind():
        if kind in (OneOf, Kept):
            continue
        sent = {str(pressed): pressed for pressed in (_sent(kind, action) for action in _actions(kind, things))}
        yield from sent.values()


def _actions(kind: type[Action], things: Things) -> Iterator[Action]:
    known = [(field.name, things.values_of(field.name, _plain(field.type))) for field in fields(kind)]  # type: ignore[arg-type]
    for values in itertools.product(*(values for _, values in known)):
        yield kind(**dict(zip((name for name, _ in known), values, strict=True)))


def _plain(kind: Any) -> Any:
    return get_args(kind)[0] if isinstance(kind, UnionType) else kind


def _sent(kind: type[Action], action: Action) -> tuple[str, list[str]]:
    written, chosen = getattr(action, "written", None), getattr(action, "chosen", None)
    values = [*(chosen or ()), *([written] if written else [])]
    return action.id, [str(value) for value in values]


def state_of_a(file: Path, ids_of_b: Collection[str]) -> dict[str, list[str]]:
    """Every row of a store, but those that name somebody or something of B."""
    with closing(sqlite3.connect(file)) as connection:
        return {
            table.name: sorted(
                row
                for row in map(repr, connection.execute(f'SELECT * FROM "{table.name}"'))
                if not any(own in row for own in ids_of_b)
            )
            for table in metadata.sorted_tables
        }


def consoles_of(file: Path, tenant: str) -> list[Any]:
    """Who was given a way into the console of a tenant."""
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT member FROM sessions WHERE tenant = ?", (tenant,)).fetchall()


async def things_of_a(house: House, tenant: Tenant, channel: str, organiser: str) -> Things:
    """Let A have one of everything: an open question, a message that stands there, a sample, a quiz."""
    house.connpass.events_of[SOURCE].append(LATER_THEIRS)
    await house.polls()
    stores, asker = house.services.stores, asker_in(house.rooms, tenant, channel, organiser)
    asked = await stores.questions.question("report", "/himitsu.html")
    assert asked is not None
    assert asked.id is not None
    (said,) = await stores.agenda.sent_in([asker.room.name], NOW - timedelta(days=1), 1)
    teaching = house.services.answering.teaching
    await teaching.own.agree(asker)
    await teaching.offer(asker, Cut(glyph("い", "り"), a_picture()), "い", Source.UPLOAD)
    (sample,) = await stores.samples.samples_in([tenant.id])
    quiz = Quiz(asker.address, asker.room.name, tenant.id, "い", LINK_OF_QUIZ, NOW + LASTS)
    await stores.quizzes.keep(quiz)
    assert said.id is not None
    assert sample.id is not None
    return Things(channel, asked.id, asked.options, said.id, sample.id, source_key(asker.room.follows[0]))
