"""Shells complete what the parsers have."""

import json
import shutil
import subprocess

import pytest

from deixis.cli import main as cli
from deixis.cli.completion import SHELLS
from deixis.coordinates import dialects
from docs.site import commands

CASES = {
    "deixis as": ["ask"],
    "deixis ask photo.jpg --qu": ["--quantize"],
    "deixis ask photo.jpg --quantize ": ["4bit", "8bit"],
    "deixis eval ru": ["run"],
    "deixis eval run --enc": ["--encoding"],
    "deixis say --dialect gem": ["gemini", "gemini_computer"],
    "deixis draw photo.jpg --color li": ["lime"],
    "deixis models conv": ["convert"],
}


def script(shell, capsys):
    assert cli.main(["completion", shell]) == 0
    return capsys.readouterr().out


def completed_by(shell, line, path):
    """What the shell itself offers at the end of the line."""
    words = line.split(" ")
    if shell == "fish":
        code = f"source {path}; complete -C '{line}'"
    else:
        listed = " ".join(f"'{word}'" for word in words)
        code = (
            f"source {path}; COMP_WORDS=({listed}); COMP_CWORD={len(words) - 1}; _deixis; "
            'printf "%s\\n" "${COMPREPLY[@]}"'
        )
    ran = subprocess.run([shell, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr == ""
    return [one.partition("\t")[0] for one in ran.stdout.splitlines()]


@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_a_shell_completes_parts_options_and_values(shell, capsys, tmp_path):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed here")
    path = tmp_path / "script"
    path.write_text(script(shell, capsys), encoding="utf-8")
    for line, expected in CASES.items():
        assert completed_by(shell, line, path) == expected, line


def test_zsh_takes_the_script_of_bash(capsys):
    assert script("zsh", capsys).endswith(script("bash", capsys))


@pytest.mark.parametrize("shell", SHELLS)
def test_no_option_of_any_command_is_left_out(shell, capsys):
    printed = script(shell, capsys)
    for one in dict(commands.walk(cli.parser())).values():
        for action in commands.options(one):
            for option in action.option_strings:
                said = f"-l {option[2:]} " if shell == "fish" and option[:2] == "--" else option
                assert said in printed or option == "-h"


def test_it_is_told_as_json_too(capsys):
    assert cli.main(["completion", "bash", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["say"]["options"]["--dialect"] == dialects.names()
    assert "run" in told["eval"]["parts"]
