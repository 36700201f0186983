"""How the detector is trained: fresh pages with the letters that the reading network practises on, each seen once."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
from rich.progress import Progress

from model.detector.detect import Detector, Kind, each_once, peaks
from model.detector.looks import LIKELY
from model.detector.view import as_seen
from model.labels import NOT_HIRAGANA
from model.reading import Box, overlap
from model.workshop.sources.catalogue import Entry, real_file
from model.workshop.sources.negatives import others_to_find
from model.workshop.training.dataset import SEED, Mixture, stream
from model.workshop.training.detector.lessons import BRIGHTNESS, PageViews
from model.workshop.training.detector.network import build_detector, loss
from model.workshop.training.detector.pages import Writing, draw_page
from model.workshop.training.detector.views import draw_view
from model.workshop.training.litert import convert
from model.workshop.training.practice import Practice, prepare_practice
from model.workshop.training.thawed import thaw
from model.workshop.training.train import short_floats

VIEWS = 64_000  # that it practises on
BATCH = 32
PEAK_RATE, ONWARD_RATE = 2.5e-3, 1.5e-3  # from nothing; from a trained one
THAWED_BY = 256  # views
CLIPPED = 5.0  # norm of a gradient, at most: early peaks are far off
JUDGED = 300  # views
WHOLE = 0.9  # of a letter's ink is in view: it must be found
SHARED = 0.5  # of what a letter's box and the found one cover together


@dataclass(frozen=True, slots=True)
class Practised:
    """A trained detector. Shares are 0 to 1, of hiragana by unseen writers in views of the same kind."""

    content: bytes  # of its .tflite file
    views: int  # that it practised on
    found: float  # share of the characters that are there
    right: float  # share of those that it found that are there


def practise(
    entries: Sequence[Entry], progress: Progress, views: int = VIEWS, seed: int = SEED, onward: bytes | None = None
) -> Practised:
    """Train a detector; what is cut off is lost.

    Args: entries: where letters come from, as for `model.workshop.training.train`. views: to practise on. seed: of
        everything random; which writers are held out, too. onward: the .tflite file to go on from, else from nothing.
    Raises: ValueError: as `model.workshop.training.practice.prepare_practice`. OtherNetwork: `onward` holds another.
    """
    practice = prepare_practice(entries, seed, refusal=False)
    writing = writing_with(practice.mixture)
    keras.utils.set_random_seed(seed)
    network = build_detector() if onward is None else _thawed(onward, writing, seed)
    rate = PEAK_RATE if onward is None else ONWARD_RATE
    content = convert(learn_to_detect(network, writing, progress, views, seed, rate), "dynamic 8-bit")
    found, right = judged(Detector(content), _strangers(practice, writing), seed)
    return Practised(content, views, found, right)


def writing_with(mixture: Mixture) -> Writing:
    """Hiragana of a mixture, among what else people write."""
    strokes = real_file("strokes", "all.tdic")
    others = others_to_find(strokes if strokes.is_file() else None)
    return Writing(mixture, tuple(source for source, _ in others), tuple(share for _, share in others))


def _thawed(content: bytes, writing: Writing, seed: int) -> keras.Model:
    views, _ = PageViews(writing).batch(THAWED_BY, np.random.default_rng(seed))
    return thaw(content, build_detector(), views)


def learn_to_detect(
    network: keras.Model, writing: Writing, progress: Progress, views: int, seed: int, peak_rate: float = PEAK_RATE
) -> keras.Model:
    """The network once it has seen so many views of pages, each once."""
    steps = max(1, views // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(
        peak_rate / 10, steps, warmup_target=peak_rate, warmup_steps=max(1, steps // 20)
    )
    network.compile(keras.optimizers.AdamW(rate, weight_decay=1e-3, clipnorm=CLIPPED), loss)
    task = progress.add_task("practising to detect", total=steps)
    with short_floats():
        for seen, answers in stream(PageViews(writing), range(steps), BATCH, seed):
            now = float(network.train_on_batch(seen, answers))
            network.reset_metrics()
            progress.update(task, advance=1, description=f"practising to detect, loss {now:.3f}")
    return network


def _strangers(practice: Practice, writing: Writing) -> Writing:
    """The same with letters of the writers who judge."""
    judging = practice.judging.select(practice.judging.labels != NOT_HIRAGANA)
    return Writing(Mixture((judging,), (1.0,)), writing.others, writing.shares)


def judged(detector: Detector, writing: Writing, seed: int, views: int = JUDGED) -> tuple[float, float]:
    """The share of hiragana that a detector finds in drawn views, and the share of what it finds that is one."""
    rng, there, given, hits = np.random.default_rng((seed, 1)), 0, 0, 0
    for _ in range(views):
        view = draw_view(draw_page(writing, rng), rng)
        whole = [shown.box for shown in view.shown if shown.kind is Kind.HIRAGANA and shown.seen > WHOLE]
        cut = [shown.box for shown in view.shown if shown.kind is Kind.HIRAGANA and shown.seen <= WHOLE]
        answer = detector.answer(as_seen(view.picture @ BRIGHTNESS))
        found = [seen.box for seen in each_once(peaks(answer, LIKELY)) if seen.kind is Kind.HIRAGANA]
        there += len(whole)
        hits += sum(_is_among(box, found) for box in whole)
        given += sum(not _is_among(box, cut) for box in found)
    return hits / max(1, there), hits / max(1, given)


def _is_among(box: Box, others: Sequence[Box]) -> bool:
    return any(overlap(box, other) >= SHARED for other in others)
