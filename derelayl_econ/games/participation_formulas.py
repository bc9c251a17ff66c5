r"""Payoffs of one leg of the relay and the closed forms that follow, each written once.

With k *others* training, a participant who trains gets J(k) and one who rides gets A(k). In one leg

===============  =========================  =====================
instance         J(k)                       A(k)
===============  =========================  =====================
volunteer        b - c                      b 1[k >= 1]
pool             R/(k+1) - c                0
train or ride    b - c + R/(k+1)            theta b 1[k >= 1]
critical mass M  b 1[k+1 >= M] - c          theta b 1[k >= M]
===============  =========================  =====================

Source: theory notes, section 2.1; volunteer: Diekmann 1985, Journal of Conflict Resolution 29:605.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import sympy as sp

from derelayl_econ.domains import Domain, check_array, check_number
from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.formula import Formula
from derelayl_econ.notation import check, symbol

__all__ = [
    "PAYOFFS",
    "POOL_INDIFFERENCE",
    "PURE_TRAINERS",
    "SMALLEST_FULL_POOL",
    "VOLUNTEER_OUTAGE",
    "VOLUNTEER_STRATEGY",
    "checked_payoffs",
    "instance_payoffs",
    "payoff_arrays",
]

Array = npt.NDArray[np.float64]

_N, _k, _M, _p = (symbol(s) for s in ("participants", "others", "threshold", "join_probability"))
_b, _c, _R, _theta = (symbol(s) for s in ("benefit", "cost", "pool", "leakage"))
_SOURCE = "theory notes, section 2.1"

_MAX_PARTICIPANTS = 10_000_000
_MONEY = Domain(-1e200, 1e200)
_SMALLEST = 1e-180
"""Money from which on differences of two amounts are 0 or above 1e-200."""


def _at_least(count: sp.Expr, bound: sp.Expr) -> sp.Expr:
    """1[count >= bound] for integers."""
    return sp.Max(0, sp.Min(1, count - bound + 1))


def _pair(name: str, train: sp.Expr, ride: sp.Expr) -> tuple[Formula, Formula]:
    return (
        Formula(f"{name}: payoff of training", train, _SOURCE),
        Formula(f"{name}: payoff of riding", ride, _SOURCE),
    )


PAYOFFS: dict[str, tuple[Formula, Formula]] = {
    "volunteer": _pair("volunteer", _b - _c, _b * sp.Min(1, _k)),
    "pool": _pair("pool", _R / (_k + 1) - _c, sp.Integer(0)),
    "train_or_ride": _pair(
        "train or ride", _b - _c + _R / (_k + 1), _theta * _b * sp.Min(1, _k)
    ),
    "critical_mass": _pair(
        "critical mass", _b * _at_least(_k + 1, _M) - _c, _theta * _b * _at_least(_k, _M)
    ),
}  # fmt: skip
"""The formulas (J, A) by the name of the constructor of ParticipationGame."""

VOLUNTEER_STRATEGY = Formula(
    "volunteer: probability of training",
    1 - (_c / _b) ** (1 / (_N - 1)),
    "Diekmann 1985; theory notes, section 2.1",
)
"""The one symmetric equilibrium for 0 < c < b. Cancels for large N: the solver does not use it."""

VOLUNTEER_OUTAGE = Formula(
    "volunteer: probability that nobody trains",
    (_c / _b) ** (_N / (_N - 1)),
    "Diekmann 1985; theory notes, section 2.1",
)

POOL_INDIFFERENCE = Formula(
    "pool: expected gain of training",
    _R * (1 - (1 - _p) ** _N) / (_N * _p) - _c,
    "theory notes, section 2.1 (pool)",
)
"""Zero exactly at the symmetric equilibrium for R/N < c < R."""

PURE_TRAINERS = Formula(
    "train or ride: trainers in a pure equilibrium",
    sp.Min(_N, sp.floor(_R / (_c - (1 - _theta) * _b))),
    "theory notes, section 2.1",
)
"""K*, for c > (1 - theta) b, where it is at least 2; generically the only one with two or more."""

SMALLEST_FULL_POOL = Formula(
    "smallest pool with which everybody trains",
    _N * sp.Max(0, _c - (1 - _theta) * _b),
    "theory notes, section 2.1 (train or ride)",
)


def payoff_arrays(
    instance: str, *, others: npt.ArrayLike, **values: npt.ArrayLike
) -> tuple[Array, Array]:
    """Return (J, A) of a named instance, broadcast over ``others`` and all parameters.

    Raises
    ------
    InputError
        For an unknown instance, or a parameter that it lacks or does not have.
    """
    if instance not in PAYOFFS:
        raise InputError("instance", instance, "name a participation game",
                         hint=did_you_mean(instance, PAYOFFS))  # fmt: skip
    given = {"others": others, **values}
    pair = PAYOFFS[instance]
    wanted = {name for formula in pair for name in formula.arguments} | {"others"}
    for name in [*sorted(set(given) - wanted), *sorted(wanted - set(given))]:
        hint = f"{instance} takes {', '.join(sorted(wanted - {'others'}))}."
        state = "not be given" if name in given else "be given"
        raise InputError(name, given.get(name, "nothing"), state, hint=hint)
    shape = np.broadcast_shapes(*(np.shape(value) for value in given.values()))
    train, ride = (
        np.broadcast_to(formula(**{name: given[name] for name in formula.arguments}), shape)
        for formula in pair
    )
    return train, ride


def instance_payoffs(
    instance: str, participants: int, *, free: bool = False, **values: npt.ArrayLike
) -> tuple[Array, Array]:
    """Return (J, A) of a named instance for k = 0, ..., N-1 after checking every parameter.

    ``free`` leaves the cost of training out of J: then it is no parameter.
    """
    given = check(participants=participants, **values)
    for name, value in given.items():
        check_number(name, value, _MONEY)
        if 0 < value < _SMALLEST and name in ("benefit", "cost", "pool"):
            raise InputError(name, value, f"be 0 or at least {_SMALLEST:g}")
    size, threshold = given.pop("participants"), given.get("threshold", 1)
    if size > _MAX_PARTICIPANTS:
        raise InputError("participants", size, f"be at most {_MAX_PARTICIPANTS}")
    if threshold > size:
        raise InputError("threshold", threshold, f"be at most participants ({size})")
    cost = {"cost": 0.0} if free else {}
    return payoff_arrays(instance, others=np.arange(size), **given, **cost)


def checked_payoffs(
    name: str, gains: npt.ArrayLike, ride: npt.ArrayLike | None
) -> tuple[Array, Array]:
    """Return what training gains and what riding pays (0 if None), by the number of others."""
    values = check_array(name, gains, _MONEY)
    if values.size < 2:
        raise InputError(name, f"{values.size} entry", "have 2 entries or more")
    riding = check_array("ride", ride, _MONEY) if ride is not None else np.zeros(values.size)
    if riding.shape != values.shape:
        raise InputError("ride", f"shape {riding.shape}", f"have the shape {values.shape}")
    largest = float(np.abs(values).max())
    if 0 < largest < 1e-200:
        raise InputError(f"largest of {name}", largest, "be 0 or at least 1e-200 in size")
    return values, riding
