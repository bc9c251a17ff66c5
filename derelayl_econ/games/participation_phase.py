r"""Phase diagrams of the train-or-ride game: all symmetric equilibria at every point of a grid.

The game at each grid point is that of :mod:`derelayl_econ.games.participation` (N participants,
gain g_k of training when k others train; p is an equilibrium iff p = 0 and g_0 <= 0, p = 1 and
g_(N-1) >= 0, or G(p) = 0), and so is the method: the same compiled kernels count sign changes,
subdivide and refine, row by row, in blocks that keep memory bounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from derelayl_econ.domains import check_array
from derelayl_econ.equilibrium.bernstein import SUBDIVISION_LIMIT
from derelayl_econ.equilibrium.kernels import MAX_DEPTH, sign_changes, solve_row
from derelayl_econ.equilibrium.windowed import interior_roots
from derelayl_econ.errors import InputError
from derelayl_econ.games.participation_formulas import payoff_arrays
from derelayl_econ.notation import NOTATION, check
from derelayl_econ.results import Result, frozen_array

__all__ = ["PhaseDiagram", "phase_diagram"]

Array = npt.NDArray[Any]

_BLOCK = 2_000_000  # gains held at a time: 16 MB, and a few temporaries of that size
_OPTIONAL = {"train_or_ride": ("pool", "leakage"), "critical_mass": ("leakage",)}


@dataclass(frozen=True, kw_only=True, eq=False)
class PhaseDiagram(Result):
    """All symmetric equilibria over a grid of any shape S.

    Attributes
    ----------
    instance : str
        Name of the game's constructor.
    participants : int
    count : int array of shape S
        Number of symmetric equilibria.
    strategy : array of shape S + (largest count,)
        Probabilities of training, increasing, padded with NaN.
    stable : bool array of the shape of ``strategy``
        Stable under the replicator dynamic; False in the padding.
    resolved : bool array of shape S
        Whether the list at that point is proved complete (see
        :mod:`derelayl_econ.equilibrium.bernstein`); False where all gains vanish, too.
    """

    instance: str
    participants: int
    count: Array
    strategy: Array
    stable: Array
    resolved: Array

    @property
    def none(self) -> Array:
        """Whether "nobody trains" is an equilibrium."""
        return np.asarray(self.strategy[..., 0] == 0.0)

    @property
    def full(self) -> Array:
        """Whether "everybody trains" is an equilibrium."""
        return np.asarray((self.strategy == 1.0).any(axis=-1))

    @property
    def participation(self) -> Array:
        """Probability of training in the highest stable equilibrium; NaN if none is stable."""
        best = np.where(self.stable, self.strategy, -1.0).max(axis=-1)
        return np.where(best >= 0, best, np.nan)

    @property
    def tipping(self) -> Array:
        """Lowest unstable equilibrium in (0, 1), the tipping point; NaN where there is none."""
        inner = ~self.stable & (self.strategy > 0) & (self.strategy < 1)
        low = np.where(inner, self.strategy, 2.0).min(axis=-1)
        return np.where(low <= 1, low, np.nan)

    def table(self) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Return one row per number of equilibria."""
        rows: list[tuple[object, ...]] = []
        for count in np.unique(self.count):
            here = self.count == count
            shown = (here, self.none & here, self.full & here, ~self.resolved & here)
            rows.append((int(count), *(int(mask.sum()) for mask in shown)))
        return ("equilibria", "points", "nobody trains", "everybody trains", "unresolved"), rows

    def caption(self) -> str:
        """Return the one-line summary."""
        return f"{self.instance}, N = {self.participants}: {self.count.size} points"


def phase_diagram(instance: str, *, participants: int, **parameters: npt.ArrayLike) -> PhaseDiagram:
    """Return all symmetric equilibria at every point of a grid of parameters.

    Parameters
    ----------
    instance : {"volunteer", "pool", "train_or_ride", "critical_mass"}
    participants : int
        N, the same at every point.
    **parameters : arrays
        Parameters of that constructor of ParticipationGame; they broadcast against each other.

    Raises
    ------
    InputError
        For unknown or missing parameters, values out of domain, or shapes that do not broadcast.

    Examples
    --------
    >>> diagram = phase_diagram("pool", participants=50, pool=[[10.0], [100.0]], cost=[1.0, 3.0])
    >>> diagram.participation.round(4)
    array([[0.2   , 0.0643],
           [1.    , 0.6667]])
    """
    size = check(participants=participants)["participants"]
    for name in _OPTIONAL.get(instance, ()):
        parameters.setdefault(name, 0.0)
    values = {name: _checked(name, value, size) for name, value in parameters.items()}
    payoff_arrays(instance, others=0, **{name: array.flat[0] for name, array in values.items()})
    try:
        flat = np.broadcast_arrays(*values.values())
    except ValueError:
        shapes = ", ".join(str(array.shape) for array in values.values())
        raise InputError("parameters", f"shapes {shapes}", "broadcast together") from None
    columns = {name: array.ravel() for name, array in zip(values, flat, strict=True)}
    parts = [
        _solve_block(instance, size, {name: c[start:stop] for name, c in columns.items()})
        for start, stop in _blocks(flat[0].size, size)
    ]
    return _joined(instance, size, flat[0].shape, parts)


def _checked(name: str, value: npt.ArrayLike, participants: int) -> Array:
    if name not in NOTATION:
        raise InputError(name, value, "be a parameter of the game")
    array = check_array(name, value, NOTATION[name].domain, ndim=None)
    if name == "threshold" and array.max() > participants:
        raise InputError(name, array.max(), f"be at most participants ({participants})")
    return array


def _blocks(points: int, participants: int) -> list[tuple[int, int]]:
    step = max(1, _BLOCK // participants)
    return [(start, min(points, start + step)) for start in range(0, points, step)]


def _solve_block(instance: str, size: int, columns: dict[str, Array]) -> tuple[Array, ...]:
    given = {name: column[:, None] for name, column in columns.items()}
    train, ride = payoff_arrays(instance, others=np.arange(size), **given)
    gains = np.ascontiguousarray(train - ride)
    changes = int(_most_row_changes(gains))
    width = (changes if changes <= 1 else 2 * changes + 1) + 2
    strategy = np.full((len(gains), width), np.nan)
    stable = np.zeros((len(gains), width), dtype=np.bool_)
    count, resolved = np.zeros(len(gains), dtype=np.int64), np.ones(len(gains), dtype=np.bool_)
    work = np.empty(
        (MAX_DEPTH + 2, 2, size if changes > 1 and size <= SUBDIVISION_LIMIT + 1 else 0)
    )
    _solve_rows(gains, SUBDIVISION_LIMIT, work, count, strategy, stable, resolved)
    for row in np.flatnonzero(count < 0).tolist():
        _solve_large_row(row, gains[row], count, strategy, stable, resolved)
    return count, strategy[:, : count.max()], stable[:, : count.max()], resolved


# Not cached: the cache would not notice a change of the functions of another file called here.
@njit(cache=False)
def _most_row_changes(gains: Array) -> int:
    most = 0
    for row in range(gains.shape[0]):
        most = max(most, sign_changes(gains[row]))
    return most


@njit(cache=False)
def _solve_rows(
    gains: Array, limit: int, work: Array, count: Array, strategy: Array, stable: Array,
    resolved: Array,
) -> None:  # fmt: skip
    """Fill the outputs row by row; count = -1 marks rows that are too large for subdivision."""
    width = strategy.shape[1]
    low, high, sign, roots = np.empty((4, width))
    for row in range(gains.shape[0]):
        g = gains[row]
        if g.size > limit + 1 and sign_changes(g) > 1:
            count[row] = -1
            continue
        found = solve_row(g, low, high, sign, roots, work)
        _write_row(g, found, sign, roots, row, count, strategy, stable, resolved)


@njit(cache=False)
def _write_row(
    g: Array, found: int, sign: Array, roots: Array, row: int, count: Array, strategy: Array,
    stable: Array, resolved: Array,
) -> None:  # fmt: skip
    first, last = 0, g.size - 1
    while first < last and g[first] == 0.0:
        first += 1
    while last > 0 and g[last] == 0.0:
        last -= 1
    resolved[row] = g[first] != 0.0
    at = 0
    if g[0] <= 0.0:
        strategy[row, 0], stable[row, 0], at = 0.0, g[first] < 0.0, 1
    for i in range(found):
        strategy[row, at], stable[row, at] = roots[i], sign[i] > 0.0
        resolved[row] = resolved[row] and sign[i] != 0.0
        at += 1
    if g[-1] >= 0.0:
        strategy[row, at], stable[row, at] = 1.0, g[last] > 0.0
        at += 1
    count[row] = at


def _solve_large_row(
    row: int, g: Array, count: Array, strategy: Array, stable: Array, resolved: Array
) -> None:
    roots = interior_roots(g).roots
    sign = np.array([-root.crossing for root in roots], dtype=np.float64)
    points = np.array([root.p for root in roots], dtype=np.float64)
    _write_row(g, len(roots), sign, points, row, count, strategy, stable, resolved)


def _joined(
    instance: str, size: int, shape: tuple[int, ...], parts: list[tuple[Array, ...]]
) -> PhaseDiagram:
    width = max(part[1].shape[1] for part in parts)
    count = np.concatenate([part[0] for part in parts])
    strategy = np.full((count.size, width), np.nan)
    stable = np.zeros((count.size, width), dtype=np.bool_)
    start = 0
    for numbers, points, signs, _ in parts:
        stop = start + len(numbers)
        strategy[start:stop, : points.shape[1]] = points
        stable[start:stop, : signs.shape[1]] = signs
        start = stop
    return PhaseDiagram(
        instance=instance,
        participants=size,
        count=frozen_array(count.reshape(shape), np.int64),
        strategy=frozen_array(strategy.reshape(*shape, width)),
        stable=frozen_array(stable.reshape(*shape, width), np.bool_),
        resolved=frozen_array(np.concatenate([part[3] for part in parts]).reshape(shape), np.bool_),
    )
