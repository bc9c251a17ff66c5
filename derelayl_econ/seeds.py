"""Roots of random streams, and their children, addressed by key and without state.

A child depends on the root and on its key alone, not on what was drawn before, so replication i has
the same numbers on one worker or eight, in a first run or a resumed one.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from derelayl_econ.errors import InputError

__all__ = ["Seed", "child", "numbered", "root_of", "seed_of"]

Seed = int | np.random.SeedSequence | np.random.Generator
"""What every ``rng`` argument takes."""


def root_of(rng: Seed) -> np.random.SeedSequence:
    """Return the root of all streams; a Generator gives up one draw for it.

    Examples
    --------
    >>> root_of(7).entropy, root_of(np.random.SeedSequence(7)).entropy
    (7, 7)
    """
    if isinstance(rng, np.random.SeedSequence):
        return rng
    if isinstance(rng, np.random.Generator):
        return np.random.SeedSequence(int(rng.integers(2**63 - 1)))
    if isinstance(rng, int | np.integer) and not isinstance(rng, bool) and rng >= 0:
        return np.random.SeedSequence(int(rng))
    raise InputError("rng", rng, "be an integer >= 0, a SeedSequence or a Generator")


def child(root: np.random.SeedSequence, *key: int) -> np.random.SeedSequence:
    """Return the child with that key, without changing the state of ``root``."""
    return np.random.SeedSequence(root.entropy, spawn_key=(*root.spawn_key, *key))


def numbered(root: np.random.SeedSequence) -> np.random.SeedSequence:
    """Return the root that one number names: itself, or one drawn from a child or a list."""
    if isinstance(root.entropy, int) and not root.spawn_key:
        return root
    high, low = root.generate_state(2, np.uint64).tolist()
    return np.random.SeedSequence((high << 64) + low)


def seed_of(root: np.random.SeedSequence) -> int:
    """Return the number that names a root which :func:`numbered` returned."""
    return cast(int, root.entropy)
