"""QuantEcon's answers to two-player games, in floating point, within a budget.

QuantEcon compiles its solvers, so they are fast and cannot be interrupted; what keeps them from
running on is a limit on the size of the game (enumeration) or on the number of pivots
(Lemke-Howson). They compare with fixed tolerances, so payoffs are first moved into [0, 1]. On
degenerate games enumeration misses equilibria and Qhull may refuse; the answer says so.

QuantEcon takes seconds to import and is loaded on first use only.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from derelayl_econ.equilibrium.deadline import FOREVER, Deadline
from derelayl_econ.equilibrium.exact_game import ExactGame
from derelayl_econ.equilibrium.library_answer import LibraryAnswer, Profile, listen
from derelayl_econ.equilibrium.vertices import check_enumerable
from derelayl_econ.errors import InputError

__all__ = [
    "lemke_howson_answer",
    "mclennan_tourky_answer",
    "support_answer",
    "vertex_answer",
]

_MOST_SUPPORTS = math.comb(24, 12)
"""Pairs of equally large supports of a 12 x 12 game: some 5 s."""

_MOST_LABELS = 64
"""QuantEcon keeps labels as the bits of a 64-bit number."""

_PIVOTS_PER_SECOND = 5e8
"""To be divided by the entries of a tableau; twice that was measured at 100 x 100."""

_ENOUGH, _DIGITS = 20, 9

_APPROACH, _IMITATIONS = 1e-6, (25, 50, 100, 200)

_DEARER = 8
"""How many times longer twice as many imitation steps take, at most: their games grow with them."""


def support_answer(game: ExactGame, deadline: Deadline) -> LibraryAnswer:
    """Try all pairs of equally large supports; all equilibria of a nondegenerate game.

    Raises
    ------
    InputError
        If there are more pairs than a 12 x 12 game has.
    """
    shape = game.shape
    if math.comb(sum(shape), shape[0]) > _MOST_SUPPORTS:
        raise InputError("row_payoffs", f"shape {shape}", "have about 12 x 12 actions at most",
                         hint='Use method="lemke_howson" for one equilibrium.')  # fmt: skip
    theory = _game_theory()
    return listen(lambda: theory.support_enumeration_gen(_their_game(game)), deadline)


def vertex_answer(game: ExactGame, deadline: Deadline) -> LibraryAnswer:
    """Match the vertices of both best-response polytopes; all equilibria if nondegenerate.

    Raises
    ------
    InputError
        If the game is larger than about 12 x 12, has over 64 actions, or one player has only one.
    """
    from scipy.spatial import QhullError

    shape = game.shape
    check_enumerable(*shape)
    if sum(shape) > _MOST_LABELS or min(shape) < 2:
        raise InputError("row_payoffs", f"shape {shape}",
                         f"have two actions per player or more, {_MOST_LABELS} in all at most",
                         hint='Use method="exact".')  # fmt: skip
    theory = _game_theory()
    return listen(lambda: theory.vertex_enumeration_gen(_their_game(game)), deadline, (QhullError,))


def lemke_howson_answer(game: ExactGame, deadline: Deadline) -> LibraryAnswer:
    """Follow the complementary path from each label; at least one equilibrium, unless stopped.

    Paths may be exponentially long (Savani and von Stengel 2006), but seldom from every label: all
    are first cut off early, then ten times later, and so on until one ends. No more are followed
    once twenty different ends are known.
    """
    answer = listen(lambda: _paths(game, deadline), deadline)
    return replace(answer, finished=bool(answer.profiles))


def mclennan_tourky_answer(game: ExactGame, deadline: Deadline) -> LibraryAnswer:
    """Approach one equilibrium through imitation games (McLennan and Tourky 2006).

    A run cannot be stopped, so it is repeated with twice as many steps as long as time allows.
    """
    runs: list[Any] = []
    answer = listen(lambda: _approaches(game, deadline, runs), FOREVER)
    last = replace(answer, profiles=answer.profiles[-1:])
    if runs[-1].converged:
        return last
    words = f"QuantEcon: not within {_APPROACH} of an equilibrium after {runs[-1].max_iter} steps"
    return replace(last, messages=(*answer.messages, words), finished=False)


def _approaches(game: ExactGame, deadline: Deadline, runs: list[Any]) -> Iterator[Profile]:
    """Yield the end of each run, and keep its report in ``runs``."""
    theory, theirs = _game_theory(), _their_game(game)
    for steps in _IMITATIONS:
        start = time.monotonic()
        profile, report = theory.mclennan_tourky(
            theirs, epsilon=_APPROACH, max_iter=steps, full_output=True
        )
        runs.append(report)
        yield profile
        # The first run may be slow because it compiles, which says nothing about the next.
        spent = time.monotonic() - start if len(runs) > 1 else 0.0
        if report.converged or deadline.passed or deadline.left < _DEARER * spent:
            return


def _paths(game: ExactGame, deadline: Deadline) -> Iterator[Profile]:
    theory, theirs = _game_theory(), _their_game(game)
    labels = sum(game.shape)
    rate = _PIVOTS_PER_SECOND / (labels * max(game.shape))
    least = pivots = 5 * labels
    ends: set[bytes] = set()
    while not ends:
        for label in range(labels):
            affordable = max(least, min(pivots, int(rate * deadline.left)))
            profile, result = theory.lemke_howson(
                theirs, init_pivot=label, max_iter=affordable, full_output=True
            )
            if result.converged:
                ends.add(np.concatenate(profile).round(_DIGITS).tobytes())
                yield profile
            if deadline.passed or len(ends) >= _ENOUGH:
                return
        pivots *= 10


def _game_theory() -> Any:
    import quantecon.game_theory

    return quantecon.game_theory


def _their_game(game: ExactGame) -> Any:
    theory = _game_theory()
    players = [
        theory.Player(np.array(table.floats)) for table in (game.row_table, game.column_table)
    ]
    return theory.NormalFormGame(players)
