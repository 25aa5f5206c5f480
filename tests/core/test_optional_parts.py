"""Packages are asked for by name, and compiled libraries are opened only in this version, since a
crash is no way to find out.
"""

import shutil
import subprocess

import pytest

from deixis.core import optional_parts
from deixis.core.errors import MissingExtraError
from deixis.core.optional_parts import require_package

CODE = "int deixis_version(void) { return VERSION; }\nint deixis_twice(int n) { return 2 * n; }\n"
compiler = shutil.which("cc")


def library(folder, code):
    """What the code compiles to."""
    source, built = folder / "one.c", folder / "one.so"
    source.write_text(code)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(built), str(source)], check=True)
    return built


@pytest.mark.skipif(compiler is None, reason="there is no C compiler")
@pytest.mark.parametrize(("change", "is_opened"), [(0, True), (-1, False), (1, False)])
def test_a_library_of_another_version_is_not_opened(change, is_opened, tmp_path):
    path = library(tmp_path, CODE.replace("VERSION", str(optional_parts.VERSION + change)))
    twice = optional_parts.open_library(path, lambda opened: opened.deixis_twice)
    assert (twice is not None and twice(21) == 42) == is_opened


@pytest.mark.skipif(compiler is None, reason="there is no C compiler")
def test_a_library_from_before_there_were_versions_is_not_opened(tmp_path):
    path = library(tmp_path, CODE.split("\n")[1] + "\n")
    assert optional_parts.open_library(path, lambda opened: opened.deixis_twice) is None


def test_a_missing_package_is_named_with_its_install():
    with pytest.raises(MissingExtraError, match=r"pip install 'deixis\[big\]'"):
        require_package("no_such_package", extra="big", needed_for="this")


def test_an_installed_package_is_enough():
    require_package("numpy", extra="big", needed_for="this")
