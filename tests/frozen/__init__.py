"""What is stored under a name or by its fields: a rename must change none of it.

With DEIXIS_FREEZE=1 the tests write the stored files anew; a commit that changes one of them says
which data is no longer found.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parent


def stored(area: str, found: Mapping[str, object]) -> dict[str, object]:
    """What is stored for an area; `found` is what it is written anew with."""
    file = HERE / f"{area}.json"
    if os.environ.get("DEIXIS_FREEZE"):
        told = [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in found.items()]
        file.write_text("{\n" + ",\n".join(told) + "\n}\n", encoding="utf-8")
    return json.loads(file.read_text(encoding="utf-8"))


def same(area: str, found: Mapping[str, object]) -> None:
    """AssertionError with what differs from what is stored for the area."""
    before, now = stored(area, found), json.loads(json.dumps(found))
    assert list(now) == list(before)
    for name, value in before.items():
        assert now[name] == value, name
