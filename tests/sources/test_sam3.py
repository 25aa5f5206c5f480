"""SAM 3's real class, random and tiny, from a folder."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import transformers as hf
from safetensors.torch import load_file, save_file

from deixis.core.errors import ModelError, UsageError
from deixis.core.image import Image
from deixis.core.mask import Mask
from deixis.sources import SourceOptions, source
from tests.sources import tiny_segmenters as tiny
from tests.sources.drawn_words import noise
from tests.sources.tiny_parts import save

WORDS = ("red lamp", "anchor")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> str:
    return save(tiny.sam3, tmp_path_factory.mktemp("sam3"))


def options(cut: float | None = None, words: tuple[str, ...] = WORDS) -> SourceOptions:
    return SourceOptions(least_score=cut, words=words)


def test_notes_are_masks_word_by_word_the_surest_first(saved: str) -> None:
    image = noise(61, 43)
    finder = source(f"sam3:{saved}", options(0.0))
    notes = finder.look(image)
    for note in notes:
        assert isinstance(note.shape, Mask)
        assert note.shape.size == image.size
        assert note.source == f"sam3:{saved}"
    by_word = {word: [note for note in notes if note.label == word] for word in WORDS}
    assert notes == [*by_word["red lamp"], *by_word["anchor"]]
    for found in by_word.values():
        scores = [note.score or 0 for note in found]
        assert len(scores) > 1
        assert scores == sorted(scores, reverse=True)
    assert finder.look(image) == notes
    assert finder.record["words"] == "red lamp, anchor"


def test_a_words_notes_do_not_depend_on_the_other_words(saved: str) -> None:
    image = noise(61, 43)
    both = source(f"sam3:{saved}", options(0.0)).look(image)
    alone = source(f"sam3:{saved}", options(0.0, ("anchor",))).look(image)
    assert alone == [note for note in both if note.label == "anchor"]


def test_a_checkpoint_that_also_tracks_is_read_the_same(saved: str, tmp_path: Path) -> None:
    # as the hub's is saved: SAM 3 is its detector
    detector = json.loads((Path(saved) / "config.json").read_text())
    hf.AutoTokenizer.from_pretrained(saved).save_pretrained(tmp_path)
    hf.Sam3VideoConfig(detector_config=detector).save_pretrained(tmp_path)
    weights = load_file(Path(saved) / "model.safetensors")
    both = {f"detector_model.{name}": value for name, value in weights.items()}
    tracker = {"tracker_model.weight": both["detector_model.text_projection.weight"].clone()}
    save_file(both | tracker, tmp_path / "model.safetensors", metadata={"format": "pt"})
    image = noise(61, 43)
    notes = source(f"sam3:{tmp_path}", options(0.0)).look(image)
    alone = source(f"sam3:{saved}", options(0.0)).look(image)
    # weights lie elsewhere in memory, so sums are made in another order
    assert [note.score for note in notes] == pytest.approx([note.score for note in alone], abs=1e-5)
    assert [replace(note, source="", score=None) for note in notes] == [
        replace(note, source="", score=None) for note in alone
    ]


def test_the_cut_leaves_out_what_is_less_sure(saved: str) -> None:
    image = noise(61, 43)
    every = source(f"sam3:{saved}", options(0.0)).look(image)
    middle = sorted(note.score or 0 for note in every)[len(every) // 2]
    some = source(f"sam3:{saved}", options(middle)).look(image)
    assert some == [note for note in every if (note.score or 0) >= middle]
    assert source(f"sam3:{saved}", options(1.0)).look(image) == []


@pytest.mark.parametrize("image", [noise(1, 5000), noise(5000, 1), noise(1, 1)], ids=str)
def test_pictures_of_any_form_are_looked_at(saved: str, image: Image) -> None:
    for note in source(f"sam3:{saved}", options(0.0)).look(image):
        assert note.mask(image.size).area


def test_it_needs_words_that_are_not_too_long(saved: str) -> None:
    with pytest.raises(UsageError, match="SAM 3 looks for words: --words"):
        source(f"sam3:{saved}")
    with pytest.raises(UsageError, match="is 42 tokens, SAM 3 reads 32"):
        source(f"sam3:{saved}", options(words=("l" * 40,)))


def test_weights_that_are_not_at_hand_say_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match=r"given on request: ask for them at huggingface\.co"):
        source("sam3:facebook/sam3", options())
