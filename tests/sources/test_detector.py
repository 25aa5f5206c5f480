"""Detectors of every class, random and tiny, from a folder."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
import transformers as hf

from deixis.core.errors import ModelError, UsageError
from deixis.core.image import Image
from deixis.core.shapes import Box
from deixis.models.device_and_dtype import placed
from deixis.sources import KnowledgeSource, SourceOptions, source
from deixis.sources.detector import CUTS, GROUNDED, OWL, GroundingSentence
from deixis.sources.vision_checkpoint import VisionCheckpoint
from tests.long import each_of
from tests.sources import tiny_detectors as tiny
from tests.sources.drawn_words import noise
from tests.sources.tiny_parts import LABELS, bert_tokenizer, save

CLOSED = (
    "conditional_detr",
    "d_fine",
    "dab_detr",
    "deformable_detr",
    "deimv2",
    "detr",
    "lw_detr",
    "rt_detr",
    "rt_detr_v2",
    "table_transformer",
    "yolos",
)
OPEN = ("grounding_dino", "mm_grounding_dino", "owlv2", "owlvit")
ONLY_FLOAT32 = ("dab_detr",)  # transformers' own steps meet two dtypes there
WORDS = ("Red lamp", "anchor")
Saved = Callable[[str], str]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    """The folder of a kind of model, made when it is first asked for."""
    made: dict[str, str] = {}

    def folder_of(kind: str) -> str:
        if kind not in made:
            made[kind] = save(getattr(tiny, kind), tmp_path_factory.mktemp(kind), gain=1.5)
        return made[kind]

    return folder_of


def detector(folder: str, kind: str, cut: float | None = None) -> KnowledgeSource:
    words = WORDS if kind in OPEN else ()
    return source(f"detector:{folder}", SourceOptions(least_score=cut, words=words))


@pytest.mark.parametrize(
    ("settings", "error", "reason"),
    [
        ({"do_rescale": None}, ModelError, "fails on a picture that its own processor prepared"),
        ({"do_resize": {}}, ModelError, "fails on a picture that its own processor prepared"),
        ({"rescale_factor": {}}, UsageError, "what prepares pictures for"),
    ],
)
def test_a_processor_that_does_not_fit_is_told(
    saved: Saved, tmp_path: Path, settings: dict[str, object], error: type[Exception], reason: str
) -> None:
    folder = shutil.copytree(saved("rt_detr"), tmp_path / "changed")
    path = folder / "preprocessor_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **settings}))
    with pytest.raises(error, match=reason):
        detector(str(folder), "rt_detr", 0.0).look(noise(87, 53))


def test_every_kind_that_is_claimed_is_tried_here() -> None:
    assert {kind.replace("-", "_") for kind in CUTS} == {*CLOSED, *OPEN}


@each_of("kind", [*CLOSED, *OPEN], first=0)
def test_notes_are_boxes_in_the_picture_the_surest_first(saved: Saved, kind: str) -> None:
    image = noise(87, 53)
    finder = detector(saved(kind), kind, 0.0)
    _, notes = finder.look_all([noise(41, 60), image])
    assert notes
    for note in notes:
        assert isinstance(note.shape, Box)
        assert note.within(image.size) == note
        assert note.shape.area > 0
        assert note.label in (WORDS if kind in OPEN else LABELS.values())
        assert note.source == f"detector:{saved(kind)}"
    scores = [note.score or 0 for note in notes]
    assert scores == sorted(scores, reverse=True)
    middle = scores[len(scores) // 2]
    cut = detector(saved(kind), kind, middle)
    assert cut.look(image) == [note for note in notes if (note.score or 0) >= middle]
    assert finder.record["model_type"].replace("-", "_") == kind
    assert ("words" in finder.record) == (kind in OPEN)


def test_each_has_its_usual_cut(saved: Saved) -> None:
    for kind in ("detr", "owlvit", "grounding_dino"):
        finder = detector(saved(kind), kind)
        usual = CUTS[finder.record["model_type"]]
        assert finder.record["least_score"] == f"{usual:g}"
        assert all((note.score or 0) >= usual for note in finder.look(noise(87, 53)))


@pytest.mark.parametrize("kind", ["detr", "rt_detr", "owlvit", "grounding_dino"])
@pytest.mark.parametrize("image", [noise(1, 5000), noise(5000, 2), noise(1, 1)], ids=str)
def test_pictures_of_any_form_are_looked_at(saved: Saved, kind: str, image: Image) -> None:
    for note in detector(saved(kind), kind, 0.0).look(image):
        assert note.within(image.size) == note


def test_a_form_that_its_processor_cannot_do_is_said(saved: Saved) -> None:
    # sizes as small as these, rounded to 16 pixels, leave nothing of a long picture
    with pytest.raises(UsageError, match=r"refuses this one of 1x5000 \(.*\); crop or pad it"):
        detector(saved("yolos"), "yolos").look(noise(1, 5000))


@pytest.mark.parametrize("kind", OPEN)
def test_a_detector_that_looks_for_words_needs_some(saved: Saved, kind: str) -> None:
    with pytest.raises(UsageError, match="looks for words: --words"):
        source(f"detector:{saved(kind)}")
    with pytest.raises(UsageError, match=r"is \d+ tokens.* reads|are \d+ tokens.* reads \d+"):
        source(f"detector:{saved(kind)}", SourceOptions(words=("red anchor " * 200,)))


def test_a_closed_detector_takes_no_words(saved: Saved) -> None:
    with pytest.raises(UsageError, match=r"trained on \(anchor, lamp, grass …\), not words"):
        source(f"detector:{saved('detr')}", SourceOptions(words=("lamp",)))


def test_grounding_dino_finds_the_boxes_that_its_own_reading_finds(saved: Saved) -> None:
    folder, image = saved("grounding_dino"), noise(87, 53)
    finder = detector(folder, "grounding_dino", 0.0)
    checkpoint = finder.checkpoint  # type: ignore[attr-defined]
    inputs = checkpoint.processor(
        images=image.pil(), text=[[word.lower() for word in WORDS]], return_tensors="pt"
    )
    with torch.no_grad():
        outputs = checkpoint.model(**inputs)
    [theirs] = checkpoint.processor.post_process_grounded_object_detection(
        outputs, threshold=0.0, text_threshold=0.0, target_sizes=[(53, 87)]
    )
    surest = dict(
        zip((tuple(box) for box in theirs["boxes"].round().tolist()), theirs["scores"], strict=True)
    )
    keys = [tuple(float(round(v)) for v in note.box().xyxy) for note in finder.look(image)]
    scores = [note.score or 0 for note in finder.look(image)]
    # those that were not cut at the picture's edge; theirs also counts full stops
    same = [(score, surest[key]) for score, key in zip(scores, keys, strict=True) if key in surest]
    assert len(same) > len(keys) / 2
    assert all(own <= float(other) + 1e-5 for own, other in same)
    assert any(abs(own - float(other)) < 1e-5 for own, other in same)


@pytest.mark.parametrize("words", [("red lamp", "anchor"), ("lamp", "red lamp"), ("Old.Anchor",)])
def test_grounding_dinos_tokens_belong_to_their_words(words: tuple[str, ...]) -> None:
    tokenizer = bert_tokenizer()
    model = SimpleNamespace(config=SimpleNamespace(max_text_len=256))
    checkpoint = VisionCheckpoint(
        name="x", model=model, processor=SimpleNamespace(tokenizer=tokenizer)
    )
    sentence = GroundingSentence.of(checkpoint, words)
    read = tokenizer(sentence.text).input_ids
    for word, tokens in zip(words, sentence.tokens, strict=True):
        plain = word.lower().replace(".", " ")
        assert [read[token] for token in tokens] == tokenizer(plain).input_ids[1:-1]
    assert sentence.text.endswith(".")
    with pytest.raises(UsageError, match=r"nothing to look for in '\.\.\.'"):
        GroundingSentence.of(checkpoint, ("lamp", "..."))


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    hf.ResNetConfig().save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="is a resnet model; detectors are conditional_detr"):
        source(f"detector:{tmp_path}")
    assert set(OWL) | set(GROUNDED) < set(CUTS)


@each_of("kind", [*CLOSED, *OPEN], first=1)
def test_a_detector_computes_in_the_numbers_that_were_asked_for_or_says_so(
    saved: Saved, kind: str
) -> None:
    with placed("cpu", "bfloat16"):
        finder = detector(saved(kind), kind, 0.0)
    assert finder.record["dtype"] == "bfloat16"
    assert "dtype" not in detector(saved(kind), kind, 0.0).record
    if kind in ONLY_FLOAT32:
        with pytest.raises(UsageError, match="take --dtype float32"):
            finder.look(noise(87, 53))
    else:
        assert finder.look(noise(87, 53))
