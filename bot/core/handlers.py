"""What services do about actions: one handler for each kind, and the form that an action needs before it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.core.actions import Action
from bot.core.askers import Asker
from bot.core.messages import Entry, Message

Handler = Callable[[Asker, Any], Awaitable[Message | None]]  # None: there is nothing to act upon
Handlers = Mapping[type[Action], Handler]
Forms = Mapping[type[Action], Callable[[Asker, Any], Entry | None]]
