"""How the finder is trained: fresh scenes with the letters that the reading network practises on, each seen once."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from rich.progress import Progress

from model.finder.find import Finder, heaviest
from model.reading import overlap
from model.workshop.sources.catalogue import Entry
from model.workshop.sources.stored import StoredImages
from model.workshop.training.dataset import SEED, Mixture, stream
from model.workshop.training.finder.lessons import Scenes
from model.workshop.training.finder.network import build_finder
from model.workshop.training.finder.scenes import draw_scene
from model.workshop.training.litert import convert
from model.workshop.training.practice import prepare_practice

SCENES = 400_000  # with 200,000 it found 78 of a hundred letters, and with these 82; 150,000 in bfloat16: 75
BATCH = 32
PEAK_RATE = 3e-3
JUDGED = 500  # scenes
FOUND = 0.5  # of what a letter's box and the found one cover together, they must share


@dataclass(frozen=True, slots=True)
class Practised:
    """A trained finder."""

    content: bytes  # of its .tflite file
    scenes: int  # that it practised on
    found: float  # 0 to 1, of letters by unseen writers in scenes of the same kind


def practise(entries: Sequence[Entry], progress: Progress, scenes: int = SCENES, seed: int = SEED) -> Practised:
    """Train a finder from nothing; what is cut off is lost.

    Args: entries: where letters come from, as for `model.workshop.training.train`. scenes: to practise on. seed: of
        everything random; which writers are held out, too.
    Raises: ValueError: as `model.workshop.training.practice.prepare_practice`.
    """
    practice = prepare_practice(entries, seed, refusal=False)
    content = convert(learn_to_find(practice.mixture, progress, scenes, seed), "dynamic 8-bit")
    return Practised(content, scenes, share_found(Finder(content), practice.judging, seed))


def learn_to_find(mixture: Mixture, progress: Progress, scenes: int, seed: int) -> keras.Model:
    """A network that has seen so many scenes with letters of a mixture, each once."""
    keras.utils.set_random_seed(seed)
    steps = max(1, scenes // BATCH)
    network = compiled(steps)
    task = progress.add_task("practising to find", total=steps)
    for views, written in stream(Scenes(mixture), range(steps), BATCH, seed):
        loss = float(network.train_on_batch(views, written))
        network.reset_metrics()
        progress.update(task, advance=1, description=f"practising to find, loss {loss:.3f}")
    return network


def compiled(steps: int) -> keras.Model:
    """An untrained finder that will learn in so many steps."""
    network = build_finder()
    rate = keras.optimizers.schedules.CosineDecay(
        PEAK_RATE / 10, steps, warmup_target=PEAK_RATE, warmup_steps=max(1, steps // 20)
    )
    network.compile(keras.optimizers.AdamW(rate, weight_decay=1e-3), _loss)
    return network


def _loss(written: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Each point counts, and each map as a whole, however little of it is written (Dice; Milletari et al., 2016)."""
    points = tf.nn.sigmoid_cross_entropy_with_logits(written, logits) * (2.0, 1.0)
    found = tf.sigmoid(logits)
    shared, either = tf.reduce_sum(found * written, (1, 2)), tf.reduce_sum(found + written, (1, 2))
    return 3 * tf.reduce_mean(points) + tf.reduce_mean(1 - (2 * shared + 10) / (either + 10))


def share_found(finder: Finder, strangers: StoredImages, seed: int, scenes: int = JUDGED) -> float:
    """In how many scenes, of 1, a finder finds the letter. `strangers`: letters that it did not practise on."""
    rng, hits = np.random.default_rng(seed), 0
    for _ in range(scenes):
        photo = draw_scene([strangers.inks[int(rng.integers(len(strangers.inks)))]], rng)
        wanted, given = heaviest(photo.written), heaviest(finder.maps(photo.picture))
        hits += wanted is not None and given is not None and overlap(wanted.box, given.box) >= FOUND
    return hits / scenes
