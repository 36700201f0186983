"""What Slack answers when it does not do what it was asked, as a problem that names the remedy."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.core.errors import MemberUnreachable, RoomRefused, SendError, SendRefused
from bot.core.problems import platforms as problems
from bot.core.problems.base import NoAnswer, Problem

BOT_TOKEN, APP_TOKEN = "slack.bot_token", "slack.app_token"  # where they stand in the configuration
TOKENS_BEGIN = {BOT_TOKEN: "xoxb-", APP_TOKEN: "xapp-"}
_BAD_TOKEN = ("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive")
REMOVED = ("invalid_auth", "token_revoked", "account_inactive")  # of these, what Slack says where we were removed
_BAD_TOKEN_KIND = ("not_allowed_token_type",)
_CLOSED_TO_US = (
    "messages_tab_disabled", "user_disabled", "user_not_found", "users_not_found", "user_not_visible",
    "cannot_dm_bot", "cannot_dm_users", "restricted_action_dm",
)  # fmt: skip
_PROBLEMS: dict[str, Callable[..., Problem]] = {
    **dict.fromkeys(_CLOSED_TO_US, problems.NoDirectMessages),
    "messages_tab_disabled": problems.MessagesTabOff,
    "channel_not_found": problems.ChannelGone,
    "not_in_channel": problems.ChannelHidden,
    "is_archived": problems.ChannelArchived,
    "team_access_not_granted": problems.NotInstalled,
    "ekm_access_denied": problems.AccessSuspended,
    "restricted_action": problems.PostingForbidden,
    "restricted_action_read_only_channel": problems.PostingForbidden,
    "restricted_action_thread_only_channel": problems.PostingForbidden,
    "restricted_action_non_threadable_channel": problems.NoThreads,
    "message_not_found": problems.MessageGone,
    "cant_update_message": problems.NotOurMessage,
    "edit_window_closed": problems.EditsClosed,
}
# What is said cannot be said so. Anything else, also what Slack has yet to invent, lasts until somebody acts: gives us
# back what is missing, invites us, opens an archived channel. Then we say what we had to say.
_FOR_GOOD = (
    "message_not_found", "cant_update_message", "cant_delete_message", "edit_window_closed",
    "user_not_in_channel", "cannot_reply_to_message", "restricted_action_non_threadable_channel", "invalid_blocks",
    "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long", "no_text", "invalid_arguments", "invalid_arg_name",
    "invalid_array_arg", "invalid_charset", "invalid_form_data", "invalid_post_type", "missing_post_type",
    "metadata_too_large", "invalid_metadata_format", "invalid_metadata_schema", "method_deprecated",
    "deprecated_endpoint", "unknown_method", "compliance_exports_prevent_deletion", "block_mismatch",
    "too_many_attachments", "duplicate_channel_not_found",
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
    code, problem = code_of(error), problem_of(place, error, setting)
    if code in _CLOSED_TO_US:
        return MemberUnreachable(problem)
    if code in _FOR_GOOD and status_of(error) < 500:
        return SendRefused(problem)
    return SendError(problem) if problem.passes else RoomRefused(problem)


def problem_of(place: str, error: SlackApiError, setting: str = BOT_TOKEN) -> Problem:
    """Return what Slack's answer means."""
    reason = "; ".join(_details(error)) or "no reason given"
    answered = f"Slack answered {status_of(error)} ({reason[:300]})"
    if status_of(error) >= 500 or not (problem := _problem(error, setting)):
        return NoAnswer(where="Slack", detail=f"{answered} for {place}")
    return problem(where=place, detail=answered)


def _problem(error: SlackApiError, setting: str) -> Callable[..., Problem] | None:
    """Return what is wrong by Slack's code; None where it passes."""
    match code_of(error):
        case code if code in _BAD_TOKEN:
            return problems.SlackTokenRefused if setting == BOT_TOKEN else partial(problems.TokenRefused, setting)
        case code if code in _BAD_TOKEN_KIND:
            return partial(problems.WrongToken, setting, TOKENS_BEGIN[setting])
        case "missing_scope" if setting == APP_TOKEN:
            return problems.SocketScopeMissing
        case "missing_scope":
            return partial(problems.ScopeMissing, str(_answer(error).get("needed") or "docs/slack-manifest.json"))
        case code if not code or code in _BUSY:
            return None
        case code:
            return _PROBLEMS.get(code, partial(problems.Refused, "Slack", code))


def _details(error: SlackApiError) -> list[str]:
    """Return the code, and what Slack says is wrong with blocks or arguments."""
    answer = _answer(error)
    messages = (answer.get("response_metadata") or {}).get("messages") or answer.get("errors") or []
    return [str(part) for part in (answer.get("error"), *messages) if part]


def _answer(error: SlackApiError) -> Mapping[str, Any]:
    data = getattr(error.response, "data", None)
    return data if isinstance(data, Mapping) else {}
