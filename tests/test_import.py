import re
import subprocess
import sys
from pathlib import Path

import pytest

import deixis
from deixis.cli.main import commands

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


def foreign_packages_after(code):
    """The packages beside Python's own that a new process holds after this code."""
    told = "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}))"
    lines = in_a_new_process(f"import sys\nbefore = set(sys.modules)\n{code}\n{told}").splitlines()
    return set(lines[-1].split()) - sys.stdlib_module_names


def test_importing_deixis_imports_no_other_package_and_none_of_its_own_parts():
    assert foreign_packages_after("import deixis") == {"deixis"}
    code = "import sys, deixis; print(*sorted(name for name in sys.modules if 'deixis' in name))"
    assert in_a_new_process(code) == "deixis deixis._version"


def test_saying_imports_what_it_needs_and_no_more():
    say = "from deixis.cli.main import main; main(['say', '--size', '64x48', 'a=point:1,1'])"
    needed = {"deixis", "numpy", "PIL", "h11", "jaxtyping", "typing_extensions"}
    assert foreign_packages_after(say) <= needed


@pytest.mark.parametrize("command", ["say", "read"])
def test_light_commands_do_not_import_torch(command):
    code = (
        "import sys\nfrom deixis.cli.main import main\n"
        f"main(['{command}', *(['--size', '6x4', 'a=point:1,1'] if '{command}' == 'say' else "
        "['x', '--size', '6x4', '--dialect', 'pixels'])])\n"
        "print('torch' in sys.modules)"
    )
    assert in_a_new_process(code).endswith("False")


@pytest.mark.parametrize("command", commands.names())
def test_a_command_shows_its_help_without_any_library(command):
    code = (
        "from deixis.cli.main import main\n"
        f"try: main(['{command}', '--help'])\nexcept SystemExit: pass"
    )
    assert foreign_packages_after(code) <= {"deixis", "deixis_lab", "typing_extensions"}


def test_regions_and_coordinates_do_not_import_torch():
    code = (
        "import sys, deixis; deixis.box(1, 2, 3, 4); deixis.dialects\nprint('torch' in sys.modules)"
    )
    assert in_a_new_process(code) == "False"


def test_every_public_name_can_be_had():
    for name in deixis.__all__:
        assert getattr(deixis, name) is not None


def test_the_list_of_names_and_their_homes_agree():
    assert set(deixis.__all__) == set(deixis._HOME_OF) | {"__version__"}
    assert dir(deixis) == deixis.__all__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        _ = deixis.nope
