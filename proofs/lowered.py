"""From the SMT-LIB text of an obligation to the plain statement that a certificate refutes.

The text is what the solvers are given, so both speak of the same: all assertions together, with
polynomials multiplied out (:mod:`proofs.check_certs` says how they are written).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import reduce
from typing import Any

from proofs.check_certs import ONE, Polynomial, times, total

__all__ = ["assertions", "names", "statement", "stored"]

_TOKEN = re.compile(r"\|[^|]*\||[()]|[^\s()|]+")


def names(script: str) -> list[str]:
    """Return the variables of a script; a variable's number is its place here."""
    return [command[1] for command in _commands(script) if command[0] == "declare-const"]


def assertions(script: str) -> list[Any]:
    """Return what a script asserts, one plain statement each."""
    numbers = {name: number for number, name in enumerate(names(script))}
    return [_plain(command[1], numbers) for command in _commands(script) if command[0] == "assert"]


def statement(script: str) -> list[Any]:
    """Return everything a script asserts as one plain statement."""
    return ["and", *assertions(script)]


def stored(polynomial: Polynomial) -> dict[str, str]:
    """Return a polynomial as the table that is written to the file."""
    return {" ".join(map(str, key)): str(polynomial[key]) for key in sorted(polynomial)}


def _commands(script: str) -> list[list[Any]]:
    tokens = iter(_TOKEN.findall(script))
    return [_nested(tokens) for token in tokens if token == "("]


def _nested(tokens: Iterator[str]) -> list[Any]:
    parts: list[Any] = []
    for token in tokens:
        if token == ")":
            return parts
        parts.append(_nested(tokens) if token == "(" else token)
    raise ValueError("a parenthesis is open")


def _plain(term: Any, numbers: dict[str, int]) -> list[Any]:
    if term == "true":
        return ["and"]
    head, *parts = term
    if head in ("and", "or", "not"):
        return [head, *(_plain(part, numbers) for part in parts)]
    left, right = (_polynomial(part, numbers) for part in parts)
    if head in ("<", "<="):
        left, right, head = right, left, {"<": ">", "<=": ">="}[head]
    if head not in (">", ">=", "="):
        raise ValueError(f"no relation: {head}")
    return [head, stored(total([left, times({(): Fraction(-1)}, right)]))]


def _polynomial(term: Any, numbers: dict[str, int]) -> Polynomial:
    if isinstance(term, str):
        return {(numbers[term],): Fraction(1)} if term in numbers else total([{(): Fraction(term)}])
    head, *rest = term
    parts = [_polynomial(part, numbers) for part in rest]
    if head == "+":
        return total(parts)
    if head == "*":
        return reduce(times, parts, ONE)
    if head == "-" and len(parts) == 1:
        return times({(): Fraction(-1)}, parts[0])
    if head == "/":
        return times({(): 1 / parts[1][()]}, parts[0])
    raise ValueError(f"no polynomial: {head}")
