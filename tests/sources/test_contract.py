"""What every knowledge source keeps to."""

import json
import shutil
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from deixis.core import region as regions
from deixis.core import region_json
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.data.demo.pictures import demo_picture
from deixis.sources import SourceOptions, source, sources
from tests.sources import tiny_detectors, tiny_segmenters
from tests.sources.drawn_words import written
from tests.sources.tiny_parts import save

OPTIONS = [field.name for field in fields(SourceOptions)]
SAID = {"least_score": 0.0, "words": ("lamp",), "language": "en"}
# sources whose own tests need more than a name and a picture
ELSEWHERE = {"store"}
Example = tuple[str, SourceOptions, Image]


NAMED = demo_picture("frog").image.source.rpartition("/")[2]  # as a file would be


def _image() -> Image:
    return demo_picture("frog").image


def _rapidocr(folder: Path) -> Example:
    return "rapidocr", SourceOptions(), written("Anchor", size=(150, 36)).image


def _tesseract(folder: Path) -> Example:
    if shutil.which("tesseract") is None:
        pytest.skip("tesseract is not installed")
    return "tesseract", SourceOptions(), written("Anchor", size=(200, 90)).image


def _panoptic(folder: Path) -> Example:
    name = save(tiny_segmenters.detr, folder, seed=3, gain=2.5)
    return f"panoptic:{name}", SourceOptions(least_score=0.0), _image()


def _detector(folder: Path) -> Example:
    name = save(tiny_detectors.owlvit, folder)
    return f"detector:{name}", SourceOptions(words=("lamp",), least_score=0.0), _image()


def _sam3(folder: Path) -> Example:
    name = save(tiny_segmenters.sam3, folder)
    return f"sam3:{name}", SourceOptions(words=("lamp",), least_score=0.0), _image()


def _coco(folder: Path) -> Example:
    content = {
        "images": [{"id": 1, "file_name": NAMED, "width": 448, "height": 448}],
        "categories": [{"id": 1, "name": "lamp"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 90, 9]}],
    }
    (folder / "x.json").write_text(json.dumps(content))
    return f"coco:{folder / 'x.json'}", SourceOptions(), _image()


def _regions(folder: Path) -> Example:
    record = region_json.to_record(regions.box(1, 2, 90, 9, label="lamp"))
    row = {"image": NAMED, "regions": {"lamp": record}}
    (folder / "x.jsonl").write_text(json.dumps(row))
    return f"regions:{folder / 'x.jsonl'}", SourceOptions(), _image()


def _truth(folder: Path) -> Example:
    return "truth", SourceOptions(), _image()


EXAMPLES: dict[str, Callable[[Path], Example]] = {
    "rapidocr": _rapidocr,
    "tesseract": _tesseract,
    "panoptic": _panoptic,
    "detector": _detector,
    "sam3": _sam3,
    "coco": _coco,
    "regions": _regions,
    "truth": _truth,
}
if "truth" not in sources.names():  # which the laboratory brings
    del EXAMPLES["truth"]


def test_every_source_has_an_example_here() -> None:
    assert set(sources.names()) == {*EXAMPLES, *ELSEWHERE}


@pytest.mark.parametrize("name", sources.names())
def test_it_refuses_what_it_does_not_know(name: str) -> None:
    kind = sources.get(name)
    assert kind.__doc__
    assert set(kind.knows) <= set(OPTIONS)
    argument = f"{name}:x" if kind.takes else name
    for option in OPTIONS:
        if option not in kind.knows:
            with pytest.raises(UsageError, match=rf"the source {name} has no option {option}"):
                source(argument, SourceOptions(**{option: SAID[option]}))
    with pytest.raises(UsageError, match=rf"this source is written {name}"):
        source(name if kind.takes else f"{name}:x")


@pytest.mark.parametrize("name", EXAMPLES)
def test_its_notes_are_named_lie_in_the_picture_and_stay_the_same(
    name: str, tmp_path: Path
) -> None:
    full_name, options, image = EXAMPLES[name](tmp_path)
    found = source(full_name, options)
    notes = found.look(image)
    assert notes
    for note in notes:
        assert note.source == full_name
        assert note.label or note.text
        assert note.within(image.size) == note
        assert region_json.loads(region_json.dumps(note)) == note
    assert found.look_all([image]) == [notes]
    assert source(full_name, options).look(image) == notes
    assert found.record["source"] == full_name
    assert all(isinstance(value, str) for value in found.record.values())
    assert source(full_name, options).record == found.record


@pytest.mark.parametrize(
    "bad", [{"least_score": 1.1}, {"least_score": -0.1}, {"words": ("cup", " ")}], ids=str
)
def test_options_that_cannot_be_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"within 0\.\.1|not empty"):
        SourceOptions(**bad)
