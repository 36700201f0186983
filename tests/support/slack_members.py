"""What members do beside writing: commands, shortcuts, buttons, menus, forms, the app's home."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support.slack_blocks import refused_view
from tests.support.slack_facts import APP, DOMAIN, TEAM, Json, Sight, SlackError, by_bot
from tests.support.slack_sockets import COMMANDS, INTERACTIONS, Envelope, Sockets
from tests.support.slack_views import chosen, fill_in, keep_view
from tests.support.slack_world import SlackWorld

TRIGGER_LASTS, URL_LASTS, URL_USES = 3.0, 30 * 60.0, 5  # seconds, seconds, times


@dataclass
class Interaction:
    """Something that a member did, and what became of it: `seen` is what the member got to see since."""

    world: SlackWorld
    person: str
    channel: str = ""
    source: str = ""  # the message that was pressed, by its ts
    view: str = ""  # the view that it happened in
    trigger: str = field(default_factory=lambda: f"{secrets.randbelow(10**13)}.{secrets.token_hex(6)}")
    response_url: str = ""
    trigger_used: bool = False
    url_uses: int = 0
    envelope: Envelope | None = None

    def __post_init__(self) -> None:
        self.since = len(self.world.sights)
        self.at = self.world.clock.elapsed

    @property
    def seen(self) -> list[Sight]:
        """What the member got to see since then, oldest first."""
        return self.world.seen_by(self.person, self.since)

    @property
    def is_acked(self) -> bool:
        """Whether the app acknowledged it in time."""
        return self.envelope is not None and self.envelope.took is not None

    @property
    def has_failed(self) -> bool:
        """Whether the member was told that the app did not answer."""
        return self.envelope is not None and self.envelope.failed

    @property
    def errors(self) -> dict[str, str]:
        """What stands beside the fields of a form that was refused, by block id."""
        ack = (self.envelope.ack if self.envelope else None) or {}
        return dict(ack.get("errors", {}))


class Members:
    """Every interaction is kept, for its trigger and for its response URL."""

    def __init__(self, world: SlackWorld, sockets: Sockets) -> None:
        self._world = world
        self._sockets = sockets
        self.interactions: list[Interaction] = []
        self.problems: list[str] = []  # answers that Slack would not have understood

    def slash(self, channel: str, command: str, text: str, author: str) -> Interaction:
        """Give a slash command."""
        app = self._world.app
        assert not app.commands or command in app.commands, f"the manifest has no command {command}"
        assert "commands" in app.scopes, "the app may not have commands"
        done = self._begin(author, channel, "commands")
        payload = {
            "token": "verification",
            "team_id": TEAM,
            "team_domain": DOMAIN,
            "channel_id": channel,
            "channel_name": self._named(channel)["name"],
            "user_id": author,
            "user_name": self._world.person(author).name,
            "command": command,
            "text": text,
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": done.response_url,
            "trigger_id": done.trigger,
        }
        return self._send(COMMANDS, done, payload)

    def shortcut(self, ts: str, callback_id: str, author: str) -> Interaction:
        """Choose a shortcut from a message's menu."""
        app = self._world.app
        assert not app.shortcuts or callback_id in app.shortcuts, f"the manifest has no shortcut {callback_id}"
        channel, message = self._message(ts, author)
        done = self._begin(author, channel, "app")
        named = {"callback_id": callback_id, "action_ts": self._world.clock.stamp(), "message_ts": ts}
        place = {"channel": self._named(channel), "message": message, "response_url": done.response_url}
        return self._send(INTERACTIONS, done, self._payload("message_action", done) | named | place)

    def press(self, ts: str, action_id: str, author: str, value: str | Sequence[str] | None = None) -> Interaction:
        """Press a button of a message, or choose from a menu by its value."""
        channel, message = self._message(ts, author)
        done = self._begin(author, channel, "actions", source=ts)
        is_ephemeral, action = bool(message.get("is_ephemeral")), self._action(message["blocks"], action_id, value)
        state: Json = {"values": {}}
        fill_in({**message, "state": state}, {} if action["type"] in ("button", "overflow") else {action_id: value})
        payload = self._payload("block_actions", done) | {
            "container": {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": is_ephemeral}
            | ({"thread_ts": message["thread_ts"]} if "thread_ts" in message else {}),
            "channel": self._named(channel),
            "state": state,
            "response_url": done.response_url,
            "actions": [action],
        }  # fmt: skip
        return self._send(INTERACTIONS, done, payload if is_ephemeral else {**payload, "message": message})

    def press_in_view(self, view: str, action_id: str, author: str, value: Any = None) -> Interaction:
        """Press a button of a modal or of the home, or choose there."""
        done = self._begin(author, view=view)
        shown = self._world.views[view]
        action = self._action(shown["blocks"], action_id, value)
        if action["type"] != "button":
            fill_in(shown, {action_id: value})
        payload = self._payload("block_actions", done) | {
            "container": {"type": "view", "view_id": view}, "view": shown, "actions": [action],
        }  # fmt: skip
        return self._send(INTERACTIONS, done, payload)

    def submit(self, view: str, author: str, values: Mapping[str, Any]) -> Interaction:
        """Fill in a modal, by its fields' action ids, and send it off."""
        done = self._begin(author, view=view)
        shown = self._world.views[view]
        fill_in(shown, values, complete=True)
        payload = self._payload("view_submission", done) | {"view": shown, "response_urls": []}
        return self._send(INTERACTIONS, done, payload)

    def close(self, view: str, author: str) -> Interaction | None:
        """Close a modal; the app hears of it if it asked for that."""
        shown = self._world.views.pop(view)
        if not shown.get("notify_on_close"):
            return None
        done = self._begin(author, view=view)
        return self._send(INTERACTIONS, done, self._payload("view_closed", done) | {"view": shown, "is_cleared": False})

    def open_home(self, author: str, tab: str = "home") -> None:
        """Open the app's home, or its messages."""
        view = self._world.views.get(self._world.homes.get(author, ""))
        opened = {"type": "app_home_opened", "user": author, "tab": tab, "channel": self._world.direct(author).id}
        self._world.emit("app_home_opened", {**opened, **({"view": view} if view and tab == "home" else {})})

    # --- payloads --------------------------------------------------------------------------------------------------

    def _begin(self, person: str, channel: str = "", url: str = "", source: str = "", view: str = "") -> Interaction:
        done = Interaction(self._world, person, channel, source, view)
        if url:
            done.response_url = f"{self._world.base_url}/{url}/{TEAM}/{secrets.token_hex(6)}/{secrets.token_hex(12)}"
        self.interactions.append(done)
        return done

    def _payload(self, kind: str, done: Interaction) -> Json:
        person = self._world.person(done.person)
        return {
            "type": kind,
            "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": TEAM},
            "api_app_id": APP,
            "token": "verification",
            "trigger_id": done.trigger,
            "team": {"id": TEAM, "domain": DOMAIN},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _named(self, channel: str) -> Json:
        found = self._world.channels[channel]
        return {"id": channel, "name": {"im": "directmessage", "group": "privategroup"}.get(found.kind, found.name)}

    def _message(self, ts: str, person: str) -> tuple[str, Json]:
        for channel in self._world.channels.values():
            if ts in channel.messages and person in channel.members:
                return channel.id, channel.messages[ts]
            if ts in channel.ephemerals and channel.ephemerals[ts][0] == person:
                return channel.id, channel.ephemerals[ts][1]
        raise AssertionError(f"{person} sees no message {ts}")

    def _action(self, blocks: list[Json], action_id: str, value: Any) -> Json:
        found = [(block, one) for block in blocks for one in elements(block) if one.get("action_id") == action_id]
        assert found, f"there is no {action_id} in {[one.get('action_id') for b in blocks for one in elements(b)]}"
        block, element = found[0]
        named = {"type": element["type"], "action_id": action_id, "block_id": block["block_id"]}
        return {**named, **chosen(element, value), "action_ts": self._world.clock.stamp()}

    def _send(self, kind: str, done: Interaction, payload: Json) -> Interaction:
        done.envelope = self._sockets.send(kind, payload, lambda ack: self._acknowledged(kind, done, ack))
        return done

    # --- what the app answers --------------------------------------------------------------------------------------

    def _acknowledged(self, kind: str, done: Interaction, ack: Json) -> None:
        """Show what came with an ack: a command's answer, or what becomes of a form."""
        if kind == COMMANDS and ack:
            self.show(done, ack)
        elif done.envelope is not None and done.envelope.payload.get("type") == "view_submission":
            self._end_form(done, ack)

    def _end_form(self, done: Interaction, ack: Json) -> None:
        action = ack.get("response_action")
        shown = self._world.views[done.view]
        if action == "errors":
            inputs = [one["block_id"] for one in shown["blocks"] if one["type"] == "input"]
            unknown = sorted(set(ack.get("errors") or {"no errors": ""}) - set(inputs))
            self.problems += [f"view_submission: errors of {unknown}, but the inputs are {inputs}"] if unknown else []
            return
        if refused := refused_view(ack.get("view")) if action in ("update", "push") else []:
            self.problems.append(f"view_submission: {'; '.join(refused)}")
        elif action in ("update", "push"):
            keep_view(self._world, ack["view"], done.person, shown, replaces=action == "update")
        elif action == "clear":
            root = shown["root_view_id"]
            self._world.views = {key: one for key, one in self._world.views.items() if one["root_view_id"] != root}
        else:
            self._world.views.pop(done.view, None)

    def of_trigger(self, trigger: str) -> Interaction:
        """Exchange a trigger, as opening a modal does."""
        found = next((one for one in self.interactions if one.trigger == trigger), None)
        if found is None:
            raise SlackError("invalid_trigger_id")
        if found.trigger_used:
            raise SlackError("exchanged_trigger_id")
        if self._world.clock.elapsed - found.at > TRIGGER_LASTS:
            raise SlackError("expired_trigger_id")
        found.trigger_used = True
        return found

    def of_url(self, url: str) -> Interaction:
        """Use a response URL once more."""
        found = next((one for one in self.interactions if one.response_url == url), None)
        if found is None:
            raise SlackError("invalid_url")
        if self._world.clock.elapsed - found.at > URL_LASTS:
            raise SlackError("expired_url")
        if found.url_uses >= URL_USES:
            raise SlackError("used_url")
        found.url_uses += 1
        return found

    def show(self, done: Interaction, said: Json) -> None:
        """Show an answer where the interaction was: to its member, or to everybody there."""
        world, channel = self._world, done.channel
        message = by_bot({name: said[name] for name in ("text", "blocks", "thread_ts", "metadata") if said.get(name)})
        original = done.source if said.get("replace_original") or said.get("delete_original") else ""
        is_ephemeral = original in world.channels[channel].ephemerals
        if original and said.get("delete_original"):
            world.hush(channel, original) if is_ephemeral else world.delete(channel, original)
        elif original and not is_ephemeral:
            world.update(channel, original, {"text": "", "blocks": [], **message})
        elif said.get("response_type") == "in_channel" and not original:
            world.post(channel, message, sent=said)
        else:
            world.whisper(channel, done.person, message, original, sent=said)


def elements(block: Json) -> Iterator[Json]:
    """The interactive parts of a block."""
    yield from block.get("elements", []) if block["type"] == "actions" else ()
    yield from (block[name] for name in ("accessory", "element") if name in block)


__all__ = ["Interaction", "Members", "elements"]
