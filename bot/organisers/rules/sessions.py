"""Who is let into the organisers' console: by a link that works once, then by the session that it became."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LINK_LASTS, OPERATORS_LINK_LASTS = timedelta(minutes=15), timedelta(days=1)
SESSION_LASTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody as they stood in the chat when they asked for the console: in a channel of a tenant, with their roles.

    `digest` stands for the secret that they hold, which is kept nowhere. `is_link`: it has not been used yet.
    `channels` are those of the tenant, by their ids.
    """

    digest: str
    platform: str
    tenant: str
    channel: str
    member: str
    roles: tuple[str, ...]
    expires_at: datetime
    is_link: bool = False
    channels: dict[str, str] = field(default_factory=dict)


def new_secret() -> str:
    """Return what nobody guesses."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """Return what stands for a secret in the store."""
    return hashlib.sha256(secret.encode()).hexdigest()
