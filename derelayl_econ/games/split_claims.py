r"""Theorems: under which reward rules it never pays to split one's work, or to merge it.

*Splitting* presents one leg as several, under several names, with the same total gain; *merging*
presents adjacent legs as one. A rule is split-proof (merge-proof) if no split (merge) ever pays,
on any path and whatever the others did; neutral if both. K >= 2 legs; nothing pays the only one.

1. *Separable rules*, share f(g_i) / sum_j f(g_j), f >= 0, gains >= 0. With S > 0 the others' part
   and F the sum of f over the parts, F/(F+S) > f(g)/(f(g)+S) iff F > f(g). So a rule is split-proof
   iff f is superadditive and merge-proof iff f is subadditive; both iff f is additive, which for
   f >= 0 means linear. f(g) = g^r: superadditive iff r >= 1, subadditive iff r <= 1. Concave f,
   f(0) = 0: of all divisions into m parts equal ones pay most, and more parts pay more. Equal pay
   is f = 1: never superadditive, subadditive. max(g, 0): linear on g >= 0, but only subadditive
   once a part may be negative (spoil the model, then mend it).
2. *Path rules*, h(a, b) for the leg from quality a to b: neutral iff h(a, b) = h(a, c) + h(c, b)
   for all c, that is h(a, b) = Phi(b) - Phi(a), with Phi(x) = h(a_0, x).
3. *Window* of the last k: with e legs after one's own and m parts, min(m, k - e) of them lie in the
   window: splitting pays for k >= 2, on long paths by (min(m, k - e) - 1)/k. Merging never pays: of
   n parts in the window and o of the others' legs before it, the merged leg gets at most
   1/(1 + k - n + o) <= n/k, because (n - 1)(k - n) >= 0. The last takes all (k = 1): neutral.
4. *Lineage shares*. With W_D = w_0 + ... + w_D and T_K = W_0 + ... + W_(K-1) the leg with D
   descendants gets W_D/T_K; split in two, (W_D + W_(D+1))/(T_K + W_K). That is more iff
   W_(D+1) T_K > W_D W_K; for the first leg (D = K-1) iff T_K > W_(K-1), which every rule with a
   weight fulfils at some K (at K = 2 if w_0 > 0). Merging k legs, the last with D descendants,
   never pays for non-increasing weights: for j = 1, ..., k-1 and n = K-k >= D the inequality
   W_D W_(n+j) <= T_(n+1) W_(D+j) is enough. W is concave: W_(n+j) <= W_n + W_(D+j) - W_D, so the
   left side is at most W_D W_n + W_D W_(D+j) - W_D^2 <= (W_n + W_D) W_(D+j), and
   T_(n+1) >= W_n + W_D if D < n. If D = n, T_(n+1) >= W_D suffices.
5. *Shapley value of a curve* Q of total effort. Let all legs come at independent uniform times, X_t
   the others' effort at time t. An owner earns int_0^1 d/ds E Q(X_t + Y_s) dt at s = t, Y_s being
   its own effort that has come by s: y or 0 when presented as one, a sum of parts when split. Both
   agree at s = 0 and 1, so that by parts splitting wins -int_0^1 d/dt E psi(X_t) dt at s = t,
   psi(x) = E Q(x + split Y_s) - E Q(x + whole Y_s). The whole is the riskier of two sums with the
   same mean: if the third derivative of Q is positive, psi falls in x, X_t grows with t, and
   splitting pays; merging, the reverse, does not. It is positive on exponential and shifted power
   curves; where it is zero (a quadratic Q) the value is neutral, concave or not.
   Without a curve or value function the gains add up, and the rule is number 1 with f(g) = g.

Sources: theory notes, section 4.2; for 1, in blocks, Chen, Papadimitriou, Roughgarden 2019 (AFT);
collusion under values: Haller 1994, Int. J. Game Theory 23:261. 3-5: own analysis.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch
from itertools import combinations

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import check_array
from derelayl_econ.errors import InputError
from derelayl_econ.quality import ExponentialCurve, PowerCurve
from derelayl_econ.results import Result
from derelayl_econ.rewards import (
    EqualShare,
    GainShare,
    LineageShare,
    PowerShare,
    ShapleyShare,
    WindowShare,
)

__all__ = ["SplittingClaim", "TelescopingDefect", "claim_of", "telescoping_defect"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class SplittingClaim(Result):
    """What a theorem says of a rule on all paths of two legs or more.

    Attributes
    ----------
    split_proof, merge_proof : bool or None
        None where no theorem is known.
    theorem : str
    equal_parts_best : bool
        Whether, for a given number of parts, none pay more than equal ones.
    """

    split_proof: bool | None
    merge_proof: bool | None
    theorem: str
    equal_parts_best: bool = False

    @property
    def neutral(self) -> bool | None:
        """Whether neither splitting nor merging ever pays."""
        both = (self.split_proof, self.merge_proof)
        return False if False in both else None if None in both else True


@singledispatch
def claim_of(rule: object) -> SplittingClaim:
    """Return what is proved of a reward rule, by its type.

    Separable rules: theorem T7 in proofs/; lineage pay with a fee: F; splits by length: L.

    Examples
    --------
    >>> claim = claim_of(PowerShare(0.5))
    >>> claim.split_proof, claim.merge_proof
    (False, True)
    >>> claim_of(GainShare()).neutral, claim_of(WindowShare(1)).neutral
    (True, True)
    """
    return SplittingClaim(split_proof=None, merge_proof=None, theorem="none known for this rule")


@claim_of.register
def _(rule: EqualShare) -> SplittingClaim:
    return SplittingClaim(split_proof=False, merge_proof=True, equal_parts_best=True,
                          theorem="f(g) = 1 is subadditive, not superadditive")  # fmt: skip


@claim_of.register
def _(rule: GainShare) -> SplittingClaim:
    if rule.clip:
        return SplittingClaim(
            split_proof=False, merge_proof=True,
            theorem="f(g) = max(g, 0) is subadditive, and additive only among gains >= 0: "
            "splits with a negative part can pay",
        )  # fmt: skip
    return SplittingClaim(split_proof=True, merge_proof=True, theorem="f(g) = g is additive",
                          equal_parts_best=True)  # fmt: skip


@claim_of.register
def _(rule: PowerShare) -> SplittingClaim:
    r = rule.exponent
    shape = "additive" if r == 1 else "superadditive" if r > 1 else "subadditive"
    return SplittingClaim(split_proof=r >= 1, merge_proof=r <= 1, equal_parts_best=r <= 1,
                          theorem=f"f(g) = g^{r:g} is {shape}")  # fmt: skip


@claim_of.register
def _(rule: WindowShare) -> SplittingClaim:
    if rule.last == 1:
        return SplittingClaim(split_proof=True, merge_proof=True, equal_parts_best=True,
                              theorem="the last leg takes all, under any name")  # fmt: skip
    return SplittingClaim(
        split_proof=False, merge_proof=True, equal_parts_best=True,
        theorem=f"more parts fill more of the last {rule.last} places",
    )  # fmt: skip


@claim_of.register
def _(rule: LineageShare) -> SplittingClaim:
    falling = not isinstance(rule.weights, tuple) or bool((np.diff(rule.weights) <= 0).all())
    return SplittingClaim(
        split_proof=False, merge_proof=True if falling else None, equal_parts_best=True,
        theorem="lineage pay counts descendants, and parts are descendants of one another",
    )  # fmt: skip


@claim_of.register
def _(rule: ShapleyShare) -> SplittingClaim:
    if rule.value is not None:
        raise InputError("rule", "ShapleyShare(value=...)", "say what a part of a leg is worth",
                         hint="ShapleyShare(curve=...) does.")  # fmt: skip
    if rule.curve is None:
        return SplittingClaim(split_proof=True, merge_proof=True, equal_parts_best=True,
                              theorem="without a curve gains add up: f(g) = g")  # fmt: skip
    if isinstance(rule.curve, ExponentialCurve | PowerCurve):
        return SplittingClaim(split_proof=False, merge_proof=True,
                              theorem="the third derivative of this curve is positive")  # fmt: skip
    return SplittingClaim(split_proof=None, merge_proof=None,
                          theorem="none known for this curve")  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class TelescopingDefect(Result):
    """Where a path rule h is furthest from h(a, c) + h(c, b) = h(a, b), among given levels.

    Attributes
    ----------
    gain : float
        Largest h(a, c) + h(c, b) - h(a, b): what splitting at c wins, in the unit of h.
    loss : float
        Largest h(a, b) - h(a, c) - h(c, b): what merging at c wins.
    split_at, merge_at : (a, c, b)
        Levels (score) at which these are reached.
    """

    gain: float
    loss: float
    split_at: tuple[float, float, float]
    merge_at: tuple[float, float, float]


def telescoping_defect(
    function: Callable[[float, float], float], levels: npt.ArrayLike
) -> TelescopingDefect:
    """Return what a path rule pays most for splitting and for merging, over all triples of levels.

    Both are zero, up to rounding, iff the rule telescopes on these levels.

    Parameters
    ----------
    function : callable
        h(before, after).
    levels : array_like, shape (n,)
        Increasing qualities (score), n >= 3.

    Examples
    --------
    >>> found = telescoping_defect(lambda a, b: (b - a) ** 2, [0.0, 0.5, 1.0])
    >>> found.gain, found.loss, found.merge_at
    (-0.5, 0.5, (0.0, 0.5, 1.0))
    """
    points = check_array("levels", levels)
    if points.size < 3 or not (np.diff(points) > 0).all():
        raise InputError("levels", levels, "be at least 3 increasing qualities")
    if not callable(function):
        raise InputError("function", function, "be a function of two qualities")
    pay = {pair: function(*pair) for pair in combinations(points.tolist(), 2)}
    check_array("function of before and after", list(pay.values()))
    excess = {
        (a, c, b): float(pay[a, c] + pay[c, b] - pay[a, b])
        for a, c, b in combinations(points.tolist(), 3)
    }
    split_at, merge_at = max(excess, key=excess.__getitem__), min(excess, key=excess.__getitem__)
    return TelescopingDefect(gain=excess[split_at], loss=-excess[merge_at], split_at=split_at,
                             merge_at=merge_at)  # fmt: skip
