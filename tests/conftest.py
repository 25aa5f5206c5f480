"""Settings that all tests share."""

from hypothesis import HealthCheck, settings

# a busy machine is slow now and then: time is no test's business
settings.register_profile(
    "deixis", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("deixis")
