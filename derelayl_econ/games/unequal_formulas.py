r"""Payoffs of unequal participants from those of equal ones, their means, and one closed form.

Setting (:mod:`derelayl_econ.games.unequal_participation`): a cost c_i and a benefit b_i for each
participant are put into the payoffs J(k) and A(k) of
:mod:`derelayl_econ.games.participation_formulas`; g_i(k) = J_i(k) - A_i(k). With independent
probabilities of training the number of other trainers has a Poisson-binomial law.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import Domain, check_array, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.games.participation_formulas import payoff_arrays
from derelayl_econ.notation import check, symbol

__all__ = ["MOST_PARTICIPANTS", "VOLUNTEER_MIX", "expected", "unequal_payoffs"]

Array = npt.NDArray[np.float64]

_AMOUNT = Domain(0, 1e150)
MOST_PARTICIPANTS = 200

VOLUNTEER_MIX = Formula(
    "volunteer: probability of training of one who mixes",
    1 - symbol("ratio_product") ** (1 / (symbol("mixers") - 1)) / symbol("cost_ratio"),
    "Diekmann 1993, Int. J. Game Theory 22:75; theory notes, section 2.1",
)
"""Rises in the own cost ratio; an equilibrium where it lies in (0, 1) for everybody who mixes."""


def unequal_payoffs(
    instance: str, costs: npt.ArrayLike, benefits: npt.ArrayLike | None, **common: Any
) -> tuple[Array, Array]:
    """Return (gains of training, payoffs of riding), shape (N, N), of an instance with a name.

    Parameters
    ----------
    costs, benefits : arrays of shape (N,)
        Money, >= 0; benefits None for the instance without any.
    common
        Parameters that all share: pool, leakage, threshold.

    Raises
    ------
    InputError
        If an amount is not a number in [0, 1e150], or the numbers of entries do not fit.

    Examples
    --------
    >>> print(unequal_payoffs("pool", [1, 2], None, pool=6)[0])
    [[5. 2.]
     [4. 1.]]
    """
    own = {"cost": check_array("costs", costs, _AMOUNT)}
    if instance != "pool":
        own["benefit"] = check_array("benefits", benefits, _AMOUNT)
    size = own["cost"].size
    if not 2 <= size <= MOST_PARTICIPANTS:
        raise InputError("costs", f"{size} entries", f"have 2 to {MOST_PARTICIPANTS} entries")
    if own.get("benefit", own["cost"]).size != size:
        raise InputError("benefits", f"{own['benefit'].size} entries",
                         f"have as many entries as costs, {size}")  # fmt: skip
    values = check(**common)
    if "pool" in values:
        check_number("pool", values["pool"], _AMOUNT)
    if values.get("threshold", 1) > size:
        raise InputError("threshold", values["threshold"], f"be at most {size}, all of them")
    columns = {name: value[:, None] for name, value in own.items()}
    train, ride = payoff_arrays(instance, others=np.arange(size), **columns, **values)
    return train - ride, np.broadcast_to(ride, (size, size))


def expected(table: Array, strategy: Array, who: Sequence[int] | None = None) -> Array:
    """Return E table[i, K] with K the number of trainers other than i, one entry per row.

    Parameters
    ----------
    table : array of shape (n, N)
    strategy : array of shape (N,)
        Everybody's probability of training.
    who : sequence of int, length n, optional
        The participants that the rows belong to; all by default.

    Examples
    --------
    >>> print(expected(np.array([[2.0, -1.0], [3.0, -2.0]]), np.array([0.5, 0.25])))
    [1.25 0.5 ]
    """
    own = np.arange(len(table)) if who is None else np.asarray(who)
    if np.isin(strategy, (0.0, 1.0)).all():  # nothing to average: exact
        others = (strategy.sum() - strategy[own]).astype(np.int64)
        return np.asarray(table[np.arange(own.size), others])
    laws = [_law(np.delete(strategy, i)) for i in own]
    return np.array([row @ law for row, law in zip(table, laws, strict=True)])


def _law(probabilities: Array) -> Array:
    """Return the law of the number of trainers among independent ones."""
    law = np.zeros(probabilities.size + 1)
    law[0] = 1.0
    for p in probabilities:
        law[1:] = law[1:] * (1 - p) + law[:-1] * p
        law[0] *= 1 - p
    return law
