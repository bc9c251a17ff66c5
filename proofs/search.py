"""Exact rational points: witnesses of hypotheses and counterexamples to false statements.

Wherever a point comes from (z3, or a list of small numbers), it counts only after exact arithmetic
has confirmed every proposition at it. Symbols that occur in exponents or are integers by the symbol
table get small integers, which turns symbolic powers into polynomials.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy as sp

from derelayl_econ.notation import NOTATION
from proofs.logic import (
    Point,
    Proposition,
    Relation,
    evaluate,
    holds,
    ne,
    substitute,
    symbols_of,
    terms_of,
)
from proofs.smt import Lowering

__all__ = ["find_point"]

_INTEGERS = (2, 3, 1, 4, 0, 5, 7)
_STEPS = 200_000  # z3's budget per attempt
_DENOMINATOR = 1000


def find_point(
    wanted: tuple[Proposition, ...], hint: Point | None = None, attempts: int | None = None
) -> Point | None:
    """Return a rational point at which all propositions are true, or None if none was found.

    ``attempts`` limits the number of choices of small integers.
    """
    if hint is not None and _confirmed(wanted, hint):
        return hint
    for integers in itertools.islice(_integer_choices(wanted), attempts):
        chosen = {symbol: sp.Integer(value) for symbol, value in integers.items()}
        concrete = tuple(substitute(proposition, chosen) for proposition in wanted)
        if any(t.has(sp.nan, sp.zoo) for proposition in concrete for t in terms_of(proposition)):
            continue  # division by zero for these integers
        for rest in _candidates(concrete):
            fixed = {s: Fraction(value) for s, value in integers.items()}
            point = {**dict.fromkeys(symbols_of(*wanted), Fraction(1)), **rest, **fixed}
            if _confirmed(wanted, point):
                return point
    return None


def _confirmed(wanted: tuple[Proposition, ...], point: Point) -> bool:
    try:
        return all(holds(proposition, point) for proposition in wanted)
    except (ZeroDivisionError, KeyError, ValueError):  # undefined there
        return False


def _integer_choices(wanted: tuple[Proposition, ...]) -> Iterator[dict[Any, int]]:
    symbols = [s for s in symbols_of(*wanted) if _is_count(s, wanted)]
    choices = itertools.product(_INTEGERS, repeat=len(symbols))
    yield from (dict(zip(symbols, choice, strict=True)) for choice in choices)


def _is_count(symbol: Any, wanted: tuple[Proposition, ...]) -> bool:
    if symbol.name in NOTATION and NOTATION[symbol.name].domain.integer:
        return True
    powers = (p for w in wanted for term in terms_of(w) for p in term.atoms(sp.Pow))
    return any(symbol in power.exp.free_symbols for power in powers)


def _candidates(wanted: tuple[Proposition, ...]) -> Iterator[dict[Any, Fraction]]:
    model = _model(wanted)
    if model is None:
        return
    for denominator in (_DENOMINATOR, 10**6, 10**12):
        point = {s: value.limit_denominator(denominator) for s, value in model.items()}
        for _ in range(2):  # definitions may refer to one another
            _define(wanted, point)
        yield point


def _define(wanted: tuple[Proposition, ...], point: dict[Any, Fraction]) -> None:
    """Recompute symbols that an equation defines, so that rounding a model does not break it."""
    for proposition in wanted:
        if isinstance(proposition, Relation) and proposition.operator == "=":
            left, right = proposition.left, proposition.right
            for name, term in ((left, right), (right, left)):
                if name.is_Symbol and name not in term.free_symbols:
                    try:
                        point[name] = evaluate(term, point)
                    except (ZeroDivisionError, ValueError):
                        continue
                    break


def _model(wanted: tuple[Proposition, ...]) -> dict[Any, Fraction] | None:
    import z3

    lowering = Lowering(wanted)
    for proposition in wanted:
        lowering.add(proposition)
    for denominator in tuple(lowering.denominators):
        lowering.add(ne(denominator, 0))
    solver = z3.SolverFor("QF_NRA", ctx=z3.Context())
    solver.set("rlimit", _STEPS)
    solver.from_string(lowering.script())
    if solver.check() != z3.sat:
        return None
    found = solver.model()
    values = {
        declared.name(): _fraction(found[declared])
        for declared in found.decls()
        if declared.arity() == 0
    }
    return {s: values.get(s.name, Fraction(1)) for s in symbols_of(*wanted)}


def _fraction(value: Any) -> Fraction:
    rational = value if hasattr(value, "numerator_as_long") else value.approx(40)
    return Fraction(rational.numerator_as_long(), rational.denominator_as_long())
