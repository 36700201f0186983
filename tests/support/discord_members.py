"""What members do beside writing: commands, buttons, menus, forms. The bot's answers are gathered as they come in."""

from collections.abc import Mapping, Sequence
from typing import Any

from simcord import interactions
from simcord.backend import serializers
from simcord.components import walk_components

from tests.support.discord_limits import CHOICES, MESSAGE, MODAL, UPDATED_MESSAGE
from tests.support.discord_world import Json, World

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMITTED = 2, 3, 4, 5
SLASH, MESSAGE_MENU = 1, 3
CHANNEL, ATTACHMENT, TEXT_INPUT, ROW, LABEL = 7, 11, 4, 1, 18


class Members:
    """An answer is `{"callback": …}`, then `"message"`, `"followups"`, `"deleted"`, as the bot goes on answering."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._answers: dict[str, Json] = {}

    def slash(self, channel: str, name: str, author: str, given: Mapping[str, Any]) -> Json:
        """Give a slash command; `name` has its group's name before it."""
        command, leaf, nesting = self._command(channel, name)
        resolved: Json = {}
        options = [self._option(channel, author, leaf, key, value, resolved) for key, value in given.items()]
        data = self._data(command, interactions.nest_options(command, nesting, options))
        return self._interact(COMMAND, channel, author, {**data, **({"resolved": resolved} if resolved else {})})

    def type_into(self, channel: str, name: str, option: str, typed: str, author: str) -> Json:
        """Type into an option of a command that has not been given yet."""
        command, _, nesting = self._command(channel, name)
        options: list[Json] = [{"name": option, "type": 3, "value": typed, "focused": True}]
        data = self._data(command, interactions.nest_options(command, nesting, options))
        return self._interact(AUTOCOMPLETE, channel, author, data)

    def right_click(self, message: Json, name: str, author: str) -> Json:
        """Choose a command from a message's menu."""
        channel = message["channel_id"]
        command = self._world.backend.find_command(name, self._world.guild_of(channel), MESSAGE_MENU)
        assert command is not None, f"there is no message command {name}"
        resolved = {"messages": {message["id"]: self._world.find(channel, message["id"])}}
        target = {"target_id": message["id"], "resolved": resolved}
        data = {"id": command["id"], "name": name, "type": MESSAGE_MENU, **target}
        return self._interact(COMMAND, channel, author, data)

    def press(self, message: Json, custom_id: str, author: str, values: Sequence[str] | None) -> Json:
        """Press a button or choose from a menu."""
        stored = self._world.backend.get_message(int(message["channel_id"]), int(message["id"]))
        parts = [one for one in walk_components(stored.components) if one.get("custom_id") == custom_id]
        assert parts, f"the message has no part {custom_id}"
        assert not parts[0].get("disabled"), f"{custom_id} is disabled"
        chosen = {"values": list(values)} if values is not None else {}
        data = {"custom_id": custom_id, "component_type": parts[0]["type"], **chosen}
        return self._interact(COMPONENT, message["channel_id"], author, data, stored.id)

    def submit(self, asked: Json, author: str, values: Mapping[str, str]) -> Json:
        """Send off a form."""
        form = asked["callback"]["data"]
        data = {"custom_id": form["custom_id"], "components": [_filled(one, values) for one in form["components"]]}
        return self._interact(SUBMITTED, asked["channel"], author, data, asked["source"])

    def _command(self, channel: str, name: str) -> tuple[Json, Json, list[str]]:
        root, *path = name.split()
        command = self._world.backend.find_command(root, self._world.guild_of(channel))
        assert command is not None, f"the bot told Discord of no command {root}"
        leaf, nesting = interactions.walk_to_subcommand(command, path)
        return command, leaf, nesting

    def _data(self, command: Json, options: list[Json]) -> Json:
        return {"id": command["id"], "name": command["name"], "type": SLASH, "options": options}

    def _option(self, channel: str, author: str, leaf: Json, name: str, value: Any, resolved: Json) -> Json:
        declared = next(one for one in leaf["options"] if one["name"] == name)
        backend = self._world.backend
        if declared["type"] == ATTACHMENT:
            filename, content = value
            value = interactions.store_interaction_attachment(backend, int(channel), filename, content, resolved)
        if declared["type"] == CHANNEL:
            found = backend.get_channel(int(value))
            allowed = backend.compute_permissions(found.guild_id or 0, int(author), found.id)
            shown = {**serializers.channel_payload(backend, found), "permissions": str(allowed)}
            resolved.setdefault("channels", {})[str(value)] = shown
        return {"name": name, "type": declared["type"], "value": value}

    def _interact(self, kind: int, channel: str, author: str, data: Json, source: int | None = None) -> Json:
        backend = self._world.backend
        record, payload = interactions.base_payload(
            backend,
            type=kind,
            channel_id=int(channel),
            guild_id=self._world.guild_of(channel),
            user_id=int(author),
            data=data,
        )
        payload["locale"] = "ja"
        if source is not None:
            record.source_message_id = source
            payload["message"] = self._world.find(channel, str(source))
        answer: Json = {"channel": channel, "source": source, "followups": []}
        self._answers[record.token] = answer
        backend.emit("INTERACTION_CREATE", payload)
        return answer

    def note(self, method: str, path: list[str], body: Json, shown: Any, files: Sequence[Any]) -> None:
        """Remember what the bot answered."""
        answer = self._answers[path[2]]
        if path[-1] == "callback":
            answer["callback"] = body
            if "resource" in shown:
                answer["message"] = shown["resource"]["message"]
        elif method == "DELETE":
            answer["deleted"] = True
        elif path[-1] == "@original" and method == "PATCH":
            answer["message"] = {**shown, "files": [one.filename for one in files]}
        elif method == "POST":
            answer["followups"].append(shown)

    def is_answered(self, answer: Json) -> bool:
        """Whether the member sees an answer, or that there is none."""
        kind = answer.get("callback", {}).get("type")
        at_once = kind in (MESSAGE, UPDATED_MESSAGE, CHOICES, MODAL)
        return at_once or "message" in answer or bool(answer["followups"]) or answer.get("deleted", False)


def _filled(part: Json, values: Mapping[str, str]) -> Json:
    if part["type"] == ROW:
        return {"type": ROW, "components": [_filled(one, values) for one in part["components"]]}
    if part["type"] == LABEL:
        return {"type": LABEL, "component": _filled(part["component"], values)}
    value = values.get(part["custom_id"], part.get("value", ""))
    known = {"type": part["type"], "custom_id": part["custom_id"]}
    return {**known, "value": value} if part["type"] == TEXT_INPUT else {**known, "values": [value]}
