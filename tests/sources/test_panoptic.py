"""Segmenters of every class, random and tiny, from a folder."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers as hf

from deixis.core.errors import ModelError
from deixis.core.image import Image
from deixis.core.mask import Mask, intersection
from deixis.sources import KnowledgeSource, SourceOptions, source
from tests.sources import tiny_segmenters as tiny
from tests.sources.drawn_words import noise
from tests.sources.tiny_parts import LABELS, save

# weights with which each finds something of which it is sure
DRAWN = {
    "detr": (3, 2.5),
    "eomt": (0, 1.5),
    "mask2former": (0, 2.5),
    "maskformer": (2, 2.5),
    "oneformer": (0, 1.5),
}
Saved = Callable[[str], str]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    """The folder of a kind of model, made when it is first asked for."""
    made: dict[str, str] = {}

    def folder_of(kind: str) -> str:
        if kind not in made:
            folder: Path = tmp_path_factory.mktemp(kind)
            build = getattr(tiny, kind)
            seed, gain = DRAWN[kind]
            made[kind] = save(
                (lambda: build(folder)) if kind == "oneformer" else build,
                folder,
                seed=seed,
                gain=gain,
            )
        return made[kind]

    return folder_of


def blocks(width: int = 87, height: int = 53) -> Image:
    """Squares of colours at random."""
    rng = np.random.default_rng(0)
    cells = rng.integers(0, 256, (6, 10, 3), dtype=np.uint8)
    return Image(pixels=cells.repeat(9, axis=0).repeat(9, axis=1)[:height, :width])


def panoptic(folder: str, cut: float | None = None) -> KnowledgeSource:
    return source(f"panoptic:{folder}", SourceOptions(least_score=cut))


@pytest.mark.parametrize("kind", DRAWN)
def test_notes_are_masks_apart_from_one_another_with_labels_and_scores(
    saved: Saved, kind: str
) -> None:
    segmenter, image = panoptic(saved(kind)), blocks()
    notes = segmenter.look(image)
    assert notes
    shapes = [note.shape for note in notes]
    assert all(isinstance(shape, Mask) and shape.size == image.size for shape in shapes)
    for place, first in enumerate(notes):
        assert first.label in LABELS.values()
        assert first.source == f"panoptic:{saved(kind)}"
        assert 0.8 <= (first.score or 0) <= 1
        for second in notes[place + 1 :]:
            assert intersection([first.mask(image.size), second.mask(image.size)]) is None
    assert segmenter.look_all([noise(41, 60), image])[1] == notes


@pytest.mark.parametrize("kind", DRAWN)
def test_its_cut_and_what_notes_depend_on(saved: Saved, kind: str) -> None:
    image = blocks()
    low, high = panoptic(saved(kind), 0.0), panoptic(saved(kind), 1.0)
    assert low.look(image)
    assert high.look(image) == []
    assert low.record["least_score"] == "0"
    assert low.record["model_type"] == kind
    assert len(low.record["revision"]) == 16
    assert {**low.record, "least_score": ""} == {**high.record, "least_score": ""}


@pytest.mark.parametrize("kind", ["detr", "eomt", "mask2former"])
@pytest.mark.parametrize("image", [noise(1, 5000), noise(5000, 2), noise(1, 1)], ids=str)
def test_pictures_of_any_form_are_looked_at(saved: Saved, kind: str, image: Image) -> None:
    for note in panoptic(saved(kind), 0.0).look(image):
        assert note.mask(image.size).area


def test_a_padded_view_is_cut_as_transformers_cuts_it(saved: Saved) -> None:
    image = blocks()
    model = hf.EomtForUniversalSegmentation.from_pretrained(saved("eomt"))
    processor = hf.AutoImageProcessor.from_pretrained(saved("eomt"), backend="pil")
    with torch.no_grad():
        found = model(processor(images=image.pil(), return_tensors="pt")["pixel_values"])
    [expected] = processor.post_process_panoptic_segmentation(
        found, target_sizes=[(image.size.height, image.size.width)], threshold=0.8
    )
    notes = panoptic(saved("eomt")).look(image)
    assert len(notes) == len(expected["segments_info"])
    for note, told in zip(notes, expected["segments_info"], strict=True):
        theirs = expected["segmentation"].numpy() == told["id"]
        own = note.mask(image.size).to_array()
        # they resize twice, so that edges move by a fraction of a pixel
        assert (own & theirs).sum() / (own | theirs).sum() > 0.95


def test_oneformer_says_itself_what_is_stuff(tmp_path: Path) -> None:
    seed, gain = DRAWN["oneformer"]
    folder = save(lambda: tiny.oneformer(tmp_path), tmp_path, seed=seed, gain=gain)
    labels = [note.label for note in panoptic(folder, 0.0).look(blocks())]
    names = {number: {"name": label, "isthing": 0} for number, label in LABELS.items()}
    (tmp_path / "names.json").write_text(json.dumps(names))
    fused = [note.label for note in panoptic(folder, 0.0).look(blocks())]
    assert labels.count("anchor") > 1
    assert sorted(fused, key=str) == sorted(set(labels), key=str)


def test_a_segmenter_of_pixels_is_refused(tmp_path: Path) -> None:
    def build() -> tiny.Built:
        model, processor = tiny.eomt()
        processor.do_split_image = True
        return model, processor

    with pytest.raises(ModelError, match="names pixels, not segments"):
        panoptic(save(build, tmp_path))


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    hf.ResNetConfig().save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="is a resnet model; panoptic segmenters are detr, eomt"):
        panoptic(str(tmp_path))
