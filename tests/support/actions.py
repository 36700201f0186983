"""Actions by their ids, as they come from messages that stand in channels."""

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from dataclasses import is_dataclass
from typing import Protocol

import bot.core.actions as codec
from bot.answering.answering import Answering
from bot.core.actions import Action, Codec
from bot.core.askers import Asker
from bot.core.handlers import Handlers
from bot.core.messages import Message
from tests.test_architecture import TOPICS


class HasHandlers(Protocol):
    def handlers(self) -> Handlers: ...


async def press(service: HasHandlers, action_id: str, asker: Asker, values: Sequence[str] = ()) -> Message | None:
    """Do what this id stands for; None where the service knows nothing of it."""
    handlers = service.handlers()
    action = Codec(handlers).decode(action_id, values)
    return None if action is None else await handlers[type(action)](asker, action)


async def act(answering: Answering, asker: Asker, action_id: str, values: Sequence[str] = ()) -> Message | None:
    """Do what this id stands for, as a platform has it done."""
    action = answering.actions.decode(action_id, values)
    return None if action is None else await answering.act(asker, action)


def every_kind() -> list[type[Action]]:
    """Every kind of action that some module defines."""
    found = dict.fromkeys(
        one
        for module in _modules()
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Action) and is_dataclass(one) and one.__module__ == module.__name__
    )
    return sorted(found, key=lambda kind: (kind.template.endswith("*}]"), kind.template.endswith("*}")))


def _modules() -> Iterator[object]:
    for folder in ("core", *TOPICS, "answering"):
        package = importlib.import_module(f"bot.{folder}")
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name != codec.__name__:  # its own stand for others
                yield importlib.import_module(found.name)
