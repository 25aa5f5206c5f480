"""Files and lines that others read again: what was sent, regions, marks, stores, prompts."""

import base64
import json
from dataclasses import fields, replace

import deixis as dx
from deixis.ask.sent import Sent
from deixis.core import region_json
from deixis.core.size import Size
from deixis.core.transform import Transform
from deixis.encodings import Frame
from deixis.evals.compare import Comparison, EncodingRanking
from deixis.evals.encoding_search import Round, SearchResult
from deixis.evals.figures import Figure
from deixis.evals.report import QuestionCounts, Report
from deixis.evals.results import Row
from deixis.knowledge.network import NetworkConfig
from deixis.knowledge.prompt import PromptConfig
from deixis.knowledge.saved import Trained, new_prompt, save_prompt
from deixis.marks import mark_json
from deixis.marks.colours import Color
from deixis.models.interface import Generation
from deixis.models.load_by_name import load
from deixis.pixel.transfer import Cell, Transfer
from deixis.priors.ranking import EntityRank, Ranking
from deixis.sources import source
from deixis.train.export import ExportOptions
from deixis.train.state import State
from tests.batch.store_nursery import album, extracted
from tests.frozen import same, stored
from tests.frozen.test_asking import WIDE

CUP = replace(dx.box(1, 2, 30.5, 40, label="cup"), text="a\nb", score=0.25, source="tiny:llava")
HALF = dx.box(3, 1, 6, 4).mask(Size(width=7, height=5))
REGIONS = {
    "point": dx.point(3, 4.5),
    "box": CUP,
    "ellipse": dx.ellipse(9, 8, 3, 2, angle=30),
    "polygon": dx.polygon([(1, 1), (9, 2), (4, 8)]),
    "stroke": dx.stroke([(1, 1), (9, 2), (4, 8)]),
    "mask": replace(CUP, shape=HALF),
}
SENT = Sent(
    model="tiny:llava",
    dialect="unit",
    frames=(
        Frame(
            image=WIDE,
            transform=Transform(
                before=Size(width=400, height=300),
                after=WIDE.size,
                scale_x=0.5,
                scale_y=0.5,
                shift_x=0.0,
                shift_y=0.0,
            ),
            number=1,
            num_pictures=1,
        ),
    ),
    text="What is it?",
    system="Be brief.",
    settings=Generation(temperature=0.5, seed=1, stop=("x",)),
    loaded={"dtype": "float32", "knowledge form": "told"},
    software={"deixis": "0"},
    notes=((CUP,),),
)
STORED_BY_FIELD = {
    "report": Report,
    "counts": QuestionCounts,
    "figure": Figure,
    "row": Row,
    "search": SearchResult,
    "search round": Round,
    "transfer": Transfer,
    "transfer cell": Cell,
    "comparison": Comparison,
    "ways": EncodingRanking,
    "ranking": Ranking,
    "ranking entity": EntityRank,
    "run state": State,
    "export options": ExportOptions,
}


def test_what_was_sent_is_written_and_read_as_it_was():
    record = json.loads(SENT.to_json())
    png = record["pictures"][0]["png"]
    assert dx.open_image(base64.b64decode(png)).sha256 == WIDE.sha256
    record["pictures"][0]["png"] = "…"  # zlib's versions compress differently
    same("sent_record", record)
    before = stored("sent_record", record)
    before["pictures"][0]["png"] = png
    assert Sent.from_json(json.dumps(before)) == SENT
    before["convention"] = before.pop("dialect")  # as 0.1 wrote it
    assert Sent.from_json(json.dumps(before)) == SENT


def test_regions_and_marks_are_written_and_read_as_they_were():
    found = {name: region_json.to_record(region) for name, region in REGIONS.items()}
    style = dx.Style(
        color=Color(rgb=(0, 255, 0), name="lime"), alpha=200, width=3, seed=4, profile="plain"
    )
    marks = {
        shape: dx.Mark(shape=shape, region=CUP, style=style) for shape in ("rectangle", "arrow")
    }
    found |= {f"mark: {shape}": mark_json.to_record(mark) for shape, mark in marks.items()}
    same("regions", found)
    before = stored("regions", found)
    for name, region in REGIONS.items():
        assert region_json.from_record(before[name]) == region
    for shape, mark in marks.items():
        assert mark_json.from_record(before[f"mark: {shape}"]) == mark


def test_a_store_of_notes_has_the_manifest_that_it_had(tmp_path):
    known = album(tmp_path, 4)
    extracted(tmp_path, known, tmp_path / "store")
    told = json.loads((tmp_path / "store" / "manifest.json").read_text("utf-8"))
    told |= {"index": "…", "shards": sorted(told["shards"])}  # Parquet's bytes differ
    looked = [dict(one) for one in told["sources"]]
    assert looked == [dict(source(f"regions:{known}").record)]
    told["sources"] = [one | {"source": one["source"].replace(str(tmp_path), "")} for one in looked]
    same("store", told)


def test_a_knowledge_prompt_has_the_config_that_it_had(tmp_path):
    config = PromptConfig(encoder="own", network=NetworkConfig(hidden=5))
    prompt = new_prompt(config, load("tiny:llava"), tokens=16)
    save_prompt(prompt, tmp_path, Trained(model="m", sources=("rapidocr",), steps=3))
    (file,) = tmp_path.glob("*.json")
    record = json.loads(file.read_text("utf-8"))
    record["encoder"] |= {"digest": "…"} if "digest" in record["encoder"] else {}
    same("knowledge_prompt", {"file": file.name, **record})


def test_what_is_stored_by_its_fields_has_those_that_it_had():
    found = {name: [one.name for one in fields(kind)] for name, kind in STORED_BY_FIELD.items()}
    same("fields", found)
