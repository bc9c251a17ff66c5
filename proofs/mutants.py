"""Small mistakes in a formula: what code mutation puts in its place.

A variant that is the same rational function of its parts is no mistake and is left out (decided by
a polynomial identity). Variants come in rounds, one of each kind at a time, so that the first few
are a sample of all kinds.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import sympy as sp

from derelayl_econ.notation import NOTATION

__all__ = ["KINDS", "same_function", "variants"]

KINDS = ("sign", "constant", "operator", "drop", "extremum", "exchange")
_SWAPPED = {sp.Max: sp.Min, sp.Min: sp.Max, sp.floor: sp.ceiling, sp.ceiling: sp.floor}


def variants(expression: Any) -> list[tuple[str, Any]]:
    """Return the kind and the expression of each variant that differs from ``expression``.

    Examples
    --------
    >>> x, y = sp.symbols("x y")
    >>> sorted(str(wrong) for _, wrong in variants(x / y))
    ['1/y', 'x', 'x + 1/y', 'x*y', 'x/y**2', 'y/x']
    """
    by_kind: dict[str, list[Any]] = {kind: [] for kind in KINDS}
    found = {_print(expression): [expression]}
    for kind, wrong in (*_changes(expression), *_exchanges(expression)):
        if wrong.has(sp.zoo, sp.nan):
            continue
        alike = found.setdefault(_print(wrong), [])
        if not any(same_function(wrong, seen) for seen in alike):
            alike.append(wrong)
            by_kind[kind].append(wrong)
    return list(_rounds(by_kind))


def _print(term: Any) -> str:
    """Return the value at a generic point: terms that differ there need no exact comparison."""
    symbols = sorted(term.free_symbols, key=lambda s: str(s.name))
    point = {s: sp.Float(zlib.crc32(str(s.name).encode()) % 997 + 2, 30) / 1999 for s in symbols}
    try:
        return str(sp.N(term.xreplace(point), 8))
    except ValueError:  # the larger of complex numbers
        return str(term)


def same_function(one: Any, other: Any) -> bool:
    """Return whether two terms agree as rational functions of their powers, roots and functions."""
    if one == other:
        return True
    numerator = sp.fraction(sp.together(one - other))[0]
    return bool(sp.expand(numerator) == 0)


def _rounds(by_kind: dict[str, list[Any]]) -> Iterator[tuple[str, Any]]:
    for turn in range(max(map(len, by_kind.values()))):
        for kind, several in by_kind.items():
            if turn < len(several):
                yield kind, several[turn]


def _changes(term: Any) -> Iterator[tuple[str, Any]]:
    """Yield every change of one node."""
    yield from _here(term)
    for i, part in enumerate(term.args):
        for kind, wrong in _changes(part):
            yield kind, term.func(*term.args[:i], wrong, *term.args[i + 1 :])


def _here(term: Any) -> Iterator[tuple[str, Any]]:
    if term.is_Rational:
        yield "constant", term + 1
        yield "constant", term - 1
    elif term.is_Add:
        for part in term.args:
            yield "sign", term - 2 * part
            yield "drop", term - part
    elif term.is_Mul:
        first, rest = term.as_two_terms()
        yield "operator", first + rest
        for part in term.args:
            yield "drop", term / part
    elif term.is_Pow:
        yield "operator", term.base ** (-term.exp)
    elif term.func in _SWAPPED:
        yield "extremum", _SWAPPED[term.func](*term.args)
        if len(term.args) > 1:
            yield from (("drop", part) for part in term.args)


def _exchanges(expression: Any) -> Iterator[tuple[str, Any]]:
    """Yield the expression with two symbols of the same unit exchanged."""
    symbols = sorted(expression.free_symbols, key=lambda s: str(s.name))
    for i, one in enumerate(symbols):
        for other in symbols[i + 1 :]:
            if _unit(one) == _unit(other):
                swap = {one: other, other: one}
                yield "exchange", expression.subs(swap, simultaneous=True)


def _unit(symbol: Any) -> str:
    return NOTATION[symbol.name].unit if symbol.name in NOTATION else ""
