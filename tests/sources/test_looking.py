"""Looking with several sources."""

import json
from pathlib import Path

import pytest

from deixis.core import region as regions
from deixis.core import region_json
from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.image import Image
from deixis.data.demo.pictures import demo_picture
from deixis.sources import SourceOptions, built, look, source

pytestmark = pytest.mark.lab  # the truth that it looks up is that of Things


@pytest.fixture
def image() -> Image:
    return demo_picture("frog").image


@pytest.fixture
def listed(tmp_path: Path, image: Image) -> str:
    """A file with two notes about that picture."""
    found = [regions.box(1, 2, 30, 40, label="cup"), regions.box(3, 4, 5, 6, label="dog")]
    records = {
        f"r{place}": region_json.to_record(region) | {"score": 0.9 - 0.5 * place}
        for place, region in enumerate(found)
    }
    path = tmp_path / "notes.jsonl"
    path.write_text(json.dumps({"image": image.source, "regions": records}))
    return f"regions:{path}"


def test_sources_look_one_after_the_other(image: Image, listed: str) -> None:
    of_scene = source("truth").look(image)
    notes = look(image, ["truth", listed, source("truth")])
    assert notes == [*of_scene, *source(listed).look(image), *of_scene]
    assert [note.source for note in notes[len(of_scene) :][:2]] == [listed, listed]
    assert look(image, []) == []


def test_each_source_gets_the_options_that_mean_something_to_it(image: Image, listed: str) -> None:
    notes = look(image, ["truth", listed], options=SourceOptions(least_score=0.5))
    assert [note.label for note in notes if note.source == listed] == ["cup"]
    assert len(notes) > 1


def test_an_option_that_means_nothing_to_any_is_refused(image: Image, listed: str) -> None:
    with pytest.raises(UsageError, match="none of these sources has an option words: truth, reg"):
        look(image, ["truth", listed], options=SourceOptions(words=("cup",)))
    with pytest.raises(UsageError, match="has an option least_score"):
        built([source("truth")], SourceOptions(least_score=0.5))


def test_names_are_a_list_of_known_ones(image: Image) -> None:
    with pytest.raises(UsageError, match=r"write \['truth'\]"):
        look(image, "truth")
    with pytest.raises(UnknownNameError, match="named 'rapidorc'; did you mean 'rapidocr'"):
        look(image, ["rapidorc"])
