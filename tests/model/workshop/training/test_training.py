"""Training, from sources to a file that ships, with a network and a data set as small as they get."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.progress import Progress

from model.classifier import load
from model.labels import INDEX, NOT_HIRAGANA
from model.network import open_network
from model.reading import Candidate
from model.synthetic.augment import bend
from model.workshop.evaluation.evaluate import Evaluation, Refusal
from model.workshop.evaluation.figures import Answer, count
from model.workshop.evaluation.pictures import Pictures
from model.workshop.release.card import as_prose, make_card, write_artifact
from model.workshop.sources.catalogue import Entry
from model.workshop.sources.stored import StoredImages, Written, store
from model.workshop.training.dataset import Mixture, choose_held_out, prepare_inputs
from model.workshop.training.leaks import LeakFound
from tests.model.drawings import STROKES, drawn

keras = pytest.importorskip("keras", reason="training needs the extra `train`")

from model import classic  # noqa: E402
from model.workshop.release.conversion import Exported, export  # noqa: E402
from model.workshop.release.export import export_run  # noqa: E402
from model.workshop.training import leaks, learning, pace, practice  # noqa: E402
from model.workshop.training import train as training  # noqa: E402
from model.workshop.training.average import NotAlike, average  # noqa: E402
from model.workshop.training.calibrate import find_refusal  # noqa: E402
from model.workshop.training.distil import distil  # noqa: E402
from model.workshop.training.learning import Judge, Plan, Progressed, Teacher, learn  # noqa: E402
from model.workshop.training.litert import convert  # noqa: E402
from model.workshop.training.network import build_network  # noqa: E402
from model.workshop.training.thawed import OtherNetwork, thaw  # noqa: E402

# Keras 3.15 copies TensorFlow variables in a way that NumPy 2 deprecates.
pytestmark = [
    pytest.mark.trains,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

TINY = ((8, 1), (16, 1))
WRITERS = ["lomps:g01:p1:left", "lomps:g02:p1:left", "lomps:g03:p1:left"]


ONE_READ = Evaluation("large", [], [count("drawn", [Answer("あ", "w1", (Candidate("あ", 0.9),), "sure")])], [], {})
FACTS = training.Training(
    network="large",
    teacher=None,
    parameters=1000,
    images=128,
    seed=5,
    held_out=["lomps:g01", "lomps:g12"],
    judges=["lomps:g01"],
    temperature=0.7,
    refuse_from=0.2,
    chosen_accuracy=0.9,
    held_out_accuracy=0.9,
    degraded_accuracy=0.8,
    sources=["scans"],
    notices=["drawn for a test, MIT"],
)


@pytest.fixture(scope="module")
def images() -> StoredImages:
    """Each writer with a pen and a hand of their own."""
    rng = np.random.default_rng(8)
    found = []
    for writer, pen in zip(WRITERS, (0.03, 0.05, 0.07), strict=True):
        for label in STROKES:
            hand = bend(bend(np.asarray(255 - drawn(label, 90, pen, ink=0, paper=255), np.uint8), rng), rng)
            found.append(Written(np.asarray(255 - hand, np.uint8), label, writer))
    return store("drawn", found)


@pytest.fixture(scope="module")
def judge(images: StoredImages) -> Judge:
    inputs, labels = prepare_inputs(images)
    return Judge(inputs, labels, images.writers)


@pytest.fixture(scope="module")
def network(images: StoredImages, judge: Judge, tmp_path_factory: pytest.TempPathFactory) -> "keras.Model":
    """A tiny network after a few steps: it knows something, so a file without its weights reads otherwise."""
    keras.utils.set_random_seed(1)
    seen, folder = 40 * learning.BATCH, tmp_path_factory.mktemp("run")
    with Progress(disable=True) as progress:
        return learn(build_network(stages=TINY), Mixture((images,), (1.0,)), judge, Plan(seen, 1), progress, folder)


def test_practice_makes_a_network_read_what_it_saw(network: "keras.Model", images: StoredImages) -> None:
    inputs, labels = Mixture((images,), (1.0,)).batch(200, np.random.default_rng(2))
    right = network.predict(inputs, verbose=0).argmax(axis=1) == labels
    assert right.mean() > 0.5


def test_a_judge_is_as_pleased_as_the_third_of_the_writers_that_is_read_worst() -> None:
    class Knows:
        def predict(self, inputs: np.ndarray, **_: object) -> np.ndarray:
            return np.asarray([[9.0, 0.0]] * len(inputs), np.float32)  # whatever is asked, it is the first class

    inputs = np.zeros((4, 48, 48, 1), np.float32)
    writers = ("a", "b", "c", "c")
    assert Judge(inputs, np.asarray([0, 0, 0, 0]), writers).loss(Knows()) == pytest.approx(0, abs=1e-3)
    assert Judge(inputs, np.asarray([0, 0, 0, 1]), writers).loss(Knows()) > 1


@pytest.mark.minutes
@pytest.mark.usefixtures("long")
def test_a_training_that_was_cut_off_goes_on_where_it_stood(
    images: StoredImages, judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "JUDGE_EVERY", 2 * learning.BATCH)
    mixture, seen = Mixture((images,), (1.0,)), 6 * learning.BATCH
    drawn_from: list[range] = []

    def noted(mixture: Mixture, numbers: range, size: int, seed: int, settled_from: int) -> object:
        drawn_from.append(numbers)
        return (mixture.batch(size, np.random.default_rng((seed, number))) for number in numbers)

    monkeypatch.setattr(learning, "stream", noted)
    patience = iter([True, True, True, False])  # after two steps; at the end of the first round, four; then once more

    class Impatient(Judge):
        def loss(self, network: "keras.Model") -> float:
            if not next(patience, True):
                raise KeyboardInterrupt
            return super().loss(network)

    with Progress(disable=True) as progress:
        impatient = Impatient(judge.inputs, judge.labels, judge.writers)
        with pytest.raises(KeyboardInterrupt):
            learn(build_network(stages=TINY), mixture, impatient, Plan(seen, 1), progress, tmp_path)
        learn(build_network(stages=TINY), mixture, impatient, Plan(seen, 1), progress, tmp_path)
        learn(build_network(stages=TINY), mixture, impatient, Plan(seen, 1), progress, tmp_path)
    assert drawn_from == [range(6), range(4, 6), range(6)]  # cut off in the second round; a finished one leaves nothing


def test_a_training_does_not_go_on_with_what_was_trained_otherwise(
    images: StoredImages, judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class CutOff(Judge):
        def loss(self, network: "keras.Model") -> float:
            raise KeyboardInterrupt

    monkeypatch.setattr(learning, "JUDGE_EVERY", learning.BATCH)
    mixture, plan = Mixture((images,), (1.0,)), Plan(2 * learning.BATCH, 1)
    cut_off = CutOff(judge.inputs, judge.labels, judge.writers)
    with Progress(disable=True) as progress, pytest.raises(KeyboardInterrupt):
        learn(build_network(stages=TINY), mixture, cut_off, plan, progress, tmp_path)
    for now, steps in ((plan, 1), (replace(plan, augment=False), 0), (replace(plan, teacher=tmp_path), 0)):
        fresh = Progressed(now.to_json(), ["drawn"])
        _, state = learning._started(build_network(stages=TINY), fresh, [2], tmp_path)
        assert state.step == steps
    _, state = learning._started(build_network(stages=TINY), Progressed(plan.to_json(), ["fonts"]), [2], tmp_path)
    assert state.step == 0


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainings are long, whatever they see, and go in three rounds."""
    monkeypatch.setattr(learning, "LONG", 0)
    monkeypatch.setattr(learning, "ROUNDS", (0.6, 0.2, 0.2))


class Told(Judge):
    """A judge who finds what was decided before, and remembers what it saw."""

    def __init__(self, judge: Judge, losses: list[float]) -> None:
        super().__init__(judge.inputs, judge.labels, judge.writers)
        object.__setattr__(self, "losses", iter(losses))
        object.__setattr__(self, "judged", [])

    def loss(self, network: "keras.Model") -> float:
        self.judged.append(np.asarray(network.weights[0]))
        return next(self.losses)


# Ten steps end rounds after six, eight and ten. At the end of a round the average is judged, then the round's own
# network, and what goes on is judged once more, to be shown.
@pytest.mark.minutes
@pytest.mark.parametrize(
    ("losses", "kept"),
    [
        pytest.param([0.6, 0.6, 0.5, 0.7, 0.5, 0.4, 0.7], [0, 2, 5], id="averages"),
        pytest.param([0.6, 0.6, 0.7, 0.5, 0.5, 0.7, 0.4], [0, 3, 6], id="what a round ended with"),
    ],
)
@pytest.mark.usefixtures("long")
def test_what_rounds_end_with_is_averaged_where_the_judge_likes_that(
    images: StoredImages, judge: Judge, tmp_path: Path, losses: list[float], kept: list[int]
) -> None:
    told = Told(judge, losses)
    mixture = Mixture((images,), (1.0,))
    with Progress(disable=True) as progress:
        best = learn(build_network(stages=TINY), mixture, told, Plan(10 * learning.BATCH, 1), progress, tmp_path)
    first, second, last = (told.judged[number] for number in kept)
    assert np.array_equal(best.weights[0], last)
    assert np.array_equal(told.judged[1], first)  # what a round begins with
    assert np.array_equal(told.judged[4], second)
    share = learning.NEWEST[0]
    for number, before, newest in ((2, first, 3), (5, second, 6)):
        expected = (1 - share) * before + share * told.judged[newest]
        assert np.allclose(told.judged[number], expected, atol=1e-6)


def test_an_average_is_normalised_by_what_it_sees_itself(network: "keras.Model", images: StoredImages) -> None:
    inputs, _ = Mixture((images,), (1.0,)).batch(200, np.random.default_rng(6))
    (first, *others) = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    copy.get_layer(first.name).moving_mean.assign(first.moving_mean + 5)
    learning.renew_statistics(copy, [inputs[:100], inputs[100:]])
    seen = keras.Model(network.input, first.input).predict(inputs, verbose=0)
    assert np.allclose(copy.get_layer(first.name).moving_mean, seen.mean(axis=(0, 1, 2)), atol=1e-4)
    assert copy.get_layer(first.name).momentum == first.momentum
    assert others


def test_a_short_training_goes_in_one_round(images: StoredImages, judge: Judge, tmp_path: Path) -> None:
    told = Told(judge, [0.6])
    with Progress(disable=True) as progress:
        mixture = Mixture((images,), (1.0,))
        best = learn(build_network(stages=TINY), mixture, told, Plan(10 * learning.BATCH, 1), progress, tmp_path)
    assert [np.array_equal(best.weights[0], one) for one in told.judged] == [True]


@pytest.mark.minutes
@pytest.mark.usefixtures("long")
def test_a_training_whose_round_made_it_no_better_stops(images: StoredImages, judge: Judge, tmp_path: Path) -> None:
    told = Told(judge, [0.6, 0.6, 0.7, 0.8, 0.5])
    with Progress(disable=True) as progress:
        mixture = Mixture((images,), (1.0,))
        best = learn(build_network(stages=TINY), mixture, told, Plan(10 * learning.BATCH, 1), progress, tmp_path)
    assert next(told.losses) == 0.5  # the third round was not begun
    assert np.array_equal(best.weights[0], told.judged[0])
    assert list(tmp_path.iterdir()) == []


def test_a_teacher_who_finds_the_right_class_is_believed_and_one_who_errs_is_not() -> None:
    targets = np.asarray([[0.9, 0.05, 0.05], [0.9, 0.05, 0.05]], np.float32)
    believed = np.asarray([[0.6, 0.4, 0.0], [0.1, 0.9, 0.0]], np.float32)
    taught = learning._taught(targets, believed)
    assert np.allclose(taught[0], 0.3 * targets[0] + 0.7 * believed[0])
    assert np.allclose(taught[1], targets[1])


@pytest.mark.minutes
def test_a_student_takes_over_its_teachers_doubts(images: StoredImages, judge: Judge, tmp_path: Path) -> None:
    class ConfusesIAndKo:
        """A teacher who is right about い and nearly takes it for こ."""

        def predict_on_batch(self, inputs: np.ndarray) -> np.ndarray:
            logits = np.zeros((len(inputs), NOT_HIRAGANA + 1), np.float32)
            logits[:, INDEX["い"]], logits[:, INDEX["こ"]] = 20, 19.9
            return logits

    only_i = images.select(images.labels == INDEX["い"])
    mixture, seen = Mixture((only_i,), (1.0,)), 40 * learning.BATCH
    keras.utils.set_random_seed(1)
    with Progress(disable=True) as progress:
        teacher = Teacher(ConfusesIAndKo(), 0.6)
        student = learn(build_network(stages=TINY), mixture, judge, Plan(seen, 1), progress, tmp_path, teacher)
    inputs, _ = mixture.batch(50, np.random.default_rng(2))
    second = student.predict(inputs, verbose=0).argsort(axis=1)[:, -2]
    assert np.mean(second == INDEX["こ"]) > 0.9


def test_plain_pictures_decide_the_temperature(network: "keras.Model", images: StoredImages) -> None:
    inputs, labels = prepare_inputs(images)
    wrong = (labels + 1) % len(np.unique(labels))  # as many degraded pictures are misread, whatever they show
    honest = Judge(np.concatenate([inputs] * 2), np.concatenate([labels] * 2), images.writers * 2)
    misled = replace(honest, labels=np.concatenate([labels, wrong]))
    kind = training.KINDS["large"]
    assert training.calibrate(network, misled, kind) == training.calibrate(network, honest, kind)
    other_way_round = replace(honest, labels=np.concatenate([wrong, labels]))
    assert training.calibrate(network, other_way_round, kind)[0] > training.calibrate(network, honest, kind)[0]


def test_the_threshold_of_refusal_lets_all_but_a_few_hiragana_pass() -> None:
    logits = np.random.default_rng(1).normal(0, 1, (2000, NOT_HIRAGANA + 1)).astype(np.float32)
    logits[:, NOT_HIRAGANA] += 4
    from_here = find_refusal(logits, 1.0)
    powers = np.exp(logits)
    other = powers[:, NOT_HIRAGANA] / powers.sum(axis=1)
    assert np.mean(other >= from_here) == pytest.approx(0.004, abs=0.002)


@pytest.mark.parametrize("kind", ["float32", "float16", "dynamic 8-bit"])
def test_the_exported_file_answers_as_the_network_does(network: "keras.Model", images: StoredImages, kind: str) -> None:
    inputs, _ = Mixture((images,), (1.0,)).batch(64, np.random.default_rng(3))
    expected = network.predict(inputs, verbose=0)
    network_at_run_time = open_network(convert(network, kind))
    exported = np.stack([network_at_run_time.logits(picture) for picture in inputs])
    close = {"float32": 1e-3, "float16": 2e-2, "dynamic 8-bit": 0.5}
    assert np.abs(exported - expected).max() < close[kind]
    assert np.ptp(expected) > 2  # it has learnt: constant answers would agree as well


def test_of_the_exported_files_the_smallest_that_answers_the_same_is_kept(
    network: "keras.Model", images: StoredImages
) -> None:
    chosen, tried = export(network, prepare_inputs(images)[0])
    assert [one.kind for one in tried] == ["dynamic 8-bit", "float16", "float32"]
    assert chosen.otherwise <= 0.001
    assert len(chosen.content) == min(len(one.content) for one in tried if one.otherwise <= 0.001)
    assert next(one for one in tried if one.kind == "float32").furthest < 1e-3


def _entry(images: StoredImages) -> Entry:
    return Entry("drawn", 1.0, "drawn for a test", "nothing", lambda: True, lambda: images, knows_writers=True)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiny networks, no fonts, no real data."""
    tiny = training.Kind(lambda: build_network(stages=TINY), training.preprocess, "hiragana", True)
    monkeypatch.setattr(training, "KINDS", {"large": tiny, "small": tiny, "classic": training.KINDS["classic"]})
    monkeypatch.setattr("model.workshop.release.export.NETWORKS", training.KINDS)
    monkeypatch.setattr("model.workshop.sources.negatives.font_files", list)
    monkeypatch.delenv("TSUDOI_REAL_DATA", raising=False)


@pytest.mark.minutes
@pytest.mark.usefixtures("small")
def test_training_leaves_strangers_out_and_export_ships_what_it_learnt(
    images: StoredImages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = [Pictures("drawings", [Written(drawn(label, 90), label, "test") for label in STROKES])]
    monkeypatch.setattr("model.workshop.release.export.unseen_pictures", lambda held_out: pictures)
    monkeypatch.setattr(
        "model.workshop.release.export.negatives_beside", lambda beside: {"blank": [np.full((50, 50), 250, np.uint8)]}
    )
    monkeypatch.setattr("model.workshop.evaluation.evaluate.hardships", lambda: {"inverted": lambda image: 255 - image})
    with Progress(disable=True) as progress:
        facts = training.train([_entry(images)], tmp_path / "run", progress, Plan(256, seed=2))
        assert len(facts.held_out) == 1
        assert facts == training.load_training(tmp_path / "run")
        export_run(tmp_path / "run", tmp_path / "out" / "hiragana.tflite", progress)
    assert len(load(tmp_path / "out" / "hiragana.tflite").classify([drawn("い")], top=4)[0]) == 4
    card = json.loads((tmp_path / "out" / "card.json").read_text(encoding="utf-8"))
    assert card["temperature"] == facts.temperature
    assert card["refused"]["blank"]["refused"] == 1
    assert "drawn for a test" in (tmp_path / "out" / "card.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("small")
def test_the_network_of_2017_is_trained_by_the_same_command_and_read_as_it_was(
    images: StoredImages, tmp_path: Path
) -> None:
    with Progress(disable=True) as progress:
        facts = training.train([_entry(images)], tmp_path, progress, Plan(128, seed=2, network="classic"))
    assert (facts.network, facts.refuse_from) == ("classic", 1.0)
    network = keras.saving.load_model(tmp_path / "network.keras")
    assert network.input_shape[1:] == classic.prepare(drawn("い")).shape


@pytest.mark.minutes
@pytest.mark.usefixtures("small")
def test_distilling_trains_a_teacher_once_its_student_and_one_without(images: StoredImages, tmp_path: Path) -> None:
    with Progress(disable=True) as progress:
        folders, plans = (tmp_path, tmp_path / "teacher"), (Plan(128, seed=2), Plan(128, seed=2, network="small"))
        first = distil([_entry(images)], *folders, progress, *plans)
        made = (tmp_path / "teacher" / "network.keras").stat().st_mtime_ns
        again = distil([_entry(images)], *folders, progress, *plans, alone=False)
    assert list(first) == ["teacher", "student", "student without a teacher"]
    assert [facts.teacher for facts in first.values()] == [None, "large", None]
    assert list(again) == ["teacher", "student"]
    assert (tmp_path / "teacher" / "network.keras").stat().st_mtime_ns == made


def test_training_needs_handwriting_to_judge_by(images: StoredImages, tmp_path: Path) -> None:
    entry = Entry("fonts", 1.0, "", "", lambda: True, lambda: images)
    with Progress(disable=True) as progress, pytest.raises(ValueError, match="python -m model prepare"):
        training.train([entry], tmp_path, progress, Plan())


def test_held_out_writers_are_in_no_source_and_a_part_of_them_decides_nothing(images: StoredImages) -> None:
    sources = {"one": images, "other": images}
    kept, strangers = practice.set_strangers_aside(sources, frozenset({"lomps:g01", "lomps:g03"}))
    unseen = set(strangers["one"].writers)
    assert unseen == {WRITERS[0], WRITERS[2]}
    assert all(not unseen & set(source.writers) for source in kept.values())
    choosing, judging = practice.divide_strangers(strangers["one"])
    assert not set(choosing.writers) & set(judging.writers)
    assert set(choosing.writers) | set(judging.writers) >= unseen


@pytest.mark.usefixtures("small")
def test_what_members_gave_as_no_hiragana_is_practised_and_judges_nobody(images: StoredImages) -> None:
    refused = StoredImages("refused", images.inks, np.full(len(images.labels), NOT_HIRAGANA), images.writers)
    entries = [_entry(practice.together(images, refused))]
    practised = practice.prepare_practice(entries, 1)
    assert NOT_HIRAGANA in practised.mixture.sources[0].labels
    assert NOT_HIRAGANA not in (*practised.choosing.labels, *practised.judging.labels)
    for one in practice.prepare_practice(entries, 1, refusal=False).mixture.sources:
        assert NOT_HIRAGANA not in one.labels


@pytest.mark.usefixtures("small")
def test_only_a_long_training_practises_photos_and_refusing_letters_close_together(images: StoredImages) -> None:
    long, short = (practice.prepare_practice([_entry(images)], 1, is_long=is_long).mixture for is_long in (True, False))
    *before, neighbours, crowded = long.sources
    assert [source.name for source in before] == [source.name for source in short.sources]
    assert (neighbours.name, crowded.name) == ("neighbours", "crowded")
    assert set(neighbours.labels.tolist()) == {NOT_HIRAGANA}
    assert (
        0
        < long.shares[-2]
        < sum(share for source, share in zip(short.sources, short.shares, strict=True) if NOT_HIRAGANA in source.labels)
    )
    assert long.in_photos > short.in_photos == 0


def test_a_copy_of_a_held_out_image_among_the_practised_ones_stops_a_training(images: StoredImages) -> None:
    held_out = images.select(np.asarray([writer == WRITERS[0] for writer in images.writers]))
    copied = StoredImages("copied", held_out.inks, held_out.labels, ("lomps:g09:p9:left",) * len(held_out.labels))
    entries = [_entry(images), Entry("copied", 0.1, "", "", lambda: True, lambda: copied)]
    seed = next(seed for seed in range(50) if choose_held_out(images.writers, seed) == {"lomps:g01"})
    with pytest.raises(LeakFound, match="copied"):
        practice.prepare_practice(entries, seed, refusal=False)


def test_one_that_looks_like_a_held_out_image_by_chance_is_not_practised(
    images: StoredImages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaks, "FEW", 0.2)  # of the few images here
    seed = next(seed for seed in range(50) if choose_held_out(images.writers, seed) == {"lomps:g01"})
    first = [writer == WRITERS[0] for writer in images.writers].index(True)
    chance = StoredImages("chance", images.inks[[first]], images.labels[[first]], ("lomps:g09:p9:left",))
    entries = [_entry(images), Entry("chance", 0.1, "", "", lambda: True, lambda: chance)]
    practised = practice.prepare_practice(entries, seed, refusal=False)
    assert practised.left_out == 1
    assert [len(source.labels) for source in practised.mixture.sources if source.name == "chance"] == [0]
    assert training._remarks(practised) == [
        "Pictures that look like some of those that judge, and were not practised: 1."
    ]


@pytest.mark.minutes
def test_a_network_that_went_on_is_brought_back_half_of_the_way(images: StoredImages) -> None:
    network, other = build_network(stages=TINY), build_network(stages=TINY)
    before, after = other.get_weights(), network.get_weights()
    learning.meet_halfway(network, before, Mixture((images,), (1.0,)), 1)
    assert np.allclose(network.get_weights()[0], (before[0] + after[0]) / 2)


@pytest.mark.parametrize("kind", ["dynamic 8-bit", "float32"])
def test_a_network_goes_on_from_a_file_as_it_left_off(images: StoredImages, kind: str) -> None:
    inputs, _ = prepare_inputs(images)
    network = build_network(stages=TINY)
    network.compile(loss="mse")
    practised = np.resize(inputs, (32, *inputs.shape[1:]))  # an odd number crashes oneDNN on processors with AMX
    answers = np.ones((len(practised), NOT_HIRAGANA + 1))
    network.fit(practised, answers, epochs=3, verbose=0)  # so that its statistics count
    content = convert(network, kind)
    thawed = thaw(content, build_network(stages=TINY), inputs)
    assert np.allclose(thawed.predict(inputs, verbose=0), network.predict(inputs, verbose=0), atol=0.02)
    with pytest.raises(OtherNetwork, match="--network"):
        thaw(content, build_network(), inputs)


def test_a_card_says_what_was_measured_and_how_to_make_it_again(tmp_path: Path) -> None:
    facts = FACTS
    right = Answer("あ", "w1", (Candidate("あ", 0.9),), "sure")
    wrong = Answer("い", "w2", (Candidate("り", 0.8),), "sure")
    figures = count("strangers", [right, wrong])
    refusals = [Refusal("kanji", 40, 0.975, 0.0)]
    development = count("dev", [right])
    found = Evaluation("large", [[right, wrong]], [figures, development], refusals, {"inverted": [figures]})
    card = make_card(facts, Exported("float16", b"content", 0.0, 1e-4), found, "hiragana", [development, figures])
    write_artifact(card, b"content", tmp_path / "hiragana.tflite")
    prose = (tmp_path / "card.md").read_text(encoding="utf-8")
    assert prose == as_prose(json.loads((tmp_path / "card.json").read_text(encoding="utf-8")))
    for words in (
        "python -m model train --network large --images 128 --seed 5",
        "| strangers | 2 | 2 | 50.00%",
        "い as り (1)",
        "inverted",
        "| kanji | 40 | 97.5% |",
        "The writers lomps:g12 and the development drawings chose",
        "lomps:g01 decided nothing",
        "The mean of the sources: 75.00%",
    ):
        assert words in prose


def test_a_card_of_members_handwriting_claims_no_other() -> None:
    facts = replace(
        FACTS,
        network="small",
        teacher="large",
        held_out=["member:m1"],
        judges=["member:m1"],
        sources=["members"],
        notices=["drawn by members"],
    )
    figures = count("members", [Answer("あ", "member:m1", (Candidate("あ", 0.9),), "sure")])
    card = make_card(
        facts, Exported("float16", b"content", 0.0, 0.0), Evaluation("small", [], [figures], [], {}), "hiragana"
    )
    assert card["notices"] == ["drawn by members"]
    assert card["made_with"][0].startswith("TSUDOI_SAMPLES=FOLDER python -m model train --network small")
    assert card["made_with"][0].endswith("--teacher RUN_OF_LARGE")
    assert "The writers member:m1 chose" in card["limits"][-1]
    assert "Hardships" not in as_prose(card)
    assert "Strangers" not in as_prose(card)
    assert not any("scans" in limit or "development" in limit for limit in card["limits"])


@pytest.mark.usefixtures("small")
def test_without_augmentation_clean_pictures_are_practised(
    images: StoredImages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    practised: list[Mixture] = []

    def learnt(network: "keras.Model", mixture: Mixture, *_: object) -> "keras.Model":
        practised.append(mixture)
        return network

    monkeypatch.setattr(training, "learn", learnt)
    with Progress(disable=True) as progress:
        augmented = training.train([_entry(images)], tmp_path, progress, Plan(128, seed=2))
        clean = training.train([_entry(images)], tmp_path, progress, Plan(128, seed=2, augment=False))
    assert (augmented.augmented, clean.augmented) == (True, False)
    degraded, untouched = (one.change(images.inks[0], np.random.default_rng(1)) for one in practised)
    assert np.array_equal(untouched, 255 - images.inks[0])
    assert degraded.shape != untouched.shape


@pytest.mark.minutes
@pytest.mark.usefixtures("small")
def test_training_for_a_while_says_how_long_a_whole_training_takes(
    images: StoredImages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "READY", 1)
    with Progress(disable=True) as progress:
        measured = pace.measure([_entry(images)], progress, batches=1)
    assert measured.drawn > 0
    assert measured.minutes() == pytest.approx(20_000 * (0.7 / measured.learnt + 0.3 / measured.learnt_in_photos))
    assert measured.finder_minutes() == pytest.approx(400_000 / 60 / measured.scenes_learnt)


@pytest.mark.usefixtures("small")
def test_one_network_is_made_of_several_that_went_on_from_the_same(images: StoredImages, tmp_path: Path) -> None:
    runs, networks = [tmp_path / "a", tmp_path / "b"], [training.KINDS["large"].build() for _ in range(2)]
    for run, network, seen in zip(runs, networks, (128, 256), strict=True):
        training.save(network, replace(FACTS, onward=True, seed=2, images=seen), run)
    facts = average([_entry(images)], runs, tmp_path / "mean")
    assert (facts.averaged, facts.images) == ([128, 256], 384)
    assert facts == training.load_training(tmp_path / "mean")
    first, second, mean = (
        network.trainable_weights[0].numpy()
        for network in (*networks, keras.saving.load_model(tmp_path / "mean" / "network.keras"))
    )
    assert np.allclose(mean, (first + second) / 2)
    commands = make_card(facts, Exported("float16", b"", 0.0, 0.0), ONE_READ, "hiragana")["made_with"]
    assert [command.partition("python -m model ")[2] for command in commands] == [
        "train --network large --images 128 --seed 2 --onward --run RUN_1",
        "train --network large --images 256 --seed 2 --onward --run RUN_2",
        "average RUN_1 RUN_2",
        "export",
    ]


@pytest.mark.usefixtures("small")
def test_no_network_is_made_of_two_that_have_nothing_in_common(images: StoredImages, tmp_path: Path) -> None:
    network = training.KINDS["large"].build()
    training.save(network, replace(FACTS, onward=True), tmp_path / "a")
    training.save(network, replace(FACTS, onward=True, seed=6), tmp_path / "b")
    training.save(network, FACTS, tmp_path / "c")
    for runs in ("ab", "ac", "ca"):
        with pytest.raises(NotAlike, match="train both with --onward"):
            average([_entry(images)], [tmp_path / run for run in runs], tmp_path / "mean")
