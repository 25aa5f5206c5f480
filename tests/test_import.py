import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

import deixis

SOURCE = Path(deixis.__file__).parent
PRIVATE = re.compile(r"^\s*(?:from|import) deixis\.([a-z]+)[a-z0-9_.]*\._[a-z]", re.MULTILINE)


def test_private_modules_are_imported_in_their_own_folder_alone():
    foreign = [
        (path.name, folder)
        for path in SOURCE.rglob("*.py")
        for folder in PRIVATE.findall(path.read_text("utf-8"))
        if folder != path.relative_to(SOURCE).parts[0]
    ]
    assert foreign == []


def in_a_new_process(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_importing_deixis_does_not_import_torch_or_numpy():
    code = "import sys, deixis; print([m for m in ('torch', 'numpy', 'PIL') if m in sys.modules])"
    assert in_a_new_process(code) == "[]"


@pytest.mark.parametrize("command", ["say", "read"])
def test_light_commands_do_not_import_torch(command):
    code = (
        "import sys\nfrom deixis.cli.main import main\n"
        f"main(['{command}', *(['--size', '6x4', 'a=point:1,1'] if '{command}' == 'say' else "
        "['x', '--size', '6x4', '--convention', 'pixels'])])\n"
        "print('torch' in sys.modules)"
    )
    assert in_a_new_process(code).endswith("False")


def test_regions_and_coordinates_do_not_import_torch():
    code = (
        "import sys, deixis; deixis.box(1, 2, 3, 4); deixis.conventions\n"
        "print('torch' in sys.modules)"
    )
    assert in_a_new_process(code) == "False"


def best_of(times, code):
    """Seconds of a process's own work, the least of several: what a quiet machine shows."""
    seconds = []
    for _ in range(times):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        in_a_new_process(code)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(seconds)


def test_importing_deixis_takes_under_three_tenths_of_a_second():
    assert best_of(5, "import deixis") < 0.3


def test_saying_takes_under_half_a_second():
    """On a machine that imports numpy in a seventh of a second; slower ones get as much longer."""
    allowed = max(0.5, 3.5 * best_of(5, "import numpy"))
    say = "from deixis.cli.main import main; main(['say', '--size', '64x48', 'a=point:1,1'])"
    assert best_of(9, say) < allowed


def test_every_public_name_can_be_had():
    for name in deixis.__all__:
        assert getattr(deixis, name) is not None


def test_the_list_of_names_and_their_homes_agree():
    assert set(deixis.__all__) == set(deixis._HOME_OF) | {"__version__"}
    assert dir(deixis) == deixis.__all__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        _ = deixis.nope
