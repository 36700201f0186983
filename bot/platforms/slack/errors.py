"""What Slack answers when it does not do what it was asked, as a sentence that names the remedy."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.errors import MemberUnreachable, SendError, SendRefused

BOT_TOKEN, APP_TOKEN = "slack.bot_token", "slack.app_token"  # where they stand in the configuration
_REINSTALL = "install the app again on its page at api.slack.com/apps, and put its Bot User OAuth Token under "
_BAD_TOKEN = ("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive")
_BAD_TOKEN_KIND = ("not_allowed_token_type",)
_CLOSED_TO_US = (
    "messages_tab_disabled", "user_disabled", "user_not_found", "users_not_found", "user_not_visible",
    "cannot_dm_bot", "cannot_dm_users", "restricted_action_dm",
)  # fmt: skip
_REMEDIES = {
    "channel_not_found": "check rooms.channel in config.toml (the channel's ID, such as C0123ABCD); if it is private, "
    "type /invite @Tsudoi there",
    "not_in_channel": "type /invite @Tsudoi in the channel",
    "is_archived": "unarchive the channel, or take its room out of the configuration",
    "messages_tab_disabled": "turn on the Messages Tab on the app's page, under App Home",
    "team_access_not_granted": "install the app in this workspace",
    "ekm_access_denied": "ask the workspace's administrators: they suspended access",
    "restricted_action": "ask the workspace's administrators to let the app post there",
    "restricted_action_read_only_channel": "let the app post in the channel: it is read-only",
    "restricted_action_thread_only_channel": "let the app post in the channel: it takes threads only",
    "restricted_action_non_threadable_channel": "choose a channel that takes threads",
    "message_not_found": "nothing: it was posted before, and somebody deleted it",
    "cant_update_message": "nothing: it was posted by another app, under the token of an earlier installation",
    "edit_window_closed": "let the app edit its messages at any time, in the workspace's settings",
}
# What is said cannot be said so, or its place is gone. Anything else, also what Slack has yet to invent, may pass, or
# somebody may give us back what is missing: then we say what we had to say.
_FOR_GOOD = (
    "is_archived", "message_not_found", "cant_update_message", "cant_delete_message", "edit_window_closed",
    "user_not_in_channel", "cannot_reply_to_message", "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel", "restricted_action_non_threadable_channel", "invalid_blocks",
    "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long", "no_text", "invalid_arguments", "invalid_arg_name",
    "invalid_array_arg", "invalid_charset", "invalid_form_data", "invalid_post_type", "missing_post_type",
    "metadata_too_large", "invalid_metadata_format", "invalid_metadata_schema", "method_deprecated",
    "deprecated_endpoint", "unknown_method",
)  # fmt: skip
_BUSY = (
    "ratelimited", "rate_limited", "message_limit_exceeded", "internal_error", "fatal_error", "service_unavailable",
    "request_timeout",
)  # fmt: skip


def code_of(error: SlackApiError) -> str:
    """Return Slack's code for what is wrong; "" where its answer has none, such as an error page."""
    return str(_answer(error).get("error") or "")


def cause_of(error: SendError) -> str:
    """Return Slack's code for what kept something from being sent; "" where Slack gave none."""
    return code_of(error.__cause__) if isinstance(error.__cause__, SlackApiError) else ""


def status_of(error: SlackApiError) -> int:
    """Return the HTTP status of the answer."""
    response = error.response
    return int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)


def waits(error: SlackApiError) -> float | None:
    """Return for how many seconds Slack asks us to leave it alone; None where it does not."""
    if status_of(error) != 429 and code_of(error) not in ("ratelimited", "rate_limited"):
        return None
    after = str(error.response.headers.get("Retry-After", "1"))
    return float(after) if after.isdecimal() else 1.0


def is_bad_token(error: Exception) -> bool:
    """Whether the token itself is refused."""
    return isinstance(error, SlackApiError) and code_of(error) in (*_BAD_TOKEN, *_BAD_TOKEN_KIND)


def explained(place: str, error: SlackApiError, setting: str = BOT_TOKEN) -> SendError:
    """Tell a no for good from trouble that passes. `place` is what was talked to, `setting` where its token stands."""
    code = code_of(error)
    reason = "; ".join(_details(error)) or code or "no reason given"
    said = f"Slack answered {status_of(error)} ({reason[:300]}) for {place}"
    remedy = _remedy(error, code, setting)
    if remedy:
        said += f"; what to do: {remedy}"
    if code in _CLOSED_TO_US:
        return MemberUnreachable(said)
    if code in _FOR_GOOD and status_of(error) < 500:
        return SendRefused(said)
    return SendError(said)


def _remedy(error: SlackApiError, code: str, setting: str) -> str:
    if code in _BAD_TOKEN:
        return f"{_REINSTALL if setting == BOT_TOKEN else 'make a new app-level token, and put it under '}{setting}"
    if code in _BAD_TOKEN_KIND:
        return "slack.bot_token begins with xoxb-, slack.app_token with xapp-: they may be the wrong way round"
    if code == "missing_scope" and setting == APP_TOKEN:
        return f"make an app-level token with the scope connections:write, and put it under {setting}"
    if code == "missing_scope":
        needed = _answer(error).get("needed") or "what docs/slack-manifest.yaml lists"
        return f"add the scope {needed} on the app's page, under OAuth & Permissions, and install the app again"
    if code in _REMEDIES:
        return _REMEDIES[code]
    return "look the reason up in Slack's documentation" if code and code not in _BUSY else ""


def _details(error: SlackApiError) -> list[str]:
    """Return the code, and what Slack says is wrong with blocks or arguments."""
    answer = _answer(error)
    messages = (answer.get("response_metadata") or {}).get("messages") or answer.get("errors") or []
    return [str(part) for part in (answer.get("error"), *messages) if part]


def _answer(error: SlackApiError) -> Mapping[str, Any]:
    data = getattr(error.response, "data", None)
    return data if isinstance(data, Mapping) else {}
