"""The examples of `examples/serve` run as they stand: each prints an answer and its regions."""

import ast
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from deixis.testing import serve
from docs.site.pages import ROOT
from tests.serve.running import running, upstream

EXAMPLES = ROOT / "examples/serve"
SCENE = ROOT / "docs/scene.png"
SAID = '[{"bbox_2d": [404, 366, 748, 688]}]'
MODULES = [EXAMPLES, ROOT, *map(Path, os.environ.get("NODE_PATH", "").split(os.pathsep))]


@pytest.fixture(scope="module")
def engine():
    with serve(answer=lambda body: engine.say(body, f"a cup {SAID}.")) as engine:
        yield engine


@pytest.fixture(scope="module")
def house(engine):
    with running(upstream(engine)) as server:
        yield server


def printed(house, *command, **more):
    """What a new process prints; it knows nothing of this folder."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    own |= {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "NO_PROXY": "*"}
    done = subprocess.run(
        [*map(str, command), house.base, str(SCENE), "qwen"],
        env=own,
        capture_output=True,
        text=True,
        timeout=240,
        **more,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def check(text, engine):
    """It has the words of the answer and the box in pixels, and the engine heard the box."""
    assert "a cup" in text
    assert "180.99" in text
    assert "308.22" in text
    assert engine.texts[-1] == f"What is {SAID}?"
    assert "regions" not in str(engine.bodies[-1]["messages"][0]["content"][0])


def test_openais_package(house, engine):
    check(printed(house, sys.executable, EXAMPLES / "python_openai.py"), engine)


def test_curl(house, engine):
    check(printed(house, "sh", EXAMPLES / "curl.sh"), engine)


def test_openais_package_for_node(house, engine, tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    found = [one / "node_modules" for one in MODULES if (one / "node_modules/openai").is_dir()]
    if not found:
        pytest.skip("npm's openai is not installed: npm install openai, and NODE_PATH its folder")
    (tmp_path / "node_modules").symlink_to(found[0].resolve())
    example = shutil.copy(EXAMPLES / "node_openai.mjs", tmp_path)
    check(printed(house, node, example, cwd=tmp_path), engine)


@pytest.mark.long
@pytest.mark.parametrize(
    ("example", "package"),
    [("langchain_chat.py", "langchain_openai"), ("litellm_client.py", "litellm")],
)
def test_other_packages(house, engine, example, package):
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    check(printed(house, sys.executable, EXAMPLES / example), engine)


def test_no_example_knows_of_us():
    for path in sorted(EXAMPLES.glob("*.py")):
        nodes = list(ast.walk(ast.parse(path.read_text())))
        names = [node.module for node in nodes if isinstance(node, ast.ImportFrom)]
        for node in nodes:
            names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
        assert not [name for name in names if name.startswith("deixis")], path
