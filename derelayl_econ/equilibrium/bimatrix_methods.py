r"""The methods by which a two-player game is solved, behind one signature.

The game: the row player picks one of m rows and is paid by A, the column player one of n columns
and is paid by B; an equilibrium is a pair of mutual best responses.

Each method takes (game, deadline) and returns an :class:`Answer`: rational profiles, what is
guaranteed about the list, and every complaint of the library that was asked. Floats of a library
only name the supports; the profile is solved again in rationals
(:mod:`derelayl_econ.equilibrium.rationalise`).

========================  ================================================  ====================
method                    sizes                                             coverage
========================  ================================================  ====================
``exact``                 up to 12 x 12, or longer and narrower             all, degenerate or not
``gambit``                up to 8 x 8, if Gambit is installed               all, degenerate or not
``vertex``, ``support``   up to 12 x 12, QuantEcon                          some
``nashpy``                up to 7 x 7                                       some
``lemke_howson``          100 x 100 and more, QuantEcon                     one, or some
``mclennan_tourky``       100 x 100 and more, QuantEcon                     one, if it gets there
``auto``                  ``exact``, else ``lemke_howson``
========================  ================================================  ====================

Float enumeration is complete on nondegenerate games if no rounding intervenes, which nothing
guarantees: its coverage is "some".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from derelayl_econ.equilibrium.completeness import CompletenessCertificate
from derelayl_econ.equilibrium.deadline import Deadline
from derelayl_econ.equilibrium.exact_game import ExactGame
from derelayl_econ.equilibrium.gambit_bridge import ask_gambit
from derelayl_econ.equilibrium.library_answer import LibraryAnswer
from derelayl_econ.equilibrium.nashpy_bridge import ask_nashpy
from derelayl_econ.equilibrium.payoff_tables import ExactProfile
from derelayl_econ.equilibrium.quantecon_bridge import (
    lemke_howson_answer,
    mclennan_tourky_answer,
    support_answer,
    vertex_answer,
)
from derelayl_econ.equilibrium.rationalise import exact_profile, nearest_profile
from derelayl_econ.equilibrium.vertices import (
    ExtremeEquilibria,
    check_enumerable,
    enumerable,
    find_extreme_equilibria,
    profile_order,
)
from derelayl_econ.errors import InputError, SolverError, did_you_mean
from derelayl_econ.results import Coverage, Status

__all__ = ["METHODS", "Answer", "find_method"]

EXACT = "exact vertex enumeration (Avis et al. 2010)"

_EXTRA_SECONDS = 1.0
_DIGITS = 9
_MISSES = "the game is degenerate: a method in floating point may miss equilibria and continua"


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """What a method found.

    Attributes
    ----------
    profiles : tuple of (x, y)
        Distinct, rational, in order.
    method : str
    coverage : Coverage
    status : Status
    messages : tuple of str
        Complaints of the library and remarks on them.
    degenerate : bool or None
        None if it was not decided.
    extreme : ExtremeEquilibria or None
        The vertices behind a complete list.
    certificate : CompletenessCertificate or None
    """

    profiles: tuple[ExactProfile, ...]
    method: str
    coverage: Coverage
    status: Status
    messages: tuple[str, ...] = ()
    degenerate: bool | None = None
    extreme: ExtremeEquilibria | None = None
    certificate: CompletenessCertificate | None = None


Method = Callable[[ExactGame, Deadline], Answer]


def find_method(name: object) -> Method:
    """Return the method of that name.

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> find_method("exakt")
    Traceback (most recent call last):
    derelayl_econ.errors.InputError: method must name a method; got 'exakt'. Did you mean exact?
    """
    if not isinstance(name, str) or name not in METHODS:
        raise InputError("method", name, "name a method", hint=did_you_mean(name, METHODS))
    return METHODS[name]


def _auto(game: ExactGame, deadline: Deadline) -> Answer:
    return (_exact if enumerable(*game.shape) else _lemke_howson)(game, deadline)


def _exact(game: ExactGame, deadline: Deadline) -> Answer:
    check_enumerable(*game.shape)
    found = find_extreme_equilibria(game, deadline)
    if not found.complete:
        return _unfinished(game, found)
    proof = CompletenessCertificate(
        row_payoffs=game.row_payoffs,
        column_payoffs=game.column_payoffs,
        row_bases=tuple(found.row_bases),
        column_bases=tuple(found.column_bases),
        profiles=found.profiles,
    )
    return Answer(
        profiles=found.profiles,
        method=EXACT,
        coverage=Coverage.ALL,
        status=Status.CERTIFIED,
        degenerate=found.degenerate,
        extreme=found,
        certificate=proof,
    )


def _unfinished(game: ExactGame, found: ExtremeEquilibria) -> Answer:
    """Join what was found in time with the ends of the first complementary paths.

    If none of it is exactly an equilibrium, the nearest profile stands there with its regret: an
    empty list would say nothing.
    """
    more = _lemke_howson(game, Deadline.after(_EXTRA_SECONDS))
    exact = [profile for profile in more.profiles if game.values(profile).regret == 0]
    return Answer(
        profiles=_ordered([*found.profiles, *exact]) or more.profiles,
        method=f"{EXACT}, unfinished, and Lemke-Howson paths (QuantEcon)",
        coverage=Coverage.SOME,
        status=Status.BUDGET,
        messages=more.messages,
        degenerate=found.degenerate,
    )


def _support(game: ExactGame, deadline: Deadline) -> Answer:
    answer = support_answer(game, deadline.half())
    return _enumerated(game, answer, "support enumeration (QuantEcon)", deadline)


def _vertex(game: ExactGame, deadline: Deadline) -> Answer:
    answer = vertex_answer(game, deadline.half())
    return _enumerated(game, answer, "vertex enumeration (QuantEcon)", deadline)


def _nashpy(game: ExactGame, deadline: Deadline) -> Answer:
    answer = ask_nashpy(game.row_payoffs, game.column_payoffs, deadline.half())
    return _enumerated(game, answer, "vertex enumeration (Nashpy)", deadline)


def _lemke_howson(game: ExactGame, deadline: Deadline) -> Answer:
    answer = lemke_howson_answer(game, deadline.half())
    if not answer.profiles:
        return _mclennan_tourky(game, deadline)
    return _sampled(game, answer, "Lemke-Howson paths (QuantEcon)", deadline)


def _mclennan_tourky(game: ExactGame, deadline: Deadline) -> Answer:
    answer = mclennan_tourky_answer(game, deadline.half())
    return _sampled(game, answer, "imitation games (QuantEcon)", deadline)


def _gambit(game: ExactGame, _: Deadline) -> Answer:
    profiles = _ordered(ask_gambit(game))
    if not profiles or any(game.values(profile).regret for profile in profiles):
        raise SolverError(
            "Gambit's list is empty or holds what is no equilibrium", partial=profiles
        )
    return Answer(
        profiles=profiles,
        method="exact enumeration (Gambit)",
        coverage=Coverage.ALL,
        status=Status.SOLVED,
        degenerate=_seen_degenerate(game, profiles),
    )


METHODS: dict[str, Method] = {
    "auto": _auto,
    "exact": _exact,
    "support": _support,
    "vertex": _vertex,
    "lemke_howson": _lemke_howson,
    "mclennan_tourky": _mclennan_tourky,
    "nashpy": _nashpy,
    "gambit": _gambit,
}


def _enumerated(game: ExactGame, answer: LibraryAnswer, method: str, deadline: Deadline) -> Answer:
    """Return what a float enumeration stands for: no guarantee, but each member exact."""
    found = _rational(game, answer, deadline.half())
    if not found.exact:
        words = "; ".join(found.messages) or "no complaint"
        raise SolverError(f"{method} found no equilibrium ({words})", partial=answer)
    degenerate = _seen_degenerate(game, found.exact)
    return Answer(
        profiles=_ordered(found.exact),
        method=method,
        coverage=Coverage.SOME,
        status=Status.SOLVED if answer.finished and found.finished else Status.BUDGET,
        messages=(*found.messages, _MISSES) if degenerate else found.messages,
        degenerate=degenerate,
    )


def _sampled(game: ExactGame, answer: LibraryAnswer, method: str, deadline: Deadline) -> Answer:
    """Return the equilibria that a path-following method came upon, or how near it came to one."""
    found = _rational(game, answer, deadline.half())
    profiles = _ordered(found.exact)
    return Answer(
        profiles=profiles or (nearest_profile(game, *answer.profiles[0]),),
        method=method,
        coverage=Coverage.ONE if len(profiles) == 1 else Coverage.SOME,
        status=Status.SOLVED if profiles else Status.BUDGET,
        messages=found.messages,
        degenerate=_seen_degenerate(game, profiles),
    )


class _Rational(NamedTuple):
    exact: list[ExactProfile]
    messages: tuple[str, ...]
    finished: bool


def _rational(game: ExactGame, answer: LibraryAnswer, deadline: Deadline) -> _Rational:
    """Return the exact equilibria that the floats stand for, as many as time allows."""
    distinct = {np.concatenate(pair).round(_DIGITS).tobytes(): pair for pair in answer.profiles}
    found: list[ExactProfile | None] = []
    for pair in distinct.values():
        found.append(exact_profile(game, *pair))
        if deadline.passed:
            break
    messages = answer.messages
    exact = [profile for profile in found if profile is not None]
    if lost := len(found) - len(exact):
        messages += (f"{lost} of {len(found)} profiles returned are not exactly equilibria",)
    return _Rational(exact, messages, len(found) == len(distinct))


def _ordered(profiles: Iterable[ExactProfile]) -> tuple[ExactProfile, ...]:
    return tuple(sorted(set(profiles), key=profile_order))


def _seen_degenerate(game: ExactGame, profiles: Iterable[ExactProfile]) -> bool | None:
    """Return True if an equilibrium has more best responses than actions used, else None."""
    return any(game.values(profile).crowded for profile in profiles) or None
