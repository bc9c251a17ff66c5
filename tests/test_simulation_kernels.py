"""Kernels: accuracy of the exponential, and compilation where nothing can be written."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from derelayl_econ import compilation
from derelayl_econ.simulation import kernels


def test_exponential_is_right_to_a_few_units_in_the_last_place():
    values = np.concatenate([-np.geomspace(1e-300, 700, 20_000), [0.0, -0.0]])
    ours = np.array([kernels.exp_negative(v) for v in values])
    np.testing.assert_allclose(ours, np.exp(values), rtol=5e-16, atol=0)


def test_exponential_underflows_smoothly_and_keeps_nan():
    assert 0 <= kernels.exp_negative(-1e6) < 1e-300
    assert kernels.exp_negative(-np.inf) < 1e-300
    assert np.isnan(kernels.exp_negative(np.nan))


def test_a_function_that_cannot_be_cached_is_compiled_all_the_same():
    space: dict[str, object] = {}
    exec("def twice(x):\n    return 2 * x", space)  # has no file, so numba's cache refuses it
    with pytest.raises(RuntimeError, match="cannot cache"):
        compilation.njit(cache=True)(space["twice"])
    assert compilation.compiled(space["twice"])(21) == 42


def test_kernels_work_when_no_cache_directory_is_writable(tmp_path):
    code = """
import numba.core.caching as caching, numpy as np
def refuse(self):
    raise OSError("read-only file system")
mixin = caching._SourceFileBackedLocatorMixin
for locator in caching._CacheLocator.__subclasses__() + mixin.__subclasses__():
    locator.ensure_cache_path = refuse
from derelayl_econ import compilation
from derelayl_econ.simulation import kernels
print(float(kernels.exp_negative(0.0)), kernels._gather.stats.cache_path)
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                            check=False, env={**os.environ, "HOME": str(tmp_path)})  # fmt: skip
    assert answer.stdout == "1.0 None\n", answer.stderr
