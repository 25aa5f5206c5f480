"""Questions as cases that `deixis eval run cases.json` asks again."""

import base64
import json
from collections.abc import Sequence

from deixis.core.errors import UsageError
from deixis.evals.benchmarks.cases import VERSION, case_record
from deixis.studio.exports.exported import ExportedFile, Exporting


def case_file(asked: Sequence[Exporting]) -> ExportedFile:
    """One file, its pictures inside. What is expected are the words that were told, or else those
    of the chosen answer; turns before a question are no part of its case.
    """
    for one in asked:
        if one.earlier:
            told = "goes on from another one: a case is one question"
            raise UsageError(f"question {one.entry.id} {told}")
    images = {one.image.sha256: one.image for one in asked}
    whole = {
        "deixis": VERSION,
        "pictures": {
            name: f"data:image/png;base64,{base64.b64encode(image.png()).decode()}"
            for name, image in images.items()
        },
        "cases": [
            case_record(
                key=one.key,
                picture=one.image.sha256,
                question=one.entry.question,
                expected=one.expected or (one.cell.text.strip(),),
                regions=one.regions,
            )
            for one in asked
        ],
    }
    data = f"{json.dumps(whole, ensure_ascii=False, indent=1)}\n".encode()
    return ExportedFile(name="cases.json", kind="application/json", data=data)
