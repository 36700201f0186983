"""The command line: every command, and what becomes of its errors."""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from bot import __version__
from bot.command_line.service import service
from bot.config import DEFAULT_FILE, Settings, load_settings
from bot.core.errors import ConfigurationError, FrontEndError, StoreError, TsudoiError
from bot.first_evening.command import init
from bot.logs import set_up_logging

T = TypeVar("T")

EXIT_CODES = {ConfigurationError: 2, StoreError: 3, FrontEndError: 4}  # any other TsudoiError: 1

cli = typer.Typer(
    help="Tsudoi (集い): connpass events, reminders, reports and handwritten hiragana for tech communities.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

samples = typer.Typer(help="Samples that members gave for training.", no_args_is_help=True)
cli.add_typer(samples, name="samples")
cli.command()(init)
cli.add_typer(service, name="service")

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="The configuration file; config.toml by default.", show_default=False
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _say_version(is_asked: bool) -> None:
    if is_asked:
        _say(f"tsudoi {__version__}")
        raise typer.Exit


@cli.callback()
def every_command(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    """Take what stands before the name of a command."""


@cli.command()
def run(config: ConfigOption = None) -> None:
    """Run every configured front end until stopped."""
    from bot.app.running import run as run_bot

    set_up_logging(logging.INFO)
    _wait_for(run_bot(load_settings(config), say=_say))
    sys.stdout.flush()
    os._exit(0)  # everything is closed; a thread in the middle of a call to a slow server would hold us up for a minute


@cli.command()
def check(config: ConfigOption = None) -> None:
    """Check the configuration, keys, rooms, permissions and the clock."""
    from bot.command_line.checking import check_everything, print_findings
    from bot.locales import language_of_computer, texts_for

    texts = texts_for(language_of_computer())
    findings = _wait_for(check_everything(load_settings(config), config, texts))
    print_findings(findings, texts)
    if not all(finding.works for finding in findings):
        raise typer.Exit(1)


@cli.command()
def console(config: ConfigOption = None) -> None:
    """Print a link that lets you into the page of the running bot, once, within a day."""
    from bot.command_line.console_link import console_link

    _say(_wait_for(console_link(load_settings(config))))


@cli.command(name="slack-manifest")
def slack_manifest() -> None:
    """Print the manifest that Slack makes the app from."""
    from bot.platforms.slack.manifest import written

    locale = "ja"
    with suppress(ConfigurationError):  # it is half written before there is an app
        locale = load_settings().community.locale
    sys.stdout.write(written(locale))


@cli.command(name="next")
def next_event(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show the next event, as `!next` does."""
    from bot.app.services import open_answering

    async def ask(settings: Settings) -> tuple[str, dict[str, Any]]:
        async with open_answering(settings) as (answering, asker):
            return (await answering.telling.next(asker)).text, await answering.telling.events_json(
                asker.room, upcoming=True
            )

    text, found = _wait_for(ask(load_settings(config)))
    _say(json.dumps(found, ensure_ascii=False) if as_json else text)


@cli.command()
def draft(
    meeting: Annotated[str, typer.Argument(help="The event's number, its ID, or words from its title.")] = "",
    config: ConfigOption = None,
) -> None:
    """Print the draft of an event's report: a Markdown file for the report site."""
    from bot.app.services import open_drafting

    async def write(settings: Settings) -> tuple[str | None, str]:
        async with open_drafting(settings) as (drafting, room):
            return await drafting.written(room, meeting)

    text, notes = _wait_for(write(load_settings(config)))
    sys.stderr.write(f"{notes}\n" if notes else "")
    if text is None:
        raise typer.Exit(1)
    sys.stdout.write(text)


@cli.command()
def read(
    files: Annotated[list[Path], typer.Argument(help="Pictures: JPEG, PNG, WebP, GIF, HEIC, …")],
    top: Annotated[int, typer.Option(min=1, max=74, help="How many candidates to show.")] = 5,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read the handwritten hiragana in pictures."""
    from bot.command_line.reading_files import read_files
    from bot.locales import language_of_computer, texts_for

    failed, texts = False, texts_for(language_of_computer())
    for answer in read_files(files, top, load_settings(config).recognition, texts):
        failed = failed or answer.error is not None
        _say(json.dumps(answer.to_json(), ensure_ascii=False) if as_json else answer.line)
    if failed:
        raise typer.Exit(1)


@cli.command()
def rehearse(
    start: Annotated[str, typer.Option("--from", metavar="DATE", help="The first day, such as 2026-05-01.")],
    end: Annotated[str, typer.Option("--to", metavar="DATE", help="The day after the last one.")],
    events: Annotated[
        Path | None,
        typer.Option(help="A recorded list of events, as the connpass API returns it, to use instead of connpass."),
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show every message that would be posted in a period, in order. Posts nothing and leaves the database alone."""
    from bot.app.rehearsal import rehearse as play_rehearsal

    settings = load_settings(config)
    first, last = (_midnight(day, settings) for day in (start, end))
    if first >= last:
        raise typer.BadParameter(f"--from {start} must lie before --to {end}")

    async def play() -> None:
        async for said in play_rehearsal(settings, first, last, events):
            _say(
                json.dumps(said.to_json(), ensure_ascii=False) if as_json else said.to_text(settings.community.timezone)
            )

    _wait_for(play())


@cli.command(name="move-store")
def move_store(
    source: Annotated[str | None, typer.Option("--from", metavar="ADDRESS", help="The database to move from.")] = None,
    target: Annotated[str | None, typer.Option("--to", metavar="ADDRESS", help="An empty database to move to.")] = None,
    config: ConfigOption = None,
) -> None:
    """Move everything between SQLite and PostgreSQL while no bot is running.

    The address you leave out is the configured one: `--to` moves everything out of it, `--from` into it.
    """
    from bot.command_line.moving_store import move

    _wait_for(move(load_settings(config).storage.url, source, target, config or DEFAULT_FILE, say=_say))


@samples.command(name="list")
def list_samples(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List how many samples each writer gave, and how many may be used; with `--json`, every sample."""
    from bot.command_line import sample_files

    listed = _wait_for(sample_files.list_samples(load_settings(config)))
    lines = [json.dumps(sample.to_json(), ensure_ascii=False) for sample in listed] if as_json else None
    for line in lines if lines is not None else sample_files.by_writer(listed):
        _say(line)


@samples.command(name="export")
def export_samples(
    folder: Annotated[Path, typer.Argument(help="An empty folder, or one from an earlier export.")],
    space: Annotated[str | None, typer.Option(help="Only samples from this server or workspace, by its ID.")] = None,
    config: ConfigOption = None,
) -> None:
    """Write the samples that may be used to a folder, to train with: `TSUDOI_SAMPLES=FOLDER python -m model train`."""
    from bot.command_line.sample_files import export_samples as export

    count = _wait_for(export(load_settings(config), folder.resolve(), space))
    _say(f"{count} samples in {folder}; train with TSUDOI_SAMPLES={folder}")


@samples.command(name="erase")
def erase_samples(
    writer: Annotated[str, typer.Argument(help="The alias, as `samples list` shows it.")],
    is_sure: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    config: ConfigOption = None,
) -> None:
    """Erase everything that is kept of a writer, as `!forget` does: also from the folders that it was exported to."""
    from bot.command_line.sample_files import erase_samples as erase

    settings = load_settings(config)
    if not is_sure:
        typer.confirm(f"Erase everything that is kept of {writer}?", abort=True)
    count, unreached = _wait_for(erase(settings, writer))
    _say(f"{count} samples erased")
    for export in unreached:
        _say(f"not reached: {export.folder or 'an archive that was downloaded'}, {export.at:%Y-%m-%d}; erase by hand")


def _midnight(day: str, settings: Settings) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day), time(), settings.community.timezone).astimezone(UTC)
    except ValueError as error:
        raise typer.BadParameter(f'"{day}" is not a date; write it like 2026-05-01') from error


def _wait_for(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run the command line; what went wrong becomes a sentence and an exit code, never a traceback."""
    set_up_logging(logging.WARNING)
    try:
        cli()
    except TsudoiError as error:
        from bot.locales import language_of_computer, texts_for  # reading a catalogue costs what most runs do not need

        texts = texts_for(language_of_computer())
        sys.stderr.write(f"{error.problem.reported(texts, asked_now=True)}\n")
        sys.exit(next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 1))
