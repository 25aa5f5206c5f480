"""What hosts and tools read beside the code is whole, and says what the code says."""

import re
import tomllib
from pathlib import Path

import yaml

import deixis

ROOT = Path(__file__).parents[1]


def read(name):
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_citation_is_of_this_version_and_licence():
    citation = read("CITATION.cff")
    assert citation["version"] == deixis.__version__
    assert citation["license"] == project()["license"]
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    for reference in citation["references"]:
        assert {"type", "title", "authors", "year"} <= set(reference)


def test_the_workflow_calls_targets_of_the_makefile():
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    job = read(".github/workflows/checks.yml")["jobs"]["make"]
    called = set(job["strategy"]["matrix"]["target"])
    assert {"check", "test", "test-long", "docs"} <= called <= targets
    assert job["steps"][-1]["run"] == "make ${{ matrix.target }}"


def test_issue_forms_are_forms():
    folder = ROOT / ".github/ISSUE_TEMPLATE"
    forms = {path.name for path in folder.glob("*.yml")} - {"config.yml"}
    assert forms == {"bug.yml", "model.yml", "question.yml"}
    for name in forms:
        form = read(folder / name)
        assert {"name", "description", "body"} <= set(form)
        fields = [field for field in form["body"] if field["type"] != "markdown"]
        assert all(field["attributes"]["label"] for field in fields)
        assert len({field["id"] for field in fields}) == len(fields)


def test_hooks_are_local_and_fetch_nothing():
    for repository in read(".pre-commit-config.yaml")["repos"]:
        assert repository["repo"] == "local"
        assert {hook["language"] for hook in repository["hooks"]} == {"system"}


def test_the_newest_changes_come_first_and_each_version_has_a_date():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
    released = [title for title in titles if title != "Unreleased"]
    assert titles[0] == "Unreleased" or titles[0].startswith(deixis.__version__)
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", title) for title in released)
    assert released[0].startswith(f"{deixis.__version__} ")
