"""Scenes that are drawn once and read again, and what a frozen tower saw of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from deixis.core.errors import UsageError
from deixis_lab.things.art import SMALL
from deixis_lab.zoo.training.alignment_task import AlignmentOptions, AlignmentTask
from deixis_lab.zoo.training.encoded_scenes import BESIDE
from deixis_lab.zoo.training.encoder_task import EncoderOptions, EncoderTask
from deixis_lab.zoo.training.instruction_task import InstructionOptions, InstructionTask
from deixis_lab.zoo.training.kept_maps import HIGHEST, STEPS
from deixis_lab.zoo.training.kept_scenes import KeptScenes

pytestmark = [
    # transformers 5.23 itself, in PaliGemmaProcessor, with numpy 2.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
NAME = "fast_vlm"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def aligned(folder: Path) -> AlignmentTask:
    kept = str(folder)
    return AlignmentTask(
        AlignmentOptions(architecture=NAME, start=f"nano:{NAME}", art=SMALL, kept=kept, num_kept=3)
    )


def scene(task: AlignmentTask | InstructionTask | EncoderTask, index: int, seed: int = 0):
    return task.source.example(index, np.random.default_rng(seed))


def files(task: AlignmentTask) -> list[Path]:
    assert isinstance(task.source, KeptScenes)
    return sorted(task.source.folder.rglob("*.npz"))


def test_what_is_read_again_is_what_was_drawn(aligned: AlignmentTask) -> None:
    drawn, again = scene(aligned, 1), scene(aligned, 1, seed=5)
    assert np.array_equal(drawn.pixels, again.pixels)
    for key, value in drawn.labels.as_dict().items():
        assert np.array_equal(value, again.labels.as_dict()[key])
        assert value.dtype == again.labels.as_dict()[key].dtype
    assert drawn.asked != again.asked
    assert set(drawn.asked) == set(again.asked)
    assert len({one.text for one in drawn.asked}) == len(drawn.asked)


def test_the_first_come_again_after_the_last(aligned: AlignmentTask) -> None:
    first, again = scene(aligned, 0), scene(aligned, 3)
    assert (first.place, again.place) == (0, 0)
    assert np.array_equal(first.pixels, again.pixels)


@pytest.mark.parametrize("harm", [b"", b"PK", b"no archive at all"])
def test_a_spoilt_file_is_drawn_anew(aligned: AlignmentTask, harm: bytes) -> None:
    before = scene(aligned, 2)
    (spoilt,) = [path for path in files(aligned) if path.stem == "2"]
    spoilt.write_bytes(harm)
    again = scene(aligned, 2)
    assert np.array_equal(before.pixels, again.pixels)
    assert set(before.asked) == set(again.asked)
    assert spoilt.stat().st_size > 1000


def test_a_tower_looks_at_each_once_and_always_sees_the_same(aligned: AlignmentTask) -> None:
    maps = aligned.vision.maps
    assert maps is not None
    shown = [scene(aligned, index) for index in (0, 1)]
    looks: list[int] = []
    hook = maps.tower.register_forward_hook(lambda *_: looks.append(1))
    first = maps(shown)
    again = maps([shown[1], shown[0]]).flip(0)
    hook.remove()
    assert len(looks) == 1
    assert torch.equal(first, again)
    with torch.no_grad():
        plain = aligned.vision(np.stack([one.pixels for one in shown]))
        kept = aligned.vision.of_first(shown)
    assert float((plain - kept).abs().max()) <= 0.05 * float(plain.abs().max()) + HIGHEST / STEPS


def test_stages_share_the_scenes(aligned: AlignmentTask, folder: Path) -> None:
    scene(aligned, 0)
    options = InstructionOptions(
        architecture=NAME, start="", art=SMALL, kept=str(folder), num_kept=3
    )
    task = InstructionTask(options)
    assert isinstance(task.source, KeptScenes)
    assert isinstance(aligned.source, KeptScenes)
    assert task.source.folder == aligned.source.folder
    losses = task.loss([scene(task, 0)], 0)
    losses.total.backward()
    assert torch.isfinite(losses.total)


@pytest.fixture(scope="module")
def taught(folder: Path) -> EncoderTask:
    options = EncoderOptions(
        architecture=NAME,
        art=SMALL,
        kept=str(folder),
        num_kept=3,
        teacher=f"nano:{NAME}",
        num_held_out=2,
    )
    return EncoderTask(options)


def test_a_tower_learns_what_another_sees(taught: EncoderTask, aligned: AlignmentTask) -> None:
    assert isinstance(taught.source, KeptScenes)
    assert isinstance(aligned.source, KeptScenes)
    assert taught.source.folder == aligned.source.folder
    shown = [scene(taught, index) for index in (0, 1)]
    losses = taught.loss(shown, 0)
    losses.total.backward()
    assert taught.encoder.taught is not None
    assert float(taught.encoder.taught.weight.grad.abs().max()) > 0
    assert taught.teacher is not None
    seen = taught.teacher.maps(shown)
    assert float(taught.teacher.loss(seen, shown)) == 0.0
    assert float(taught.teacher.loss(torch.zeros_like(seen), shown)) == pytest.approx(1.0)


def test_what_cannot_be_kept_is_refused() -> None:
    with pytest.raises(UsageError, match=r"leave task\.sides"):
        EncoderTask(EncoderOptions(architecture=NAME, art=SMALL, kept="x", sides=(160,)))


LATER = {"marks": pytest.mark.long}
ONE_PROJECTOR = ["llava", pytest.param("idefics3", **LATER), pytest.param("llava_conv", **LATER)]
QUERIES = ["blip_2", pytest.param("instructblip", **LATER)]


@pytest.mark.parametrize("name", [*ONE_PROJECTOR, *QUERIES, "paligemma"])
def test_every_architecture_learns_from_kept_scenes(name: str, tmp_path: Path) -> None:
    told = {"architecture": name, "start": "", "art": SMALL, "kept": str(tmp_path), "num_kept": 2}
    aligning, instructing = AlignmentOptions(**told), InstructionOptions(**told)
    for task in (AlignmentTask(aligning), InstructionTask(instructing)):
        losses = task.loss([scene(task, 0)], 0)
        losses.total.backward()
        assert torch.isfinite(losses.total)


@pytest.mark.parametrize("name", [*ONE_PROJECTOR, "paligemma"])
def test_what_is_kept_is_what_the_language_side_would_see(name: str, tmp_path: Path) -> None:
    task = AlignmentTask(
        AlignmentOptions(architecture=name, start="", art=SMALL, kept=str(tmp_path), num_kept=2)
    )
    shown = [scene(task, index) for index in (0, 1)]
    with torch.no_grad():
        plain = task.vision(np.stack([one.pixels for one in shown]))
        kept = task.vision.of_first(shown)
    assert float((plain - kept).abs().max()) <= 2e-3 * float(plain.abs().max())


def test_without_its_pointing_a_scene_shows_the_plain_picture_twice(tmp_path: Path) -> None:
    options = InstructionOptions(architecture="llava", start="", art=SMALL)
    source = replace(InstructionTask(options).source, way=BESIDE)
    examples = (source.example(index, np.random.default_rng(index)) for index in range(9))
    shown = next(one for one in examples if one.second is not None)
    first, second = shown.unpointed.pictures
    assert np.array_equal(first, shown.plain)
    assert np.array_equal(second, shown.plain)
    assert not np.array_equal(shown.second.pixels, shown.plain)


def test_a_teacher_needs_kept_scenes() -> None:
    with pytest.raises(UsageError, match=r"task\.kept"):
        EncoderTask(EncoderOptions(architecture=NAME, art=SMALL, teacher=f"nano:{NAME}"))
