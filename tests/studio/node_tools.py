"""Tools that npm installs beside these tests (`make pages`); what needs one is left out without."""

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"


def axe_violations(page):
    """What axe finds wrong with a page: (rule, its impact, the elements)."""
    source = MODULES / "axe-core/axe.min.js"
    if not source.is_file():
        pytest.skip("axe-core is not installed: make pages")
    page.evaluate(source.read_text("utf-8") + "; undefined")
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        (one["id"], one["impact"], [node["html"][:200] for node in one["nodes"]])
        for one in found["violations"]
    ]


def type_errors(project):
    """What the TypeScript compiler says of a project's types."""
    compiler = MODULES / ".bin/tsc"
    if not compiler.exists() or shutil.which("node") is None:
        pytest.skip("typescript is not installed: make pages")
    told = subprocess.run(
        [compiler, "--noEmit", "-p", project], capture_output=True, text=True, timeout=300
    )
    return told.stdout.splitlines()
