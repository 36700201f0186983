"""A post as the store keeps it: its name, the event that it is about, and its facts as JSON."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from bot.core.posts import KINDS, Post, PostName, UnknownPost


def facts_of(post: Post) -> dict[str, Any] | None:
    """Return the facts of a post as JSON; None where it has none."""
    if isinstance(post, UnknownPost):
        return post.facts
    return {field.name: _json(getattr(post, field.name)) for field in fields(post) if post.is_fact(field.name)} or None


def read_post(name: PostName, event_id: int | None, facts: Mapping[str, Any] | None) -> Post:
    """Return the post that was stored so; what cannot be read, or would be called otherwise, is an `UnknownPost`."""
    unknown = UnknownPost(name, event_id, None if facts is None else dict(facts))
    if (kind := KINDS.get(name.kind)) is None:
        return unknown
    try:
        post: Post = _adapter(name.kind).validate_python(
            {"event_id": event_id} | kind.fields_in(name) | dict(facts or {})
        )
    except ValueError:
        return unknown
    return post if post.stored_as == name else unknown


@cache
def _adapter(kind: str) -> TypeAdapter[Post]:
    return TypeAdapter(KINDS[kind])


def _json(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case tuple():
            return [_json(item) for item in value]
        case _ if is_dataclass(value):
            return {field.name: _json(getattr(value, field.name)) for field in fields(value)}
        case _:
            return value
