"""Settings of all tests: fresh random cases every run, no time limits (machines differ)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "derelayl", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)  # fmt: skip
settings.load_profile("derelayl")

_FIXED_SEEDS_END = 2**40


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name fresh seeds (128 random bits) alike in every worker, or none would collect the same.

    A failing test still prints the seed itself, as its argument.
    """
    fresh = isinstance(val, int) and val > _FIXED_SEEDS_END
    return f"fresh-{argname}" if fresh else None
