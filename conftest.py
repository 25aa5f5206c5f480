"""Settings that all tests share."""

import gc
import os
import signal
from importlib.metadata import entry_points

import jaxtyping
import pytest
from hypothesis import HealthCheck, settings
from jaxtyping import install_import_hook
from tests import type_checks

# a shell that starts the suite in the background has it ignore Ctrl-C, and so would all processes
# that tests start and interrupt
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# tiny tensors on many threads are slower, and several test processes run beside each other
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

# a busy machine is slow now and then: time is no test's business
settings.register_profile(
    "deixis", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("night", settings.get_profile("deixis"), max_examples=1000)
settings.load_profile("deixis")

jaxtyping.jaxtyped = type_checks.jaxtyped  # what the hook decorates with

# beside the product, which pyproject.toml names: jaxtyping splits a list of packages before a
# checker with arguments wrongly
install_import_hook(
    "deixis_lab", "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"
)

HAS_LAB = any(
    point.value.startswith("deixis_lab.") for point in entry_points(group="deixis.commands")
)
collect_ignore = [] if HAS_LAB else ["lab"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without the laboratory, what needs it is left out."""
    gone = [] if HAS_LAB else [item for item in items if item.get_closest_marker("lab")]
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if not item.get_closest_marker("lab")]


def pytest_collection_finish() -> None:
    """What was imported stays until the end: no later search for garbage walks through it."""
    gc.freeze()
