r"""How extreme equilibria hang together: maximal Nash subsets, components, dimensions, indices.

A *Nash subset* is a set X x Y of profiles in which every x in X is paired with every y in Y in an
equilibrium; a maximal one is a product of two polytopes whose corners are extreme equilibria
(Winkels 1979; Avis, Rosenberg, Savani and von Stengel 2010, section 2). Joining each x to each y
with which it forms an extreme equilibrium gives a bipartite graph; the maximal Nash subsets are its
maximal bicliques (U, V), and its connected components are those of the set of all equilibria: two
maximal Nash subsets of one component are linked by a chain of such that meet. Given V, the largest
U is the common neighbours of V, so the possible V are just the intersections of neighbourhoods.

The dimension of a subset is that of conv U plus that of conv V; a component's is its largest
subset's. The *index* of a component is the sum, over the equilibria near it in any nearby
nondegenerate game, of (-1)^(k+1) sign(det A_IJ) sign(det B_IJ) with I, J the supports of size k
and payoffs positive (Shapley 1974, "A note on the Lemke-Howson algorithm"). Over all components it
sums to 1. A component whose index is not 0 cannot be made to vanish by a small change of payoffs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from derelayl_econ.equilibrium.deadline import FOREVER, Deadline
from derelayl_econ.equilibrium.exact_game import ExactGame
from derelayl_econ.equilibrium.payoff_tables import ExactProfile, ExactVector
from derelayl_econ.equilibrium.vertices import ExtremeEquilibria, ones
from derelayl_econ.results import Result

__all__ = ["NashSubset", "component_dimensions", "component_indices", "components", "nash_subsets"]


@dataclass(frozen=True, kw_only=True, eq=False)
class NashSubset(Result):
    """A maximal set of interchangeable equilibria: every mix of its x with every mix of its y.

    Attributes
    ----------
    rows, columns : tuple of tuples of Fraction
        The corners x of X and y of Y.
    corners : tuple of int
        Indices of their pairs in the list of equilibria.
    dimension : int
        0 for a single equilibrium.
    """

    rows: tuple[ExactVector, ...]
    columns: tuple[ExactVector, ...]
    corners: tuple[int, ...]
    dimension: int

    def to_dict(self) -> dict[str, Any]:
        """Return corners and dimension; the strategies are those of the list of equilibria."""
        return {"corners": list(self.corners), "dimension": self.dimension}


def components(profiles: Sequence[ExactProfile]) -> tuple[tuple[int, ...], ...]:
    """Group extreme equilibria into the connected components of the equilibrium set.

    Two extreme equilibria that share a mixed action are joined by a segment of equilibria; so a
    group of one is an isolated equilibrium and a larger group spans infinitely many.

    Returns
    -------
    tuple of tuples of int
        Indices into ``profiles``, each group ascending, groups by their first member.

    Examples
    --------
    >>> from derelayl_econ.equilibrium.vertices import extreme_equilibria
    >>> components(extreme_equilibria([[0, 0], [0, 0]], [[0, 0], [0, 0]]))
    ((0, 1, 2, 3),)
    """
    return _connected(_Graph.of(profiles).edges)


def nash_subsets(
    profiles: Sequence[ExactProfile], deadline: Deadline = FOREVER
) -> tuple[NashSubset, ...] | None:
    """Return the maximal Nash subsets, in the order of their corners; None if time runs out.

    There may be exponentially many of them: 2^n - 1 where one player is never concerned.

    Examples
    --------
    >>> from derelayl_econ.equilibrium.vertices import extreme_equilibria
    >>> for subset in nash_subsets(extreme_equilibria([[1, 1], [1, 0]], [[1, 1], [1, 0]])):
    ...     print(subset.corners, subset.dimension)
    (0, 1) 1
    (0, 2) 1
    """
    graph = _Graph.of(profiles)
    found: list[NashSubset] = []
    for group in _connected(graph.edges):
        partners = graph.partners(group)
        for common in _intersections(partners.values(), deadline):
            if deadline.passed:
                return None
            found.append(
                graph.subset([x for x, ys in partners.items() if common & ~ys == 0], common)
            )
    return tuple(sorted(found, key=lambda subset: subset.corners))


def component_dimensions(
    groups: Sequence[tuple[int, ...]], subsets: Sequence[NashSubset]
) -> tuple[int, ...]:
    """Return the dimension of each component: the largest of its maximal Nash subsets."""
    home = {index: number for number, group in enumerate(groups) for index in group}
    largest = [0] * len(groups)
    for subset in subsets:
        number = home[subset.corners[0]]
        largest[number] = max(largest[number], subset.dimension)
    return tuple(largest)


def component_indices(
    game: ExactGame, found: ExtremeEquilibria, groups: Sequence[tuple[int, ...]]
) -> tuple[int, ...]:
    """Return the index of each component of a complete list.

    The nearby nondegenerate game is the one with lexicographically perturbed payoffs, whose
    equilibria are the pairs of bases that carry each label once.

    Examples
    --------
    >>> from derelayl_econ.equilibrium.deadline import Deadline
    >>> from derelayl_econ.equilibrium.vertices import find_extreme_equilibria
    >>> game = ExactGame.of([[1, 0], [0, 1]], [[1, 0], [0, 1]])
    >>> found = find_extreme_equilibria(game, Deadline.after(60))
    >>> component_indices(game, found, components(found.profiles))
    (1, -1, 1)
    """
    home = {index: number for number, group in enumerate(groups) for index in group}
    place = {labels: home[index] for index, labels in enumerate(found.labels)}
    m, n = game.shape
    rows, every = (1 << m) - 1, (1 << m + n) - 1
    total = [0] * len(groups)
    for basis, vertex in found.row_bases.items():
        partner = every ^ basis
        if partner in found.column_bases and basis != rows:  # all rows unused: the pair (0, 0)
            where = place[vertex, found.column_bases[partner]]
            total[where] += _sign(game, basis, partner)
    return tuple(total)


@dataclass(frozen=True, eq=False)
class _Graph:
    """The bipartite graph of extreme equilibria: each x and each y has a number."""

    xs: dict[ExactVector, int]
    ys: dict[ExactVector, int]
    edges: list[tuple[int, int]]

    @classmethod
    def of(cls, profiles: Sequence[ExactProfile]) -> _Graph:
        xs: dict[ExactVector, int] = {}
        ys: dict[ExactVector, int] = {}
        edges = [(xs.setdefault(x, len(xs)), ys.setdefault(y, len(ys))) for x, y in profiles]
        return cls(xs, ys, edges)

    @cached_property
    def index(self) -> dict[tuple[int, int], int]:
        return {edge: number for number, edge in enumerate(self.edges)}

    @cached_property
    def points(self) -> tuple[list[ExactVector], list[ExactVector]]:
        return list(self.xs), list(self.ys)

    @cached_property
    def directions(self) -> tuple[list[list[int]], list[list[int]]]:
        """Whole numbers in proportion to each x and to each y."""
        xs, ys = self.points
        return [_proportions(x) for x in xs], [_proportions(y) for y in ys]

    def partners(self, group: Sequence[int]) -> dict[int, int]:
        """Return the neighbours of each x in a group of edges, as bits."""
        found: dict[int, int] = {}
        for number in group:
            x, y = self.edges[number]
            found[x] = found.get(x, 0) | 1 << y
        return found

    def subset(self, rows: list[int], common: int) -> NashSubset:
        """Return the product of the x numbered ``rows`` and the y in ``common``, as bits."""
        columns = list(ones(common))
        (all_x, all_y), (own, other) = self.points, self.directions
        return NashSubset(
            rows=tuple(all_x[x] for x in rows),
            columns=tuple(all_y[y] for y in columns),
            corners=tuple(sorted(self.index[x, y] for x in rows for y in columns)),
            dimension=_dimension([own[x] for x in rows]) + _dimension([other[y] for y in columns]),
        )


def _connected(edges: Sequence[tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
    """Return the connected components of a bipartite graph as groups of edges."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    xs, ys = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    size = len(edges)
    graph = coo_array((np.ones(size), (xs, ys + size)), shape=(2 * size, 2 * size))
    _, group = connected_components(graph, directed=False)
    members: dict[int, list[int]] = {}
    for index, number in enumerate(group[xs].tolist()):
        members.setdefault(number, []).append(index)
    return tuple(tuple(indices) for indices in members.values())


def _intersections(sets: Iterable[int], deadline: Deadline) -> set[int]:
    """Return all nonempty intersections of the sets, given as bits, or those met in time."""
    closed: set[int] = set()
    for members in set(sets):
        closed |= {members} | {members & other for other in closed}
        if deadline.passed:
            break
    return closed - {0}


def _proportions(point: ExactVector) -> list[int]:
    unit = math.lcm(*(p.denominator for p in point))
    return [int(p * unit) for p in point]


def _dimension(directions: Sequence[Sequence[int]]) -> int:
    """Return the affine dimension of points that sum to 1: one less than their rank."""
    from flint import fmpz_mat

    if len(directions) < 3:
        return len(directions) - 1
    entries = [entry for direction in directions for entry in direction]
    return int(fmpz_mat(len(directions), len(directions[0]), entries).rank()) - 1


def _sign(game: ExactGame, basis: int, partner: int) -> int:
    """Return (-1)^(k+1) times the signs of both determinants on the supports."""
    from flint import fmpz_mat

    m, n = game.shape
    rows = [i for i in range(m) if not basis >> i & 1]
    columns = [j for j in range(n) if not partner >> m + j & 1]
    A, B = game.row_table.entries, game.column_table.entries
    blocks = [A[i][j] for i in rows for j in columns], [B[j][i] for j in columns for i in rows]
    sign = 1 if len(rows) % 2 else -1
    for block in blocks:
        sign *= 1 if fmpz_mat(len(rows), len(rows), block).det() > 0 else -1
    return sign
