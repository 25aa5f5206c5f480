"""What can be wrong is told before anything slow: in a process of its own, without torch."""

import json
import subprocess
import sys

import pytest

ASK = ("ask", "docs/scene.png", "What is there?", "--model", "nano")
RUN = ("eval", "run", "scenes_naming", "--model", "nano", "--out", "none")
SCRIPT = """
import sys
from deixis.cli.main import main
code = main(sys.argv[1:])
print(code, 'torch' in sys.modules or 'transformers' in sys.modules)
"""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((*ASK, "--dialect", "foo"), "no dialect named 'foo'"),
        ((*ASK[:2], "What is {that}?", *ASK[3:]), "the question speaks of {that}"),
        ((*ASK[:2], "What is {that}?", "it=box:1,2,30,40", *ASK[3:]), "named 'that'"),
        ((*ASK[:2], "What is {it}?", "it=box:900,2,990,40", *ASK[3:]), "outside"),
        ((*ASK, "--pixel", "nofile"), "nofile is no pixel prompt"),
        ((*ASK, "--knowledge", "foo"), "knowledge is told, drawn or the folder"),
        ((*ASK, "--knowledge", "told", "--source", "foo"), "no knowledge source named 'foo'"),
        ((*ASK, "--contract", "foo"), "no contract"),
        ((*ASK, "--contract", "no.json"), "no.json is no contract"),
        ((*ASK[:4], "nofolder"), "model named 'nofolder'"),
        ((*RUN[:2], "foo", *RUN[3:]), "no benchmark named 'foo'"),
        ((*RUN, "--encoding", "circle"), "no encoding or mark named 'circle'"),
        ((*RUN, "--dialect", "foo"), "no dialect named 'foo'"),
    ],
    ids=lambda words: words[-1] if isinstance(words, tuple) else None,
)
def test_a_mistake_is_told_without_torch(words, told):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *words], capture_output=True, text=True, check=False
    )
    assert told in done.stderr
    assert done.stdout.split() == ["2", "False"]


def test_a_dry_run_shows_what_would_be_sent_and_asks_nobody(tmp_path, capsys):
    from deixis.cli.main import main
    from deixis.core.images import open_image
    from deixis.testing import serve

    with serve() as server:
        words = ["ask", "docs/scene.png", "What is {it}?", "it=arrow:color=red:box:181,164,335,308"]
        words += ["--model", f"openai:gpt-4o@{server.url}", "--dry-run", "--out", str(tmp_path)]
        assert main(words) == 0
        assert "user: What is the object pointed to by the red arrow?" in capsys.readouterr().out
        assert main([*words, "--json"]) == 0
        assert server.bodies == []
    record = json.loads(capsys.readouterr().out)
    (picture,) = record["pictures"]
    assert open_image(picture["file"]).sha256 == picture["sha256"]
    assert main([*words, "--stream"]) == 2


def test_a_dry_run_reads_no_weights(monkeypatch, capsys):
    import deixis as dx
    from deixis.cli.main import main
    from deixis.models import checkpoint_model

    def no_numbers(*_):
        raise AssertionError("weights are not wanted")

    monkeypatch.setattr(checkpoint_model, "_try_out", no_numbers)
    words = ["ask", "docs/scene.png", "What is {it}?", "it=arrow:color=red:box:181,164,335,308"]
    assert main([*words, "--model", "nano", "--dry-run"]) == 0
    shown = capsys.readouterr().out
    monkeypatch.undo()
    it = dx.drawn(dx.box(181, 164, 335, 308), "arrow", color="red")
    sent = dx.load("nano").preview("docs/scene.png", "What is {it}?", it=it)
    assert f"user: {sent.text}" in shown
