r"""Grim trigger: from which discount on an agreement holds under threat of a stage equilibrium.

The game: a stage game is played for ever, all see all past actions, payoffs are averages with
discount delta. *Strategy*: play the agreed profile a; after player i alone has deviated, play for
ever the pure stage equilibrium that is worst for i, or go on with a if that is worse still. *Best
response*: no player gains by one deviation iff

    g_i(a) >= (1-delta) d_i(a) + delta min(p_i, g_i(a))    for all i,

g_i the agreed payoff, d_i that of the best deviation and p_i that of i's worst pure stage
equilibrium; in the punishments nobody gains, as they repeat one. *Result* (Friedman 1971; theory
notes, section 3.3): a player with d_i = g_i needs no patience; if d_i > g_i, it needs
delta >= (d_i - g_i)/(d_i - p_i), in (0, 1) iff g_i > p_i. Harsher punishments than stage equilibria
may support more: see :func:`~derelayl_econ.equilibrium.payoff_solver.solve_payoff_set`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from derelayl_econ.domains import Domain, check_number
from derelayl_econ.equilibrium.automaton import Automaton
from derelayl_econ.equilibrium.stage_game import StageGame
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.notation import check, symbol
from derelayl_econ.results import Result

__all__ = ["GRIM_DISCOUNT", "GrimTrigger", "grim_trigger"]

_G, _D, _P = symbol("agreed_payoff"), symbol("deviation_payoff"), symbol("punishment_payoff")

GRIM_DISCOUNT = Formula(
    "discount that keeps a player to the agreement", (_D - _G) / (_D - _P), "Friedman 1971"
)
"""Where d_i > g_i > p_i; an agreement needs the largest of these."""


@dataclass(frozen=True, kw_only=True, eq=False)
class GrimTrigger(Result):
    """When grim trigger supports an agreement.

    Attributes
    ----------
    discount : float or None
        Smallest discount that does, itself included; 0 if every one in (0, 1) does, None if none.
    exact : Fraction or None
        The same, as the rational number it is.
    agreed : tuple of int, shape (n,)
        The agreed actions.
    payoff : tuple of float, shape (n,)
        g(a), money per round.
    punishments : tuple of tuple of int, shape (n, n)
        The stage equilibrium that is worst for each player.
    """

    discount: float | None
    exact: Fraction | None
    agreed: tuple[int, ...]
    payoff: tuple[float, ...]
    punishments: tuple[tuple[int, ...], ...]
    game: StageGame = field(repr=False)

    def automaton(self, discount: float | Fraction) -> Automaton:
        """Return the strategy as a machine; its ``check()`` is exact, its regret may be positive.

        Parameters
        ----------
        discount : float or Fraction
            delta in (0, 1), taken at face value.
        """
        profiles = list(dict.fromkeys([self.agreed, *self.punishments]))
        places = [self.game.profiles.index(profile) for profile in profiles]
        stay = [((state, Fraction(1)),) for state in range(len(places))]
        return Automaton.of(self.game, _exact_discount(discount), places, stay)


def grim_trigger(game: StageGame, agreed: Sequence[int]) -> GrimTrigger:
    """Return from which discount on grim trigger supports an agreement.

    Proved: theorem D in proofs/.

    Parameters
    ----------
    game : StageGame
        Two to five players, with a pure equilibrium.
    agreed : sequence of int, shape (n,)
        Each player's agreed action.

    Raises
    ------
    InputError
        If ``agreed`` is no profile of the game, or there is no pure equilibrium to punish with.

    Examples
    --------
    >>> dilemma = StageGame([[(9, 9), (1, 10)], [(10, 1), (3, 3)]])
    >>> found = grim_trigger(dilemma, (0, 0))
    >>> found.exact, found.automaton(found.exact).check(), found.automaton(0.14).regret > 0
    (Fraction(1, 7), True, True)
    """
    if not isinstance(game, StageGame):
        raise InputError("game", game, "be a StageGame")
    target = _profile(game, agreed)
    chosen = _worst_equilibria(game)
    place = game.profiles.index(target)
    pay, best = game.exact_payoffs[place], game.exact_deviations[place]
    floors = [game.exact_payoffs[game.profiles.index(e)][i] for i, e in enumerate(chosen)]
    needs = [_need(*each) for each in zip(pay, best, floors, strict=True)]
    known = [need for need in needs if need is not None]
    exact = max(known) if len(known) == len(needs) else None
    return GrimTrigger(
        discount=None if exact is None else float(exact), exact=exact, agreed=target,
        payoff=tuple(map(float, pay)), punishments=chosen, game=game,
    )  # fmt: skip


def _need(agreed: Fraction, deviation: Fraction, punishment: Fraction) -> Fraction | None:
    """Return the smallest discount that keeps one player to the agreement; None if none does."""
    if deviation == agreed:
        return Fraction(0)
    if agreed <= punishment:
        return None
    value = GRIM_DISCOUNT.exact(agreed_payoff=agreed, deviation_payoff=deviation,
                                punishment_payoff=punishment)  # fmt: skip
    return Fraction(int(value.p), int(value.q))


def _worst_equilibria(game: StageGame) -> tuple[tuple[int, ...], ...]:
    known = game.pure_equilibria()
    if not len(known):
        raise InputError("game", "one without pure equilibria", "have one to punish with")
    places = [game.profiles.index(e.strategy) for e in known]
    worst = (min(places, key=lambda p, i=i: game.exact_payoffs[p][i])  # type: ignore[misc]
             for i in range(game.players))  # fmt: skip
    return tuple(game.profiles[place] for place in worst)


def _profile(game: StageGame, given: Any) -> tuple[int, ...]:
    if not isinstance(given, list | tuple) or len(given) != game.players:
        raise InputError("agreed", given, f"be {game.players} actions, one per player")
    return tuple(
        check_number(f"action {i} of agreed", action, Domain(0, count - 1, integer=True))
        for i, (action, count) in enumerate(zip(given, game.actions, strict=True))
    )


def _exact_discount(discount: Any) -> Fraction:
    number = check(discount=discount)["discount"]
    return Fraction(discount) if isinstance(discount, Fraction) else Fraction(number)
