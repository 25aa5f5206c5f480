"""What is stored under a name or by its fields: a rename must change none of it.

With DEIXIS_FREEZE=1 the tests write the stored files anew; a commit that changes one of them says
which data is no longer found.
"""

import json
import os
from pathlib import Path

HERE = Path(__file__).parent


def same(area: str, found: dict[str, object]) -> None:
    """AssertionError with what differs from the stored file of that area."""
    file = HERE / f"{area}.json"
    found = json.loads(json.dumps(found))
    if os.environ.get("DEIXIS_FREEZE"):
        lines = [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in found.items()]
        file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    stored = json.loads(file.read_text(encoding="utf-8"))
    assert list(found) == list(stored)
    for name, value in stored.items():
        assert found[name] == value, name
