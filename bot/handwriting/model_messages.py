"""What is said about the model that reads, and about one that shall take its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.actions import Action, Shown
from bot.core.errors import ModelError
from bot.core.messages import Button, Card, Choice, Field, Message, MessageKind, Option
from bot.handwriting.ports.recognition import ModelFile
from bot.handwriting.rules.model_change import Reason, Tally, Trial
from bot.locales import Texts

CARD_PAGE = "/model"  # the address of the page that shows the card
LOSSES_SHOWN = 8
LONGEST_NOTICE = 160  # characters; the card has them whole


@dataclass(frozen=True, slots=True)
class TryModel(Action):
    """Read with the chosen model, if it is no worse."""

    written: str = ""

    template = "model:try"
    shown = Shown.BESIDE
    asks_for_rights = True


@dataclass(frozen=True, slots=True)
class BackToModel(Action):
    """Read with the model before."""

    template = "model:back"
    shown = Shown.BESIDE
    asks_for_rights = True


def description(
    texts: Texts, model: ModelFile, others: Sequence[str], before: ModelFile | None, page: str | None
) -> Message:
    """Say which model reads and how well. `others` may be tried, by who sees this; `before` is what can come back."""
    card = model.card
    figures = tuple(_figure(texts, figure) for figure in card.get("figures", ()) if isinstance(figure, dict))
    notices = "\n".join(f"・{_cut(_of_card(texts, notice))}" for notice in card.get("notices", ()))
    cards = (
        Card(texts.gettext("How well it reads handwriting it was not trained on"), fields=figures),
        Card(texts.gettext("Trained on the work of"), body=notices),
    )
    choices, buttons = [], []
    if others:
        options = tuple(Option(name, name) for name in others)
        choices.append(Choice(TryModel(), texts.gettext("Try another model"), options, least=1))
    if before is not None:
        back = texts.gettext("Back to {name}").format(name=named(texts, before))
        buttons.append(Button(back, BackToModel(), quiet=True))
    if page is not None:
        buttons.append(Button(texts.gettext("The model's card"), url=f"{page.rstrip('/')}{CARD_PAGE}"))
    return Message(MessageKind.ANSWER, _identity(texts, model), cards, tuple(buttons), choices=tuple(choices))


def _identity(texts: Texts, model: ModelFile) -> str:
    training = model.card.get("training")
    parameters = training.get("parameters") if isinstance(training, dict) else None
    lines = [texts.gettext("I read with {name}: {title}").format(name=named(texts, model), title=model.title)]
    if isinstance(parameters, int):
        lines.append(texts.gettext("{n} parameters").format(n=f"{parameters:,}"))
    return "\n".join([*lines, f"SHA-256 {model.sha256[:16]}…"])


def named(texts: Texts, model: ModelFile) -> str:
    """Return the name of a model's folder, or that it is the shipped one."""
    return f"「{model.name}」" if model.name else texts.gettext("the shipped model")


def _figure(texts: Texts, figure: dict[str, Any]) -> Field:
    share, n = f"{float(figure['top1']):.2%}", f"{int(figure['images']):,}"
    return Field(_of_card(texts, figure.get("name")), texts.gettext("{share} of {n} pictures").format(share=share, n=n))


def _of_card(texts: Texts, written: object) -> str:
    """Return what a model's card says, in the asker's language where the catalogue has it: the shipped card's texts."""
    return texts.gettext(str(written)) if written else ""


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_NOTICE else f"{text[:LONGEST_NOTICE]}…"


def outcome(
    texts: Texts, old: ModelFile, new: ModelFile, trial: Trial, reasons: Sequence[Reason], taken: bool, enough: int
) -> Message:
    """Say how two models compare, whether the new one reads from now on, and what speaks against it."""
    lead = (
        texts.gettext("From now on I read with {new}. You can return to {old} at any time: !model back")
        if taken
        else texts.gettext("{new} is not used; {old} keeps reading.")
    )
    told = [lead.format(new=named(texts, new), old=named(texts, old)), f"SHA-256 {new.sha256[:16]}…"]
    if taken and reasons:
        told.append(texts.gettext("You asked for it anyway. What speaks against it:"))
    told += [f"・{_reason(texts, reason)}" for reason in reasons]
    if not taken and new.name:
        told.append(texts.gettext("To use it anyway: !model use {name}").format(name=new.name))
    buttons = (Button(texts.gettext("Back to {name}").format(name=named(texts, old)), BackToModel()),) if taken else ()
    return Message(MessageKind.ANSWER, "\n".join(told), (_table(texts, trial, enough),), buttons)


def _table(texts: Texts, trial: Trial, enough: int) -> Card:
    samples = (
        _compared(trial.samples)
        if trial.samples.pictures
        else texts.gettext("fewer than {n} reviewed: not used").format(n=enough)
    )
    losses = [f"{label} {was}→{now}/{pictures}" for label, pictures, was, now in trial.losses[:LOSSES_SHOWN]]
    fields = (
        Field(texts.gettext("Generated letters (top-1)"), _compared(trial.generated)),
        Field(texts.gettext("Members' samples (top-1)"), samples),
        Field(texts.gettext("Scribbles refused"), _compared(trial.scribbles)),
        Field(texts.gettext("Time per character"), f"{trial.old_ms:.1f} → {trial.new_ms:.1f} ms"),
        Field(texts.gettext("Characters read less often"), " ".join(losses) or texts.gettext("none")),
    )
    return Card(texts.gettext("Before → after, on the same pictures"), fields=fields)


def _compared(tally: Tally) -> str:
    """Two shares: `94.7% → 95.1% (432)`."""
    return f"{tally.old_right / tally.pictures:.1%} → {tally.new_right / tally.pictures:.1%} ({tally.pictures})"


def _reason(texts: Texts, reason: Reason) -> str:
    return {
        Reason.READS_WORSE: texts.gettext("It reads generated letters worse, beyond chance."),
        Reason.SAMPLES_WORSE: texts.gettext("It reads members' samples worse, beyond chance."),
        Reason.REFUSES_LESS: texts.gettext("It takes scribbles for hiragana more often."),
        Reason.LOSES_CHARACTER: texts.gettext("It misreads most pictures of a character that is read now."),
        Reason.SLOWER: texts.gettext("It is more than three times as slow."),
    }[reason]


def unusable(texts: Texts, name: str, error: ModelError, names: Sequence[str]) -> Message:
    """Say why a model cannot be used, and that nothing changed."""
    sentences = {
        "unknown": texts.gettext("There is no model 「{name}」 in the folder of [recognition] models."),
        "missing": texts.gettext("「{name}」 is not complete: hiragana.tflite and card.json belong together."),
        "no_card": texts.gettext("The card.json of 「{name}」 cannot be read. Please export the model again."),
        "labels": texts.gettext("「{name}」 was trained for a different set of characters."),
        "too_large": texts.gettext("「{name}」 is far too large for a model of ours."),
        "crashed": texts.gettext("「{name}」 crashed when it was tried. Its file is damaged, or not one of ours."),
        "too_slow": texts.gettext("「{name}」 did not answer in time."),
        "unusable": texts.gettext("「{name}」 cannot be loaded: it is damaged, or not a LiteRT model I can use."),
    }
    told = sentences.get(error.code, sentences["unusable"]).format(name=name[:50])
    known = texts.gettext("Known: {names}").format(names=", ".join(names)) if names else ""
    stays = texts.gettext("Nothing has changed.")
    lines = [told, *([known] if error.code == "unknown" and known else []), stays]
    return _said("\n".join(lines))


def in_use_already(texts: Texts, model: ModelFile) -> Message:
    """Say that there is nothing to change."""
    return _said(texts.gettext("I am already reading with exactly this model: {title}").format(title=model.title))


def nothing_before(texts: Texts, model: ModelFile) -> Message:
    """Say that there is nothing to go back to."""
    said = texts.gettext("There is no model to go back to; {name} is the only one so far.")
    return _said(said.format(name=named(texts, model)))


def back(texts: Texts, now: ModelFile, before: ModelFile) -> Message:
    """Confirm that the model before reads again."""
    said = texts.gettext("Back to {now} ({title}). You can return to {before} in the same way.")
    lead = said.format(now=named(texts, now), title=now.title, before=named(texts, before))
    button = Button(texts.gettext("Back to {name}").format(name=named(texts, before)), BackToModel(), quiet=True)
    return Message(MessageKind.ANSWER, lead, buttons=(button,))


def busy(texts: Texts) -> Message:
    """Say that a model is being tried just now."""
    return _said(texts.gettext("A model is being tried right now. Please wait a moment."))


def organisers_only(texts: Texts) -> Message:
    """Refuse, kindly."""
    return _said(texts.gettext("Only organisers can change the model."))


def not_restored(texts: Texts, name: str) -> Message:
    """Tell organisers that the chosen model could not be used after a restart."""
    told = texts.gettext(
        "The model 「{name}」 that you chose is missing or not the file that was checked, so I read with the shipped "
        "one. Put it back and say !model try {name}."
    )
    return Message(MessageKind.QUESTION, told.format(name=name))


def _said(lead: str) -> Message:
    return Message(MessageKind.ANSWER, lead)
