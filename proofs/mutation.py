"""Code mutation: a mistake in a shipped formula must break a theorem that lists it.

Each variant (:mod:`proofs.mutants`) is put in the formula's place, the theorem is stated anew, and
the first of its changed claims that no longer holds ends the matter. A claim is refuted at an exact
rational point; failing that, z3 alone does not prove it; failing that, a variant of the claim that
was false is no longer refuted. Some variants cannot even be stated (a root or a floor is gone).
What survives shows what the theorems do not say.
"""

from __future__ import annotations

import importlib
import pkgutil
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import derelayl_econ.games
from derelayl_econ.formula import Formula
from proofs.kernel import Claim, Induction, Theorem, hypotheses
from proofs.library import THEOREMS
from proofs.logic import Proposition, Relation, no
from proofs.mutants import variants
from proofs.search import find_point
from proofs.solvers import ask_z3

__all__ = ["UNSPOKEN", "Fate", "formulas_of_games", "kill", "listed", "mutate", "restated",
           "unlisted"]  # fmt: skip

UNSPOKEN: dict[str, str] = {
    "payoff of staying out": "a single symbol: there is nothing to mistake",
}
"""Formulas of the games that no theorem lists, and why."""

_PER_FORMULA = 5  # within 90 s on one core
_BUDGET = 30_000  # z3's steps; most claims need some hundreds
_ATTEMPTS = 3


@dataclass(frozen=True)
class Fate:
    """What became of one variant of a formula.

    Attributes
    ----------
    how : str
        ``"point"``, ``"sat"``, ``"unknown"``, ``"variant"`` or ``"unstatable"``; empty if it
        survived.
    claim : str
        The claim that failed.
    """

    formula: str
    kind: str
    wrong: Any
    how: str = ""
    theorem: str = ""
    claim: str = ""


def listed() -> list[tuple[Formula, list[Theorem]]]:
    """Return each formula that a theorem lists, with the theorems that list it."""
    found: dict[int, tuple[Formula, list[Theorem]]] = {}
    for theorem in THEOREMS:
        for formula in theorem.formulas:
            found.setdefault(id(formula), (formula, []))[1].append(theorem)
    return list(found.values())


def formulas_of_games() -> list[Formula]:
    """Return every formula in the modules of the games, also in tables and classes."""
    found: dict[int, Formula] = {}
    for entry in pkgutil.iter_modules(derelayl_econ.games.__path__, "derelayl_econ.games."):
        module = importlib.import_module(entry.name)
        for value in list(vars(module).values()):
            found.update((id(formula), formula) for formula in _formulas(value, module))
    return list(found.values())


def unlisted() -> list[Formula]:
    """Return the formulas of the games that no theorem lists."""
    known = {id(formula) for formula, _ in listed()}
    return [formula for formula in formulas_of_games() if id(formula) not in known]


def _formulas(value: Any, module: ModuleType) -> Iterator[Formula]:
    if isinstance(value, Formula):
        yield value
    elif isinstance(value, dict | tuple | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _formulas(part, module)
    elif isinstance(value, type) and value.__module__ == module.__name__:
        for part in vars(value).values():
            yield from _formulas(part, module) if not isinstance(part, type) else ()


@contextmanager
def replaced(formula: Formula, wrong: Any) -> Iterator[None]:
    """Let the formula have another expression for a while, wherever it is used."""
    right = formula.expression
    object.__setattr__(formula, "expression", wrong)  # frozen, and everybody holds the same object
    try:
        yield
    finally:
        object.__setattr__(formula, "expression", right)


@cache
def _source(code: str) -> tuple[CodeType, str]:
    (module,) = (
        module
        for name, module in sys.modules.items()
        if name.startswith("proofs.") and _states(module, code)
    )
    path = str(module.__file__)
    return compile(Path(path).read_text(encoding="utf-8"), path, "exec"), module.__name__


def _states(module: ModuleType, code: str) -> bool:
    theorem = vars(module).get("THEOREM")
    return isinstance(theorem, Theorem) and theorem.code == code


def restated(theorem: Theorem) -> Theorem:
    """Return the theorem as its module would state it now."""
    code, name = _source(theorem.code)
    space: dict[str, Any] = {"__name__": name}
    exec(code, space)
    again: Theorem = space["THEOREM"]
    return again


def kill(formula: Formula, theorems: list[Theorem], kind: str, wrong: Any,
         favourites: dict[str, int] | None = None) -> Fate:  # fmt: skip
    """Return what becomes of a wrong expression of a formula.

    Parameters
    ----------
    favourites : dict, optional
        How often each claim has failed so far; looked at first, and counted on.
    """
    counts = favourites if favourites is not None else {}
    for theorem in theorems:
        try:
            with replaced(formula, wrong):
                touched = _touched(theorem, restated(theorem))
        except (ValueError, AttributeError, TypeError, LookupError) as error:
            return Fate(formula.name, kind, wrong, "unstatable", theorem.code, str(error))
        touched.sort(key=lambda claim: (-counts.get(claim.name, 0), _size(claim)))
        for test in (_refuted, _unproved, _loosened):
            for claim in touched:
                how = _stated(test, claim)
                if how:
                    counts[claim.name] = counts.get(claim.name, 0) + 1
                    return Fate(formula.name, kind, wrong, how, theorem.code, claim.name)
    return Fate(formula.name, kind, wrong)


def _touched(theorem: Theorem, again: Theorem) -> list[Claim | Induction]:
    pairs = zip(theorem.claims, again.claims, strict=True)
    return [new for old, new in pairs if new != old]


def _size(claim: Claim | Induction) -> tuple[bool, int]:
    """Identities first: they fail at nearly every point."""
    is_identity = isinstance(claim.conclusion, Relation) and claim.conclusion.operator == "="
    return not is_identity, len(str(claim.conclusion))


def _stated(test: Callable[[Claim | Induction], str], claim: Claim | Induction) -> str:
    try:
        return test(claim)
    except ValueError:  # no translation: a root or a function that the claim does not expect
        return "unstatable"


def _refuted(claim: Claim | Induction) -> str:
    wanted: tuple[Proposition, ...] = (*hypotheses(claim), no(claim.conclusion))
    return "point" if find_point(wanted, claim.hint, attempts=_ATTEMPTS) else ""


def _unproved(claim: Claim | Induction) -> str:
    answers = (ask_z3(obligation.script, _BUDGET) for obligation in claim.obligations())
    return next((answer for answer in answers if answer != "unsat"), "")


def _loosened(claim: Claim | Induction) -> str:
    """Tell whether some false variant of the claim is no longer refuted."""
    for variant in claim.mutants:
        if find_point((*hypotheses(claim), no(variant)), claim.hint, attempts=_ATTEMPTS) is None:
            return "variant"
    return ""


def mutate(per_formula: int = _PER_FORMULA, seed: int | None = None) -> tuple[list[Fate], float]:
    """Return the fate of some variants of each listed formula, and the seconds it took.

    Parameters
    ----------
    per_formula : int
        Variants of each formula: the first ones, or with a seed a random choice.
    """
    started, fates = time.perf_counter(), []
    draw = None if seed is None else random.Random(seed)
    for formula, theorems in listed():
        every, favourites = variants(formula.expression), dict[str, int]()
        count = min(per_formula, len(every))
        chosen = every[:count] if draw is None else draw.sample(every, count)
        fates += [kill(formula, theorems, kind, wrong, favourites) for kind, wrong in chosen]
    return fates, time.perf_counter() - started
