"""The command `tsudoi init`: its flags, who is asked, and what a Ctrl-C leaves behind."""

import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from bot.config import DEFAULT_FILE, Locale, environment_settings, load_settings
from bot.core.errors import ConfigurationError, TsudoiError
from bot.core.room import LOCAL
from bot.events.rules.sources import group_in
from bot.first_evening.answers import PLATFORMS, SECRETS, Answers, Draft, EventList, secret_in, secrets_in_environment

if TYPE_CHECKING:
    from bot.first_evening.asking import Asker
    from bot.first_evening.commands import Commands

SecretFile = Annotated[Path | None, typer.Option(metavar="FILE", help="A file that contains only this secret.")]


def init(
    group: Annotated[str | None, typer.Option(help="The group's page on connpass: its URL or name.")] = None,
    name: Annotated[
        str | None, typer.Option(help="What the bot calls the group; by default, its name on connpass.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="ja or en.")] = None,
    connpass_key_file: SecretFile = None,
    platform: Annotated[list[str] | None, typer.Option(help="discord, slack or local; can be repeated.")] = None,
    discord_token_file: SecretFile = None,
    discord_channel: Annotated[list[str] | None, typer.Option(help="A channel's ID; can be repeated.")] = None,
    slack_bot_token_file: SecretFile = None,
    slack_app_token_file: SecretFile = None,
    slack_channel: Annotated[list[str] | None, typer.Option(help="A channel's ID; can be repeated.")] = None,
    site_url: Annotated[str | None, typer.Option(help='Where the group publishes its reports; "" for nowhere.')] = None,
    event_list: Annotated[
        str | None, typer.Option(help="Which events Discord's own list shows: new, all or none.", show_default="new")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Skip the checks and the rehearsal.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; use the default for what is not given.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Change a file that already exists; a copy is kept.")] = False,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Where to write it.", show_default="config.toml")
    ] = None,
) -> None:
    """Set up config.toml: ask for everything, check each answer, show last month's posts, and write the file.

    Secrets are not shown while you type. They can also come from files or from the environment: TSUDOI_DISCORD__TOKEN,
    TSUDOI_SLACK__BOT_TOKEN, TSUDOI_SLACK__APP_TOKEN, TSUDOI_CONNPASS__API_KEY.
    """
    in_environment = secrets_in_environment()
    files = {
        "api_key": connpass_key_file,
        "discord_token": discord_token_file,
        "slack_bot_token": slack_bot_token_file,
        "slack_app_token": slack_app_token_file,
    }
    written = {
        "locale": _language(language),
        "group": _group(group),
        "name": name,
        "platforms": _platforms(platform),
        "discord_channels": discord_channel or None,
        "slack_channels": slack_channel or None,
        "site_url": site_url,
        "event_list": _event_list(event_list),
        **{secret: secret_in(file) for secret, file in files.items() if file is not None},
    }
    twice = [SECRETS[key] for key in in_environment if files[key] is not None]
    if twice:  # the environment would win when the bot runs
        raise ConfigurationError(
            f"{', '.join(twice)}: given in the environment and as a file; leave one of the two out"
        )
    given = {key: value for key, value in {**in_environment, **written}.items() if value is not None}
    _spend(given, in_environment, config or DEFAULT_FILE, asks=not yes, offline=offline, force=force)


def _spend(
    given: dict[str, Any], in_environment: dict[str, str], file: Path, *, asks: bool, offline: bool, force: bool
) -> None:
    from bot.first_evening.asking import Person, Script, is_at_terminal
    from bot.first_evening.commands import Commands
    from bot.first_evening.evening import spend_evening
    from bot.first_evening.looks import Looks
    from bot.first_evening.talk import Talk
    from bot.locales import texts_for

    usual = usual_language()
    is_person = asks and is_at_terminal()
    asker = (Person if is_person else Script)(texts_for(given.get("locale", usual)))
    draft = Draft(file.with_name(f"{file.name}.draft")) if is_person else None
    commands = Commands(_program(), "" if file == DEFAULT_FILE else f"--config {shlex.quote(str(file))}")
    try:
        if file.exists():
            _say_what_is_there(asker, file, force=force)
        with Looks(environment_settings()) as looks:
            kept = _kept(asker, draft, file, given)
            talk = Talk(asker, None if offline else looks, given, in_environment, draft, kept)
            if not spend_evening(talk, file, usual, commands):
                _say_what_is_kept(asker, draft, file, commands)
    except TsudoiError:
        _say_what_is_kept(asker, draft, file, commands)
        raise
    except (KeyboardInterrupt, EOFError):
        _say_what_is_kept(asker, draft, file, commands)
        sys.stdout.flush()
        os._exit(130)  # a thread in the middle of a call to a slow server would hold us up


def _say_what_is_there(asker: "Asker", file: Path, *, force: bool) -> None:
    """Say what becomes of a configuration that is there; nobody who can be asked needs `force`."""
    _ = asker.texts.gettext
    if not asker.is_person and not force:
        raise ConfigurationError(
            f"{file} is there already: --force puts the answers into it, and keeps it as {file}.old"
        )
    try:
        load_settings(file)
    except ConfigurationError as error:
        replaced = _("{file} cannot be read. It will be replaced at the end, and kept as {file}.old.")
        asker.warn(replaced.format(file=file), str(error))
    else:
        asker.say(_("{file} already exists. Whatever I do not ask about stays as it is.").format(file=file))


def _kept(asker: "Asker", draft: Draft | None, file: Path, given: dict[str, Any]) -> Answers:
    """Return what was answered before, last in an evening that was not finished, with the secrets given today."""
    from bot.first_evening.existing import answers_of, settings_in

    kept = draft.read() if draft is not None else None
    if kept is None and (settings := settings_in(file)) is not None:
        kept = answers_of(settings)
    if kept is not None and asker.is_person:
        asker.good(asker.texts.gettext("Your previous answers are here: press Enter to keep each one."))
    return replace(kept or Answers(), **{key: value for key, value in given.items() if key in SECRETS})


def _say_what_is_kept(asker: "Asker", draft: Draft | None, file: Path, commands: "Commands") -> None:
    _ = asker.texts.gettext
    unchanged = _("{file} is unchanged.") if file.exists() else _("{file} is not written yet.")
    asker.say("\n" + unchanged.format(file=file))
    if draft is not None and draft.file.exists():
        asker.say(_("Your answers are kept in {file}, which only you can read. To go on:").format(file=draft.file))
        asker.show(f"  {commands.line('init')}")


def usual_language() -> str:
    """Return the language of this computer where it is one of ours; Japanese where the computer does not say."""
    from bot.locales import locale_of_computer  # as above

    spoken = locale_of_computer().casefold()
    return "ja" if spoken.startswith(("ja", "c.", "posix")) or spoken == "c" else "en"


def _language(written: str | None) -> str | None:
    languages = get_args(Locale)
    if written is not None and written not in languages:
        raise typer.BadParameter(f"--language {written}: say {' or '.join(languages)}")
    return written


def _event_list(written: str | None) -> str | None:
    lists = get_args(EventList)
    if written is not None and written not in lists:
        raise typer.BadParameter(f"--event-list {written}: say {', '.join(lists)}")
    return written


def _group(written: str | None) -> str | None:
    group = None if written is None else group_in(written)
    if written is not None and group is None:
        raise typer.BadParameter(f'--group "{written}": is no group; write "tfug-utsunomiya" or its address')
    return group


def _platforms(written: list[str] | None) -> tuple[str, ...] | None:
    if not written:
        return None
    unknown = [name for name in written if name not in (*PLATFORMS, LOCAL)]
    if unknown:
        raise typer.BadParameter(f"--platform {unknown[0]}: say {', '.join(PLATFORMS)} or {LOCAL}")
    return tuple(platform for platform in PLATFORMS if platform in written)


def _program() -> str:
    """Return how we were called, as somebody would type it again."""
    called = Path(sys.argv[0])
    if called.name != "__main__.py":
        return shlex.quote(sys.argv[0]) if called.parent != Path() else called.name
    return f"{shlex.quote(_short(Path(sys.executable)))} -m bot"


def _short(program: Path) -> str:
    """Return the path as it is seen from here, if it lies below."""
    return str(program.relative_to(Path.cwd())) if program.is_relative_to(Path.cwd()) else str(program)
