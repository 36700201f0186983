"""Where the bot lives once its configuration is written: it needs one place that is always on."""

from pathlib import Path

from bot.command_line import systemd
from bot.config import DEFAULT_FILE
from bot.core.errors import TsudoiError
from bot.first_evening.answers import SECRETS
from bot.first_evening.commands import Commands, run_here
from bot.first_evening.talk import Talk

_CHECKOUT = Path(__file__).parents[2]


def choose_home(talk: Talk, file: Path, commands: Commands, *, is_new: bool) -> None:
    """Ask where it shall run, and begin there or show the command; a script is shown the command alone."""
    _ = talk.texts.gettext
    if talk.answers.secrets() & set(talk.in_environment):
        talk.asker.say(
            _("Secrets from the environment are not written to the file: they must also be set when the bot runs.")
        )
    if not talk.asker.is_person:
        _show_run(talk, commands)
        return
    if systemd.is_installed(file):
        if talk.asker.confirm(_("The service is already installed. Restart it with these settings?"), default=True):
            install_service(talk, file, commands)
        return
    ways = _ways(talk)
    usual = next(iter(ways)) if is_new else "later"
    talk.asker.heading(_("Where I run"))
    match talk.asker.choose(
        _("I need to run in one place that is always on, and only in one. Where?"), "", ways, usual
    ):
        case "service":
            install_service(talk, file, commands)
        case "here":
            run_here(file)
        case "container":
            talk.asker.guide(_("From the top of the checkout, with Docker:"))
            is_usual = file.absolute() == _CHECKOUT / DEFAULT_FILE
            talk.asker.show("  make container" + ("" if is_usual else f" CONFIG={file.absolute()}"), "bold cyan")
            talk.asker.say(_("docs/operations.md says more about it."))
        case "cloud":
            talk.asker.guide(
                _("From the top of the checkout, with Google's gcloud command, on a machine of its Free Tier:")
            )
            talk.asker.show(f"  sh deploy/google-cloud.sh {file.absolute()}", "bold cyan")
            talk.asker.say(_("docs/operations.md says more about it."))
        case _:
            _show_run(talk, commands)


def _ways(talk: Talk) -> dict[str, str]:
    """Return what is possible here, the best first."""
    _ = talk.texts.gettext
    ways = {
        "service": _("on this computer, as a service (systemd): starts on its own, even after a reboot"),
        "here": _("in this terminal, now: until it is closed"),
        "container": _("in a container (Docker)"),
        "cloud": _("on a small free machine in the cloud (Google)"),
        "later": _("I will decide later"),
    }
    possible = {"service": systemd.is_available(), "container": _has_deploy(), "cloud": _has_deploy()}
    return {way: label for way, label in ways.items() if possible.get(way, True)}


def _has_deploy() -> bool:
    """Whether this is a checkout, and no installed package."""
    return (_CHECKOUT / "deploy").is_dir()


def install_service(talk: Talk, file: Path, commands: Commands) -> None:
    """Install and start the service, and show the commands for it; where that fails, how to start it by hand."""
    _ = talk.texts.gettext
    if outside := sorted(SECRETS[name] for name in talk.answers.secrets() & set(talk.in_environment)):
        talk.asker.say(
            _("The service reads them from this file, one line each, such as {variable}=…").format(variable=outside[0])
        )
        talk.asker.show(f"  {file.absolute().parent / systemd.ENVIRONMENT}")
    try:
        with talk.asker.waiting(_("Starting …")):
            systemd.install(file)
    except TsudoiError as error:
        talk.asker.bad(_("The service could not be started."), str(error))
        _show_run(talk, commands)
        return
    talk.asker.good(_("I am installed as a service and running."))
    if not systemd.lingers():
        talk.asker.say(_("I stop when you log out of this computer. To keep me running:"))
        talk.asker.show("  loginctl enable-linger")
    for sentence, word in (
        (_("To see how I am doing:"), "status"),
        (_("To see my log:"), "logs"),
        (_("To remove me:"), "remove"),
    ):
        talk.asker.say(sentence)
        talk.asker.show(f"  {commands.program} service {word}")


def _show_run(talk: Talk, commands: Commands) -> None:
    talk.asker.say("\n" + talk.texts.gettext("Start the bot:"))
    talk.asker.show(f"  {commands.line('run')}", "bold cyan")
