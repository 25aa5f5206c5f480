"""Rows are written in the forms that others read, and shown on pages."""

import json

import pyarrow.parquet as pq
import pytest

import deixis as dx
from tests.batch.each.nursery import asked, counting, photos, read


@pytest.fixture
def server():
    with counting() as found:
        yield found


@pytest.fixture
def rows(tmp_path, server):
    """A folder of which one call has failed, and its rows."""
    photos(tmp_path, pictures=2, regions=2)
    server.fails = lambda number: number == 1
    asked(server, tmp_path, question=["Describe {it}.", "Colour of {it}?"], at_once=1)
    return read(tmp_path / "rows.jsonl")


def again(server, tmp_path, out, **more):
    """The same rows in another form; the failed call is asked again, and fails again."""
    (tmp_path / "rows.jsonl.journal").rename(tmp_path / f"{out}.journal")
    server.fails = lambda number: True
    question = ["Describe {it}.", "Colour of {it}?"]
    return asked(server, tmp_path, out=tmp_path / out, question=question, at_once=1, **more)


def test_parquet_has_a_column_for_each_field(tmp_path, server, rows):
    again(server, tmp_path, "rows.parquet")
    table = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    assert [row["text"] for row in table] == [row.get("text") for row in rows]
    assert json.loads(table[1]["region"]) == rows[1]["region"]
    assert "broken" in table[0]["error"]


def test_coco_has_captions_with_their_boxes(tmp_path, server, rows):
    again(server, tmp_path, "captions.json", rows_as="coco")
    told = json.loads((tmp_path / "captions.json").read_text())
    assert [one["file_name"] for one in told["images"]] == ["0000.png", "0001.png"]
    assert [one["caption"] for one in told["annotations"]] == [row["text"] for row in rows[1:]]
    assert told["annotations"][0]["bbox"] == [1, 2, 8, 6]
    assert told["annotations"][-1]["image_id"] == 2


def test_coco_s_captions_are_read_by_pycocotools(tmp_path, server, rows, capsys):
    from pycocotools.coco import COCO

    again(server, tmp_path, "captions.json", rows_as="coco")
    captions = COCO(str(tmp_path / "captions.json"))
    capsys.readouterr()
    assert len(captions.getAnnIds(imgIds=[1])) == 3


@pytest.mark.parametrize(("form", "name"), [("llava", "image"), ("sharegpt", "images")])
def test_a_conversation_holds_a_region_s_questions_as_they_were_sent(
    tmp_path, server, rows, form, name
):
    again(server, tmp_path, "talk.json", rows_as=form)
    told = json.loads((tmp_path / "talk.json").read_text())
    assert len(told) == 4
    turns = told[1]["conversations"]
    assert [turn["from"] for turn in turns] == ["human", "gpt", "human", "gpt"]
    assert turns[0]["value"] == f"<image>\n{rows[2]['sent']}"
    assert turns[3]["value"] == rows[3]["text"]
    assert told[0][name] in ("0000.png", ["0000.png"])
    assert len(told[0]["conversations"]) == 2  # the other failed


def test_conversations_about_marks_name_the_pictures_that_were_sent(tmp_path, server):
    photos(tmp_path, pictures=1, regions=2)
    out = tmp_path / "talk.json"
    asked(server, tmp_path, out=out, rows_as="llava", encoding="drawn:rectangle")
    sent = {picture.sha256 for request in server.server.requests for picture in request.pictures}
    names = [row["image"] for row in json.loads(out.read_text())]
    assert len(set(names)) == 2
    marked = {dx.open_image(tmp_path / "talk.json.pictures" / name).sha256 for name in names}
    assert sent <= marked
    assert dx.open_image(tmp_path / "photos" / "0000.png").sha256 not in marked


def test_llava_s_rows_are_read_by_our_own_reader(tmp_path, server, rows):
    from deixis.data import datasets

    again(server, tmp_path, "talk.json", rows_as="llava")
    data = datasets.get("llava").open(tmp_path / "talk.json", images=tmp_path / "photos")
    assert data.sample(1).turns[1].answer == rows[3]["text"]


def test_a_sheet_shows_errors_first_and_has_pages(tmp_path, server, monkeypatch):
    photos(tmp_path, pictures=3, regions=4)
    server.fails = lambda number: number == 5
    monkeypatch.setattr("deixis.batch.each.sheet.A_PAGE", 5)
    asked(server, tmp_path, sheet=tmp_path / "sheet.html", sheet_rows=8, at_once=1)
    first, second = ((tmp_path / name).read_text() for name in ("sheet.html", "sheet-2.html"))
    assert first.index("broken") < first.index("a thing")
    assert (first.count('class="row"'), second.count('class="row"')) == (5, 3)
    assert 'href="sheet-2.html"' in first
    assert "data:image/jpeg;base64," in first
    assert not (tmp_path / "sheet-3.html").exists()


def test_words_of_a_model_are_no_html_on_the_sheet(tmp_path, server):
    photos(tmp_path, pictures=1, regions=1)
    server.server.answer = lambda body: "<script>alert(1)</script>"
    asked(server, tmp_path, sheet=tmp_path / "sheet.html")
    page = (tmp_path / "sheet.html").read_text()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("encoding", ["said", "cropped", "drawn:arrow"])
def test_a_sheet_is_made_of_any_encoding(tmp_path, server, encoding):
    photos(tmp_path, pictures=1, regions=1)
    regions = {"0000.png": [dx.point(3, 4), dx.polygon([(1, 1), (9, 2), (5, 8)])]}
    out = {"sheet": tmp_path / "sheet.html", "encoding": encoding, "regions": regions}
    asked(server, tmp_path, **out)
    assert (tmp_path / "sheet.html").read_text().count("<svg") == 2
