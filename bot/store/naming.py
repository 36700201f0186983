"""How tables name a member, and what remains of a row of others once that is taken out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Text, and_, cast, false, or_

from bot.core.room import LOCAL, MAIN, member_at
from bot.store.lifetimes import PRESSED, is_talk
from bot.store.tables import room_messages, sample_exports

NOBODY = "@"  # the channel of what nobody is to read any more
_NOTHING: dict[str, Any] = {
    "kind": "answer",
    "lead": "",
    "cards": [],
    "buttons": [],
    "event_id": None,
    "report_url": "",
    "pictures": [],
}
AT_THE_MACHINE = "visitor"  # whoever opens the page on the bot's own machine, where there is no log-in

Which = ColumnElement[bool]
Row = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class Account:
    """A member as tables name them: the `address` (such as `discord:@77`), the alias, the names on boards."""

    address: str
    alias: str = ""
    names: tuple[str, ...] = ()

    @property
    def platform(self) -> str:
        """The platform of the account."""
        return self.address.partition(":")[0]

    @property
    def number(self) -> str:
        """What the platform calls the account: digits on Discord, `U…` on Slack."""
        return member_at(self.address.partition(":")[2]) or ""


def in_json(column: Column[Any], value: str) -> Which:
    """Whether a text stands in JSON as a value or an element."""
    return cast(column, Text).contains(json.dumps(value), autoescape=True) if value else false()


def said_by_or_naming(account: Account) -> Which:
    """Messages in the room: what the member said and was answered, and what names them to others."""
    row, number = room_messages.c, account.number
    in_console = and_(row.channel.startswith(f"@{account.platform}:"), row.channel.endswith(f":{number}"))
    own = row.channel == f"@{number}" if account.platform == LOCAL else in_console
    at_the_machine = and_(row.channel == MAIN, is_talk()) if _is_at_the_machine(account) else false()
    return or_(
        own, at_the_machine, in_json(row.message, number), *(in_json(row.message, name) for name in account.names)
    )


def said_without(row: Row, account: Account) -> dict[str, Any]:
    """Return a message to others without the member's number and name; of one of their own only that it was one.

    Its place in the order stays taken: pages ask for what comes after the last one that they have.
    """
    channel, is_posted = row["channel"], row["key"] is not None and not row["key"].startswith(PRESSED)
    in_console = channel.startswith(f"@{account.platform}:") and channel.endswith(f":{account.number}")
    is_own = channel == f"@{account.number}" if account.platform == LOCAL else in_console
    if is_own or (channel == MAIN and not is_posted and _is_at_the_machine(account)):
        return {"channel": NOBODY, "author": "", "message": _NOTHING, "key": None}
    return {"message": _without(row["message"], account)}


def _is_at_the_machine(account: Account) -> bool:
    return account.address == f"{LOCAL}:@{AT_THE_MACHINE}"


def _without(written: Any, account: Account) -> Any:
    """Return JSON in which no field names the member: a `member`, or the `value` they chose."""
    if isinstance(written, list):
        return [_without(value, account) for value in written]
    if not isinstance(written, dict):
        return written
    rest = {name: _without(value, account) for name, value in written.items()}
    if "member" in rest and (rest["member"] == account.number or rest["value"] in account.names):
        return {**rest, "member": "", "value": "…"}
    return rest


def setting_up_without(row: Row, account: Account) -> dict[str, Any]:
    """Return how a channel is set up without the member among those who may decide, or as who did it."""
    number, choices = account.number, row["choices"]
    changed: dict[str, Any] = {"changed_by": "" if row["changed_by"] == number else row["changed_by"]}
    if number in choices.get("organisers", ()):
        changed["choices"] = {**choices, "organisers": [who for who in choices["organisers"] if who != number]}
    if "revision" in row:  # by which other processes see that it changed
        changed["revision"] = row["revision"] + 1
    return changed


def exported_with(account: Account) -> Which:
    """Exports with samples under the member's alias."""
    return in_json(sample_exports.c.writers, account.alias)


def exported_without(row: Row, account: Account) -> dict[str, Any]:
    """Return an export without the member among its writers."""
    return {"writers": [alias for alias in row["writers"] if alias != account.alias]}
