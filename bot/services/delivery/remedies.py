"""What went wrong, as organisers read it in their language: what to do about it.

Reasons stand in the store and in logs as sentences in English. Platforms and connpass name theirs by codes.
"""

import re

from bot.locales import Texts

_CODES = {
    "bad_token": r"refused the token|invalid_auth|not_authed|account_inactive|token_(?:revoked|expired|type)",
    "scope": r"missing_scope",
    "closed": r"code 50007\b|code 50278\b|messages_tab_disabled|cannot_dm|takes no direct messages",
    "no_channel": r"code 10003\b|channel_not_found|is_archived|is no Discord channel|has one channel",
    "no_access": r"code 50001\b|not_in_channel",
    "no_permission": r"code 50013\b|restricted_action|missing permission",
    "deleted": r"code 10008\b|message_not_found",
    "calendar_full": r"code 30038\b",
    "site": r"reports\.site_url|the report site",
    "key": r"connpass\.api_key|connpass answered 401",
    "blocked": r"connpass answered 403",
    "busy": r"connpass answered 429|asked for a pause",
    "question": r"connpass answered 4(?:00|22)",
    "outdated": r"does not take the question",
    "unsafe": r"connpass at .* certificate",
    "address": r"connpass\.base_url|is not a web address|connpass moved from|connpass redirects",
    "no_group": r"no feed of a group",
    "no_source": r"there is no source",
    "connpass_down": r"connpass (?:answered (?:408|5)|at |sent |spoke )",
    "silent": r"did not answer|not connected|cut off|cannot be reached|given up after|answered 5\d\d",
}


def remedy(texts: Texts, reason: str) -> str:
    """Return what to do; the reason itself where nothing better is known."""
    return _sentences(texts).get(_code(reason)) or reason


def remedy_now(texts: Texts, reason: str) -> str:
    """Return what to do for whoever asked a moment ago: what failed is not tried again by itself."""
    if _code(reason) in ("connpass_down", "busy"):
        return texts.gettext("connpass does not answer as it should. Please try again in a little while.")
    return remedy(texts, reason)


def trouble(texts: Texts, problem: str) -> str:
    """Return why nobody is met at a front end, and what to do."""
    if _code(problem) in ("bad_token", "scope"):
        return remedy(texts, problem)
    return texts.gettext("I am not connected. I go on trying by myself; if it lasts, the log says why.")


def _code(reason: str) -> str:
    return next((code for code, pattern in _CODES.items() if re.search(pattern, reason)), "")


def _sentences(texts: Texts) -> dict[str, str]:
    return {
        "bad_token": texts.gettext("The token was refused. Put a new one into the configuration and restart me."),
        "scope": texts.gettext(
            "The app lacks a scope. Add what docs/slack-manifest.yaml lists on the app's page, and install it again."
        ),
        "closed": texts.gettext("The member takes no direct messages. They will hear so when they ask me again."),
        "no_channel": texts.gettext("The channel is gone. Set up another one with /tsudoi setup."),
        "no_access": texts.gettext("I cannot see the channel. Let me see it, or invite me there."),
        "no_permission": texts.gettext("I lack a permission there. Give it to me in the channel's settings."),
        "deleted": texts.gettext("Somebody deleted the message. There is nothing to do."),
        "calendar_full": texts.gettext("The server's calendar is full. Delete entries that are no longer needed."),
        "key": texts.gettext("connpass does not take the API key. Check connpass.api_key in the configuration."),
        "blocked": texts.gettext("connpass refuses this program or this network. Please ask connpass about it."),
        "busy": texts.gettext("connpass is being asked too often. I ask again later; use the key for one bot only."),
        "question": texts.gettext("connpass does not take what is asked for. Check the group or words of this source."),
        "outdated": texts.gettext("connpass no longer takes my questions. Look for a newer version of me."),
        "unsafe": texts.gettext("I cannot be sure that it is connpass. Check my computer's date and certificates."),
        "address": texts.gettext("There is no connpass at its address. Check connpass.base_url in the configuration."),
        "site": texts.gettext("I cannot read the report site. Check reports.site_url if this goes on."),
        "no_group": texts.gettext("connpass knows no such group. Check its name."),
        "no_source": texts.gettext(
            "The configuration has no such source. Add it to [[sources]], or remove it from the channels."
        ),
        "connpass_down": texts.gettext("connpass does not answer as it should. I ask again; there is nothing to do."),
        "silent": texts.gettext("The platform did not answer. If it is well again, post the message once more."),
    }
