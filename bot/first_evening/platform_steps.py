"""The steps about Discord and Slack: where to get what, the tokens, the invitation, the channels."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.first_evening.answers import Platform, write_privately
from bot.first_evening.channel_steps import Seen, Sight, choose_channels
from bot.first_evening.looks import Looks
from bot.first_evening.talk import REFUSALS, Talk

if TYPE_CHECKING:
    from bot.platforms.discord.look import DiscordLook
    from bot.platforms.slack.look import SlackLook

DISCORD_PORTAL = "https://discord.com/developers/applications"
SLACK_APPS = "https://api.slack.com/apps"
MANIFEST = "slack-manifest.json"


def choose_platforms(talk: Talk) -> tuple[Platform, ...]:
    """Ask where the bot shall speak, beside its own page."""
    _ = talk.texts.gettext
    talk.asker.heading(_("Where I post"))
    choices: dict[str, tuple[Platform, ...]] = {
        "page": (),
        "discord": ("discord",),
        "slack": ("slack",),
        "both": ("discord", "slack"),
    }
    labels = {
        "page": _("only on my own page, for a first look"),
        "discord": "Discord",
        "slack": "Slack",
        "both": _("Discord and Slack"),
    }
    usual = talk.answers.platforms if talk.answers.platforms is not None else talk.answers.platforms_with_tokens()
    default = next(name for name, chosen in choices.items() if chosen == usual)

    def ask() -> tuple[Platform, ...]:
        return choices[talk.asker.choose(_("Where should I post?"), "--platform", labels, default)]

    return talk.given_or("platforms", ask)


def connect_discord(talk: Talk) -> None:
    """Lead to a token, log in with it, give the invite link, and ask for the channels."""
    _ = talk.texts.gettext
    talk.asker.heading("Discord")
    if talk.is_open("discord_token"):
        talk.asker.guide(_("1. Open the developer portal, press New Application and name the bot:"), DISCORD_PORTAL)
        intent = _("2. Under Bot, switch Message Content Intent on, and save. Without it only slash commands work.")
        talk.asker.guide(intent)
        talk.asker.guide(_("3. On the same page press Reset Token, and copy the token."))
    look = _discord_look(talk)
    if look is None:
        choose_channels(talk, "discord", None)
        return
    talk.asker.good(_("Logged in to Discord as {name}.").format(name=look.bot))
    if not look.hears_messages:
        off = _("Message Content Intent is off: I hear slash commands and mentions, but no !next and no pictures.")
        talk.asker.warn(off)
        talk.asker.say(_("You can turn it on under Bot at any time; restart the bot afterwards."))
    talk.asker.say(_("Open this link to invite the bot to your server. It asks only for what the bot needs:"))
    talk.asker.show(f"  {look.invite}")
    sight = Sight("Discord", _in_discord(talk, look), lambda looks: _in_discord(talk, _discord(talk, looks)))
    choose_channels(talk, "discord", sight)


def _discord_look(talk: Talk) -> "DiscordLook | None":
    _ = talk.texts.gettext
    while True:
        talk.secret("discord_token", _("Token of the Discord bot"), "--discord-token-file", is_needed=True)
        try:
            return talk.look("Discord", partial(_discord, talk))
        except REFUSALS as error:
            talk.refuse(
                error,
                _("Discord did not accept this token. Reset Token on the Bot page gives a new one."),
                "discord_token",
            )


def _discord(talk: Talk, looks: Looks) -> "DiscordLook":
    return looks.discord(talk.answers.discord_token or "")


def _in_discord(talk: Talk, look: "DiscordLook") -> list[Seen]:
    from bot.platforms.discord.permissions import names_of

    comma = talk.texts.gettext(", ")
    return [
        Seen(channel.id, f"#{channel.name} ({channel.guild})", comma.join(names_of(talk.texts, channel.missing)))
        for channel in look.channels
    ]


def connect_slack(talk: Talk, folder: Path) -> None:
    """Lead to an app by its manifest, which is put into `folder`, take both tokens, and ask for the channels."""
    _ = talk.texts.gettext
    talk.asker.heading("Slack")
    if talk.is_open("slack_bot_token"):
        _write_manifest(folder, talk.texts.locale)
        begin = _("1. Open this page, press Create New App, From a manifest, and choose your workspace:")
        talk.asker.guide(begin, SLACK_APPS)
        paste = _("2. Choose JSON, and paste the whole content of this file. It asks for exactly what the bot needs:")
        talk.asker.guide(paste, str((folder / MANIFEST).absolute()))
        install = _("3. Under Install App press Install to Workspace, and copy the Bot User OAuth Token (xoxb-…).")
        talk.asker.guide(install)
    look = _slack_look(talk, "slack_bot_token")
    if look is not None:
        talk.asker.good(
            _("Logged in to Slack as {name} in {workspace}.").format(name=look.bot, workspace=look.workspace)
        )
        if look.missing_scopes:
            lacks = _("The app lacks scopes: {scopes}. Add them under OAuth & Permissions, and install it again.")
            talk.asker.warn(lacks.format(scopes=", ".join(look.missing_scopes)))
    if talk.is_open("slack_app_token"):
        talk.asker.guide(_("4. Under Basic Information, App-Level Tokens, press Generate Token and Scopes."))
        talk.asker.guide(_("   Add the scope connections:write, press Generate, and copy the token (xapp-…)."))
    look = _slack_look(talk, "slack_app_token")
    if look is None:
        choose_channels(talk, "slack", None)
        return
    talk.asker.good(_("Slack accepts both tokens."))
    talk.asker.guide(_("Type /invite @Tsudoi in each Slack channel where I should post."))
    choose_channels(talk, "slack", Sight("Slack", _in_slack(look), lambda looks: _in_slack(_slack(talk, looks))))


def _write_manifest(folder: Path, locale: str) -> None:
    from bot.platforms.slack.manifest import written

    write_privately(folder / MANIFEST, written(locale).encode(), 0o666)


def _slack_look(talk: Talk, name: str) -> "SlackLook | None":
    """Take one of Slack's tokens and look with it."""
    _ = talk.texts.gettext
    questions = {"slack_bot_token": _("Bot User OAuth Token"), "slack_app_token": _("App-level token")}
    begins = {"slack_bot_token": "xoxb-", "slack_app_token": "xapp-"}
    flag = f"--{name.replace('_', '-')}-file"
    look = _slack if name == "slack_app_token" else _slack_without_socket
    while True:
        talk.secret(name, questions[name], flag, is_needed=True, begins=begins[name])
        try:
            return talk.look("Slack", partial(look, talk))
        except REFUSALS as error:
            talk.refuse(error, _("Slack did not accept this token. Please check its page again."), name)


def _slack_without_socket(talk: Talk, looks: Looks) -> "SlackLook":
    return looks.slack(talk.answers.slack_bot_token or "", "")


def _slack(talk: Talk, looks: Looks) -> "SlackLook":
    return looks.slack(talk.answers.slack_bot_token or "", talk.answers.slack_app_token or "")


def _in_slack(look: "SlackLook") -> list[Seen]:
    return [Seen(channel.id, f"#{channel.name}") for channel in look.channels]
