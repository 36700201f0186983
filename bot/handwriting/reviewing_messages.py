"""What is said to organisers about the samples that members gave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.actions import OnPage
from bot.core.messages import Button, Card, Choice, Entry, File, Message, MessageKind, Option, Picture
from bot.handwriting.rules.teaching import NOT_HIRAGANA, PROVEN, THIN, Opinion, Sample, State
from bot.handwriting.shares import in_words
from bot.handwriting.teaching_messages import named
from bot.locales import Texts

_ANSWER = MessageKind.ANSWER
MOST_THIN_NAMED = 74


@dataclass(frozen=True, slots=True)
class ReviewSamples(OnPage):
    """Show the samples that most need a look, but for so many."""

    skip: int = 0

    template = "tsudoi:data:review:{skip}"


@dataclass(frozen=True, slots=True)
class AcceptSamples(OnPage):
    """Accept what was chosen."""

    chosen: tuple[str, ...] = ()

    template = "tsudoi:data:accept"


@dataclass(frozen=True, slots=True)
class DropSamples(OnPage):
    """Drop what was chosen."""

    chosen: tuple[str, ...] = ()

    template = "tsudoi:data:drop"


@dataclass(frozen=True, slots=True)
class LookAtSample(OnPage):
    """Show the one sample that was chosen, to give it another label."""

    chosen: tuple[str, ...] = ()

    template = "tsudoi:data:look"


@dataclass(frozen=True, slots=True)
class Relabel(OnPage):
    """Give a sample the label that was chosen or written."""

    sample: int
    written: str = ""

    template = "tsudoi:data:relabel:{sample}"


@dataclass(frozen=True, slots=True)
class ExportSamples(OnPage):
    """Hand out what may be used for training."""

    template = "tsudoi:data:export"


@dataclass(frozen=True, slots=True)
class ShowSamples(OnPage):
    """Show the overview; also for what an earlier version offered there."""

    what: str = "overview"

    template = "tsudoi:data:{what:*}"


def overview(
    texts: Texts, given: Sequence[Sample], usable: Mapping[str, int], waiting: int, chart: bytes | None
) -> Message:
    """Say how many samples there are, which characters lack some, and by which rule a sample is used."""
    writers = {sample.owner for sample in given}
    lead = texts.ngettext("{n} sample (writers: {writers}).", "{n} samples (writers: {writers}).", len(given))
    dropped = sum(sample.state is State.DROPPED for sample in given)
    lines = [
        texts.gettext("Used for training: {used}; to review: {waiting}; dropped: {dropped}.").format(
            used=sum(usable.values()), waiting=waiting, dropped=dropped
        ),
        _thin(texts, usable),
        texts.gettext(
            "A sample is used for training if one of these holds:\n① an organiser accepted it\n"
            "② the model is sure of the same reading, and organisers accepted at least {proven} samples of its writer "
            "and dropped at most one in ten\n③ a second member with a record as in ② gave the same answer"
        ).format(proven=PROVEN),
    ]
    buttons = [Button(texts.gettext("Review"), ReviewSamples())] if waiting else []
    buttons += (
        [Button(texts.gettext("Export for training"), ExportSamples(), quiet=True)] if sum(usable.values()) else []
    )
    shows = texts.gettext(
        "How many samples of each character are used, and how many are waiting (+); scarce ones in orange"
    )
    return Message(
        _ANSWER,
        lead.format(n=len(given), writers=len(writers)),
        (Card(body="\n".join(line for line in lines if line)),),
        tuple(buttons),
        pictures=(Picture(chart, shows),) if chart else (),
    )


def _thin(texts: Texts, usable: Mapping[str, int]) -> str:
    thin = [label for label, n in usable.items() if n < THIN and label != NOT_HIRAGANA]
    if not thin:
        return texts.gettext("Every character has at least {thin}.").format(thin=THIN)
    if len(thin) == MOST_THIN_NAMED:
        return texts.gettext("Every character has fewer than {thin}.").format(thin=THIN)
    return texts.gettext("Fewer than {thin}: {labels}").format(thin=THIN, labels="".join(thin))


def review(texts: Texts, shown: Sequence[Sample], waiting: int, skip: int, sheet: bytes | None) -> Message:
    """Show what to review, to be chosen by its number."""
    back = Button(texts.gettext("Overview"), ShowSamples(), quiet=True)
    if not shown:
        return Message(_ANSWER, texts.gettext("Nothing is waiting for review."), buttons=(back,))
    options = [(str(sample.id), f"{number} {_in_short(texts, sample)}") for number, sample in enumerate(shown, 1)]
    listed = tuple(Option(value, label) for value, label in options)
    choices = (
        Choice(
            AcceptSamples(),
            texts.gettext("The reading is right: accept"),
            listed,
            many=True,
            act=texts.gettext("Accept"),
        ),
        Choice(DropSamples(), texts.gettext("Unusable: drop"), listed, many=True, act=texts.gettext("Drop")),
        Choice(
            LookAtSample(),
            texts.gettext("This one has a different reading"),
            listed,
            least=1,
            act=texts.gettext("Correct"),
        ),
    )
    more = Button(texts.gettext("Show others"), ReviewSamples(skip + len(shown)), quiet=True)
    lead = texts.ngettext("{n} sample to review, the most doubtful first.", "{n} samples to review.", waiting)
    return Message(
        _ANSWER,
        lead.format(n=waiting),
        (Card(body="\n".join(f"{i}: {_in_full(texts, sample)}" for i, sample in enumerate(shown, 1))),),
        (back, *((more,) if waiting > len(shown) else ())),
        pictures=_pictures(texts, sheet),
        choices=choices,
    )


def _in_short(texts: Texts, sample: Sample) -> str:
    if sample.said == sample.label:
        return sample.label
    return texts.gettext("{label} (read as {said})").format(label=sample.label, said=sample.said)


def _in_full(texts: Texts, sample: Sample) -> str:
    said = texts.gettext("its writer says {label}, the model {said} ({share})").format(
        label=named(texts, sample.label), said=named(texts, sample.said), share=in_words(texts, sample.share)
    )
    if sample.opinion is Opinion.OTHER:
        said += texts.gettext("; another member says something else")
    return said


def one_sample(texts: Texts, sample: Sample, sheet: bytes | None) -> Message:
    """Show one sample, and ask for its label."""
    likely = dict.fromkeys(label for label in (sample.said, NOT_HIRAGANA) if label != sample.label)
    options = tuple(Option(label, named(texts, label)) for label in likely)
    choices = (Choice(Relabel(sample.id), texts.gettext("The right reading"), options, least=1),) if options else ()
    return Message(
        _ANSWER,
        _in_full(texts, sample),
        buttons=(Button(texts.gettext("Back"), ReviewSamples(), quiet=True),),
        pictures=_pictures(texts, sheet),
        choices=choices,
        entries=(relabel_entry(texts, sample.id),),
    )


def relabel_entry(texts: Texts, number: int) -> Entry:
    """Ask for the label of a sample."""
    asks = texts.gettext("Which hiragana is it? (one character)")
    return Entry(Relabel(number), texts.gettext("Another character"), asks, texts.gettext("for example: ぬ"))


def not_a_label(texts: Texts, sample: Sample, written: str) -> Message:
    """Say that a label is none."""
    lead = texts.gettext("「{written}」 is not a hiragana the model knows.").format(written=written.strip()[:20])
    back = Button(texts.gettext("Back"), ReviewSamples(), quiet=True)
    return Message(_ANSWER, lead, buttons=(back,), entries=(relabel_entry(texts, sample.id),), refuses=lead)


def nothing_to_export(texts: Texts) -> Message:
    """Say that no sample may be used yet."""
    back = Button(texts.gettext("Overview"), ShowSamples(), quiet=True)
    return Message(
        _ANSWER, texts.gettext("No samples can be used for training yet. Please review some."), buttons=(back,)
    )


def exported(texts: Texts, count: int, content: bytes) -> Message:
    """Give organisers what training reads."""
    lead = texts.ngettext("{n} sample for training.", "{n} samples for training.", count).format(n=count)
    how = texts.gettext(
        "Unpack it, set TSUDOI_SAMPLES to the folder, and run python -m model train. When a member erases theirs, "
        "the log tells you to erase them there, too; what tsudoi samples export writes, I erase myself."
    )
    return Message(_ANSWER, lead, (Card(body=how),), files=(File("samples.zip", content),))


def _pictures(texts: Texts, sheet: bytes | None) -> tuple[Picture, ...]:
    shows = texts.gettext("The samples, numbered: each with its label, and what the model read where that differs")
    return (Picture(sheet, shows),) if sheet else ()
