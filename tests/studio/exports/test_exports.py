"""Every export comes back the same through the readers that others use."""

import io
import re
import zipfile

import numpy as np
import pytest

from deixis.core import region_json
from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.region import box, ellipse, point, polygon, stroke
from deixis.core.region import mask as mask_region
from deixis.core.size import Size
from deixis.data.adapters import regions_of
from deixis.data.llava import LlavaDataset
from deixis.data.regions import RegionsDataset
from deixis.evals.benchmarks import Options, benchmarks
from deixis.studio.exports import FORMS, Exporting, exported
from deixis.studio.exports.shared_page import entries_in
from deixis.studio.history import HistoryEntry, KeptCell

SIZE = Size(width=97, height=61)
IMAGE = Image(pixels=np.random.default_rng(0).integers(0, 256, (61, 97, 3), np.uint8))
REGIONS = {
    "cup": box(4.5, 3, 50, 41.25).named(label="coffee cup"),
    "spot": point(12.25, 7.5),
    "oval": ellipse(40, 30, 12, 12),
    "leaf": polygon([(1, 1), (30.5, 2), (20, 40)]),
    "way": stroke([(2, 2), (40, 50)], width=3),
    "blob": mask_region(np.eye(61, 97, dtype=bool)),
}
HOSTILE = "</pre><script>alert(1)</script><img src=x onerror=alert(2)> {cup} {nobody} <image>"
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "section", "h1", "h2", "p", "pre"),
    *("figure", "img", "figcaption", "table", "tr", "th", "td", "div", "article", "details"),
    "summary",
}
ALL = "What of {cup}, {spot}, {oval}, {leaf}, {way} and {blob}?"


def records(regions=REGIONS):
    return {
        name: {**region_json.to_record(region), "encoding": "arrow"}
        for name, region in regions.items()
    }


def entry(question=ALL, text="A saucer", regions=REGIONS, **told):
    answered = {**region_json.to_record(box(1, 2, 30, 40)), "start": 0, "end": 4}
    sent = {"pictures": [{"sha256": "ab" * 32, "width": 9, "height": 8}], "words": "said <b>"}
    cells = (
        KeptCell(place=0, model="broken", told={"error": {"message": "<i>no</i>"}}),
        KeptCell(
            place=1,
            model="nano",
            encoding="arrow",
            text=text,
            told={
                "regions": [answered],
                "sent": sent,
                "cost": {"seconds": 1.25, "tokens": 31},
                "unread": [{"text": "x", "start": 0, "end": 1, "reason": "<why>"}],
                **told,
            },
        ),
    )
    return HistoryEntry(
        id=7, when=1.5e9, picture="p", question=question, regions=records(regions), cells=cells
    )


def asked(**more):
    return Exporting(entry=more.pop("entry", entry()), image=IMAGE, **more)


def unpacked(found, folder):
    with zipfile.ZipFile(io.BytesIO(found.data)) as whole:
        whole.extractall(folder)
    return folder


@pytest.mark.parametrize("form", ["coco", "labelme", "regions"])
def test_regions_come_back_through_the_adapter_of_their_form(tmp_path, form):
    found = exported([asked()], form)
    folder = unpacked(found, tmp_path)
    path = {"coco": "instances.json", "labelme": "labels", "regions": "regions.jsonl"}[form]
    (row,) = regions_of(folder / path)
    assert row.size == SIZE
    assert open_image(row.path) == IMAGE
    back = {region.label: region.shape for region in row.regions}
    kept = {"coco": ["cup", "leaf", "blob"]}.get(form, list(REGIONS))
    for name in kept:
        assert back[REGIONS[name].label or name] == REGIONS[name].shape
    assert bool(found.lost) == (form == "coco")


def test_with_a_cell_its_answered_regions_are_exported_instead(tmp_path):
    folder = unpacked(exported([asked(place=1)], "coco"), tmp_path)
    (row,) = regions_of(folder / "instances.json")
    assert [region.shape for region in row.regions] == [box(1, 2, 30, 40).shape]


@pytest.mark.parametrize("text", ["A saucer", HOSTILE, '[{"bbox_2d": [1, 2, 3, 4]}] {cup}'])
@pytest.mark.parametrize(
    ("form", "reader", "file"),
    [("llava", LlavaDataset, "rows.json"), ("rows", RegionsDataset, "rows.jsonl")],
)
def test_training_rows_come_back_through_our_readers(tmp_path, form, reader, file, text):
    one = asked(entry=entry(text=text), earlier=(("And {cup}?", "It is {cup}."),))
    folder = unpacked(exported([one], form), tmp_path)
    sample = reader.open(folder / file).sample(0)
    safe = text.replace("{nobody}", "{ nobody }")
    if form == "llava":
        safe = safe.replace("<image>", "< image >")
    assert [(turn.question, turn.answer) for turn in sample.turns] == [
        ("And {cup}?", "It is {cup}."),
        (ALL, safe),
    ]
    assert dict(sample.regions) == REGIONS
    assert sample.id == "7"
    assert sample.image() == IMAGE


def test_the_words_that_were_said_to_be_right_are_what_is_learned(tmp_path):
    folder = unpacked(exported([asked(expected=("a table",))], "rows"), tmp_path)
    (turn,) = RegionsDataset.open(folder / "rows.jsonl").sample(0).turns
    assert turn.answer == "a table"


def test_a_region_that_nobody_speaks_of_is_no_part_of_a_row(tmp_path):
    one = asked(entry=entry(question="What is {cup}?"))
    folder = unpacked(exported([one], "rows"), tmp_path)
    assert dict(RegionsDataset.open(folder / "rows.jsonl").sample(0).regions) == {
        "cup": REGIONS["cup"]
    }


@pytest.mark.parametrize("expected", [(), ("a table", "wood")])
def test_a_case_comes_back_through_the_benchmark(tmp_path, expected):
    found = exported([asked(expected=expected), asked(place=1, expected=("x",))], "cases")
    (tmp_path / found.name).write_bytes(found.data)
    benchmark = benchmarks.get("cases").of(Options(data=tmp_path / found.name))
    first, second = benchmark.samples()
    assert (first.text, first.truth) == (ALL, expected or ("A saucer",))
    assert dict(first.regions) == REGIONS
    assert benchmark.question(first).image == IMAGE
    assert first.key != second.key


def test_a_turn_of_a_dialogue_is_no_case():
    with pytest.raises(UsageError, match="goes on from another"):
        exported([asked(earlier=(("q", "a"),))], "cases")


def test_a_question_without_an_answer_is_told():
    lonely = HistoryEntry(id=3, picture="p", question="What?")
    for form in ("cases", "rows", "llava"):
        with pytest.raises(UsageError, match="question 3 has no answer"):
            exported([asked(entry=lonely)], form)


def test_the_picture_is_what_the_library_draws():
    from deixis.marks.labelled import draw_labelled

    found = exported([asked()], "png")
    named = [one if one.label else one.named(label=name) for name, one in REGIONS.items()]
    assert open_image(found.data) == draw_labelled(IMAGE, named)


def test_the_page_holds_every_question_and_comes_back(tmp_path):
    whole = entry(question=HOSTILE, text=HOSTILE)
    page = exported([asked(entry=whole), asked()], "html").data.decode()
    assert entries_in(page) == [whole.record(), entry().record()]


def test_nothing_of_the_page_is_a_script_or_loaded_and_all_words_are_text():
    labels = {"cup": box(1, 2, 3, 4).named(label=HOSTILE)}
    whole = entry(question=HOSTILE, text=HOSTILE, regions=labels)
    page = exported([asked(entry=whole, sent={"ab" * 32: IMAGE.png()})], "html").data.decode()
    tags = {found.lower() for found in re.findall(r"<(\w+)", page)}
    assert tags <= TAGS
    assert not re.search(r"<[^>]*\son\w+=", page)
    assert all(one.startswith("data:image/") for one in re.findall(r'src="([^"]*)"', page))
    assert page.count("<img ") == 3  # drawn, answered, sent
    assert "default-src 'none'" in page


def test_an_unknown_form_is_told_with_those_that_are():
    with pytest.raises(UnknownNameError, match="labelme"):
        exported([asked()], "labelmee")
    for form in FORMS:
        with pytest.raises(UsageError, match="no question was chosen"):
            exported([], form)


def test_the_same_export_is_the_same_bytes():
    for form in FORMS:
        assert exported([asked()], form).data == exported([asked()], form).data
