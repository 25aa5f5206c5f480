"""Questions with the answers that were chosen, as rows to train on: LLaVA's, and our own."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from deixis.core import json_lines, region_json
from deixis.core.errors import UsageError
from deixis.core.region import Region
from deixis.data.question_text import SLOT
from deixis.studio.exports.exported import ExportedFile, Exporting, archive, pictures_of

IMAGE = "<image>"  # LLaVA's word for a picture, which no answer may hold
Row = dict[str, Any]  # Any: what JSON holds


def llava_rows(asked: Sequence[Exporting]) -> ExportedFile:
    """`rows.json` and the folder `images`, as LLaVA's programs and `data.llava` read them."""
    rows = [_llava_row(one) for one in asked]
    files = {"rows.json": f"{json.dumps(rows, ensure_ascii=False, indent=1)}\n".encode()}
    return archive("llava.zip", (files | pictures_of(asked, "images/")).items())


def own_rows(asked: Sequence[Exporting]) -> ExportedFile:
    """`rows.jsonl` and the folder `images`, as `data.regions` reads them."""
    lines = "".join(json_lines.line(_own_row(one)) for one in asked)
    files = {"rows.jsonl": lines.encode()}
    return archive("rows.zip", (files | pictures_of(asked, "images/")).items())


def _llava_row(one: Exporting) -> Row:
    turns = _turns(one)
    said: list[Row] = []
    for number, (question, answer) in enumerate(turns):
        picture = f"{IMAGE}\n" if number == 0 else ""
        said.append({"from": "human", "value": picture + _without_place(question)})
        said.append({"from": "gpt", "value": _without_place(answer)})
    return {
        "id": one.key,
        "image": one.picture_name,
        "conversations": said,
        **_spoken_regions(one, turns),
    }


def _own_row(one: Exporting) -> Row:
    size, turns = one.image.size, _turns(one)
    return {
        "id": one.key,
        "image": one.picture_name,
        "size": [size.width, size.height],
        **_spoken_regions(one, turns),
        "turns": [{"question": question, "answer": answer} for question, answer in turns],
    }


def _turns(one: Exporting) -> list[tuple[str, str]]:
    """All questions and answers, braces that stand for no region opened up."""
    answer = one.expected[0] if one.expected else one.cell.text
    turns = [*one.earlier, (one.entry.question, answer)]
    regions = one.regions
    found = [(_safe(asked, regions), _safe(said, regions)) for asked, said in turns]
    if not all(words for turn in found for words in turn):
        raise UsageError(f"question {one.entry.id} has a turn without words")
    return found


def _spoken_regions(one: Exporting, turns: list[tuple[str, str]]) -> Row:
    spoken = {name for turn in turns for words in turn for name in SLOT.findall(words)}
    regions = {
        name: region_json.to_record(region)
        for name, region in one.regions.items()
        if name in spoken
    }
    return {"regions": regions} if regions else {}


def _safe(words: str, regions: Mapping[str, Region]) -> str:
    def opened(name: str, whole: str) -> str:
        return whole if name in regions else f"{{ {name} }}"

    return SLOT.sub(lambda slot: opened(slot[1], slot[0]), words).strip()


def _without_place(words: str) -> str:
    return words.replace(IMAGE, "< image >")
