"""Settings of all tests: fresh random cases every run, no time limits (machines differ)."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "derelayl", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)  # fmt: skip
settings.load_profile("derelayl")
