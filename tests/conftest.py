"""Settings that all tests share."""

import os
import signal

from hypothesis import HealthCheck, settings

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
