"""A ranking as JSON: what `deixis prior rank` writes and the other parts read."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from deixis.core.errors import UsageError
from deixis.core.files import make_folder, read_text, write_text
from deixis.core.json_lines import parse
from deixis.core.typed_json import read_as
from deixis.priors.ranking import Ranking

FORMAT = "deixis ranking 1"
RANKS = "ranks.json"


def to_record(ranking: Ranking) -> dict[str, Any]:  # Any: what JSON holds
    """For JSON."""
    return {"format": FORMAT, **asdict(ranking)}


def from_record(record: object) -> Ranking:
    """From what JSON held; UsageError where it is no ranking."""
    if not isinstance(record, Mapping) or record.get("format") != FORMAT:
        raise UsageError(f"this is no ranking ({FORMAT!r})")
    told = {key: value for key, value in record.items() if key != "format"}
    try:
        return read_as(Ranking, told, name="ranking")
    except UsageError as problem:
        raise UsageError(f"this ranking is broken: {problem}") from None


def save_ranking(ranking: Ranking, folder: Path) -> Path:
    """Write it into a folder."""
    make_folder(folder)
    path = folder / RANKS
    write_text(path, json.dumps(to_record(ranking), indent=1, ensure_ascii=False) + "\n")
    return path


def load_ranking(path: Path) -> Ranking:
    """From a file, or from the folder that it was written into."""
    file = path / RANKS if path.is_dir() else path
    try:
        record = parse(read_text(file))
    except (OSError, ValueError, RecursionError) as problem:
        raise UsageError(
            f"there is no ranking in {path} ({problem}); deixis prior rank … --out {path}"
        ) from None
    return from_record(record)
