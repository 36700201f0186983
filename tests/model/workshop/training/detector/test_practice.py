import numpy as np
import pytest
from rich.progress import Progress

from model.detector.detect import Detector
from model.detector.view import VIEW_SIZE
from model.workshop.sources.stored import Written, store
from model.workshop.training.dataset import Mixture
from tests.model.drawings import STROKES, drawn

keras = pytest.importorskip("keras", reason="training needs the extra `train`")

from model.workshop.training.detector import practice  # noqa: E402
from model.workshop.training.detector.lessons import Lesson, PageViews  # noqa: E402
from model.workshop.training.detector.network import build_detector  # noqa: E402
from model.workshop.training.detector.pages import Writing  # noqa: E402
from model.workshop.training.litert import convert  # noqa: E402
from model.workshop.training.thawed import thaw  # noqa: E402

# Keras 3.15 copies TensorFlow variables in a way that NumPy 2 deprecates.
pytestmark = [
    pytest.mark.trains,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


@pytest.mark.minutes
def test_practice_makes_a_detector_better_and_its_file_answers_as_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    images = store("drawn", [Written(drawn(label, 90), label, "me") for label in STROKES])
    writing = Writing(Mixture((images,), (1.0,)), (images,), (1.0,))
    losses: list[float] = []

    def same_again(made: PageViews, numbers: range, size: int, seed: int) -> list[Lesson]:
        return [made.batch(4, np.random.default_rng(seed))] * len(numbers)

    class Noted(Progress):
        def update(self, task: object, *, description: str = "", **_: object) -> None:
            losses.append(float(description.split()[-1]))

    monkeypatch.setattr(practice, "stream", same_again)
    with Noted(disable=True) as progress:
        network = practice.learn_to_detect(build_detector(), writing, progress, 12 * practice.BATCH, 1)
    assert len(losses) == 12
    assert losses[-1] < 0.7 * losses[0]
    view = np.random.default_rng(1).normal(size=(VIEW_SIZE, VIEW_SIZE, 1)).astype(np.float32)
    detector = Detector(convert(network, "float32"))
    assert np.abs(detector.answer(view) - network.predict(view[np.newaxis], verbose=0)[0]).max() < 0.05
    assert all(0 <= share <= 1 for share in practice.judged(detector, writing, 1, views=3))
    views = np.concatenate([view[np.newaxis], PageViews(writing).batch(7, np.random.default_rng(2))[0]])
    again = thaw(convert(network, "float32"), build_detector(), views)
    assert np.abs(again.predict(view[np.newaxis], verbose=0)[0] - detector.answer(view)).max() < 0.05
