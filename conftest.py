"""Settings that all tests share."""

import os
import signal
from importlib.util import find_spec

from hypothesis import HealthCheck, settings
from jaxtyping import install_import_hook

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
settings.load_profile("deixis")

# beside the product, which pyproject.toml names: jaxtyping splits a list of packages before a
# checker with arguments wrongly
install_import_hook(
    "deixis_lab", "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"
)

collect_ignore = [] if find_spec("deixis_lab") else ["lab"]
