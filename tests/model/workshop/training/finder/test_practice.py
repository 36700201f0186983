import numpy as np
import pytest
from rich.progress import Progress

from model.finder.find import Finder
from model.finder.square import view_of
from model.workshop.sources.stored import Written, store
from model.workshop.training.dataset import Mixture
from tests.model.drawings import STROKES, drawn

keras = pytest.importorskip("keras", reason="training needs the extra `train`")

from model.workshop.training.finder import practice  # noqa: E402
from model.workshop.training.finder.lessons import Lesson, Scenes  # noqa: E402
from model.workshop.training.litert import convert  # noqa: E402

# Keras 3.15 copies TensorFlow variables in a way that NumPy 2 deprecates.
pytestmark = [
    pytest.mark.trains,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


@pytest.mark.minutes
def test_practice_makes_a_finder_better_and_its_file_answers_as_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    images = store("drawn", [Written(drawn(label, 90), label, "me") for label in STROKES])
    scenes = Scenes(Mixture((images,), (1.0,)))
    losses: list[float] = []

    def same_again(made: Scenes, numbers: range, size: int, seed: int) -> list[Lesson]:
        return [made.batch(4, np.random.default_rng(seed))] * len(numbers)

    class Noted(Progress):
        def update(self, task: object, *, description: str = "", **_: object) -> None:
            losses.append(float(description.split()[-1]))

    monkeypatch.setattr(practice, "stream", same_again)
    with Noted(disable=True) as progress:
        network = practice.learn_to_find(scenes.mixture, progress, 12 * practice.BATCH, 1)
    assert len(losses) == 12
    assert losses[-1] < 0.7 * losses[0]
    photo = np.random.default_rng(1).integers(0, 255, (160, 160, 3), np.uint8)
    computed = 1 / (1 + np.exp(-network.predict(view_of(photo)[np.newaxis], verbose=0)[0]))
    finder = Finder(convert(network, "dynamic 8-bit"))
    assert np.abs(finder.maps(photo) - computed).max() < 0.05
    assert 0 <= practice.share_found(finder, images, 1, scenes=3) <= 1
