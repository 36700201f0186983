"""What connpass tells of one event alone: the text of its page, and what was shown there."""

import re
from collections.abc import Mapping, Sequence

import structlog

from bot.core.errors import SourceUnavailable
from bot.core.problems.base import NoAnswer
from bot.events.connpass.api import ConnpassApi, Entries
from bot.events.connpass.events import readable_id
from bot.network.plain_text import plain
from bot.reports.rules.materials import Material
from bot.sandbox.page_parser import PageParser, Unparsable

log = structlog.get_logger()

LONGEST_NAME = 200
_DESCRIPTION = "bot.events.connpass.description"
MOST_MATERIALS = 100
_URL = re.compile(r"https?://[^\s<>\"'\\`{}|^]{1,1000}", re.IGNORECASE)


class ConnpassDetails:
    """Fulfils `EventDetails`. Each call waits in the one queue of the API: ask for few events at a time."""

    def __init__(self, api: ConnpassApi, parser: PageParser) -> None:
        self._api, self._parser = api, parser

    async def description(self, event_id: int) -> Sequence[str]:
        found = await self._api.entries({"event_id": [str(event_id)]})
        entries = (entry for entry in found.entries if isinstance(entry, Mapping) and readable_id(entry) == event_id)
        written = next((entry.get("description") for entry in entries), None)
        if not isinstance(written, str):
            return ()
        try:
            lines: tuple[str, ...] = await self._parser.parse(tuple[str, ...], _DESCRIPTION, "lines_of", written)
        except Unparsable as error:
            raise SourceUnavailable(NoAnswer(where="connpass", detail=f"sent a description that {error}")) from error
        return lines

    async def materials(self, event_id: int) -> Sequence[Material]:
        found = _whole(await self._api.presentations(event_id))
        read = [parse_material(entry) for entry in found[:MOST_MATERIALS]]
        materials = {material.url: material for material in read if material is not None}
        if None in read:
            log.warning("materials left out", event_id=event_id, count=read.count(None), reason="no http(s) address")
        return tuple(materials.values())


def _whole(found: Entries) -> tuple[object, ...]:
    if found.problem is not None:
        raise SourceUnavailable(found.problem)
    return found.entries


def parse_material(entry: object) -> Material | None:
    """Read an entry of `/events/{id}/presentations/`; None without an address that anybody may safely open."""
    if not isinstance(entry, Mapping):
        return None
    written = entry.get("url")
    url = written.strip() if isinstance(written, str) else ""
    if not _URL.fullmatch(url) or plain(url, len(url) + 1) != url:
        return None
    return Material(_name(entry.get("name")) or url, url, _speaker(entry.get("presenter")))


def _speaker(presenter: object) -> str:
    """Return who presented it. Who put it online is another matter: often an organiser, for everybody."""
    return _name(presenter.get("nickname")) if isinstance(presenter, Mapping) else ""


def _name(value: object) -> str:
    return plain(value, LONGEST_NAME) if isinstance(value, str) else ""
