import pytest

from deixis.core.errors import MissingExtraError
from deixis.core.extras import require_package


def test_a_missing_package_is_named_with_its_install():
    with pytest.raises(MissingExtraError, match=r"pip install 'deixis\[big\]'"):
        require_package("no_such_package", extra="big", needed_for="this")


def test_an_installed_package_is_enough():
    require_package("numpy", extra="big", needed_for="this")
