"""Lemmas on powers, by induction on the exponent; theorems use instances of them.

``x**n`` is the only sequence there is: its start is ``x**0 = 1`` and its recurrence
``x**(n+1) = x**n x`` is how :mod:`proofs.smt` writes powers down.
"""

from __future__ import annotations

import sympy as sp

from proofs.kernel import Claim, Induction, Theorem
from proofs.logic import all_of, eq, ge, gt, iff, le, lt

__all__ = [
    "BERNOULLI",
    "GEOMETRIC_SLOPE",
    "INVERSE_SUM_MONOTONE",
    "POWER_BELOW_BASE",
    "POWER_BELOW_ONE",
    "POWER_MONOTONE",
    "POWER_POSITIVE",
    "POWER_PRODUCT",
    "POWER_QUOTIENT",
    "POWER_RISES",
    "RATIO_ORDER",
    "SAME_SIGN",
    "SUM_MONOTONE",
    "THEOREM",
    "a",
    "b",
    "c",
    "d",
    "f",
    "g",
    "k",
    "n",
    "t",
    "x",
    "y",
]

x, y, n, t, k = sp.symbols("x y n t k")

POWER_POSITIVE = Induction("x > 0: x^n > 0", n, 0, (gt(x, 0),), gt(x**n, 0), mutants=(gt(x**n, 1),))
POWER_BELOW_ONE = Induction(
    "0 < x < 1: x^n < 1 for n >= 1", n, 1, (gt(x, 0), lt(x, 1)), lt(x**n, 1),
    using=(POWER_POSITIVE.at({}),), mutants=(lt(x**n, x),),
)  # fmt: skip
POWER_MONOTONE = Induction(
    "0 <= x < y: x^n < y^n for n >= 1", n, 1, (ge(x, 0), lt(x, y)), lt(x**n, y**n),
    using=(POWER_POSITIVE.at({x: y}),),
    mutants=(lt(y**n - x**n, y - x),),
)  # fmt: skip
POWER_RISES = Induction(
    "0 <= x <= y: 0 <= x^n <= y^n", n, 0, (ge(x, 0), le(x, y)), all_of(ge(x**n, 0), le(x**n, y**n)),
    mutants=(lt(x**n, y**n),),
)  # fmt: skip
POWER_BELOW_BASE = Induction(
    "0 < x < 1: x^n <= x for n >= 1", n, 1, (gt(x, 0), lt(x, 1)), le(x**n, x),
    using=(POWER_POSITIVE.at({}),), mutants=(lt(x**n, x),),
)  # fmt: skip
BERNOULLI = Induction(
    "x >= -1: (1+x)^n >= 1 + n x", n, 0, (ge(x, -1),), ge((1 + x) ** n, 1 + n * x),
    mutants=(gt((1 + x) ** n, 1 + n * x),),
)  # fmt: skip
GEOMETRIC_SLOPE = Induction(
    "0 < x < 1: 1 - x^n > n x^n (1-x) for n >= 1", n, 1,
    (gt(x, 0), lt(x, 1)), gt(1 - x**n, n * x**n * (1 - x)), using=(POWER_POSITIVE.at({}),),
    mutants=(gt(1 - x**n, n * x ** (n - 1) * (1 - x)),),
)  # fmt: skip
# With S_n(x) = 1 + x + ... + x^(n-1) = (1-x^n)/(1-x), multiplied out: S_n(x) < S_n(y).
SUM_MONOTONE = Induction(
    "0 <= x < y < 1: S_n(x) < S_n(y) for n >= 2", n, 2, (ge(x, 0), lt(x, y), lt(y, 1)),
    lt((1 - x**n) * (1 - y), (1 - y**n) * (1 - x)), using=(POWER_MONOTONE.at({}),),
    mutants=(lt((1 - y**n) * (1 - x), (1 - x**n) * (1 - y)),),
)  # fmt: skip
# With T_n(x) = 1 + 1/x + ... + 1/x^(n-1) = x (1-x^n)/(x^n (1-x)), multiplied out: T_n(x) > T_n(y).
INVERSE_SUM_MONOTONE = Induction(
    "0 < x < y < 1: T_n(x) > T_n(y) for n >= 2", n, 2, (gt(x, 0), lt(x, y), lt(y, 1)),
    gt(x * (1 - x**n) * y**n * (1 - y), y * (1 - y**n) * x**n * (1 - x)),
    using=(POWER_POSITIVE.at({}), POWER_BELOW_ONE.at({x: y})),
    mutants=(gt(y * (1 - y**n) * x**n * (1 - x), x * (1 - x**n) * y**n * (1 - y)),),
)  # fmt: skip
# SymPy writes x^k x^n as x^(k+n) by itself: one of the factors needs another name, t.
POWER_PRODUCT = Induction(
    "t = x^k: t x^n = x^(k+n)", n, 0, (ge(k, 0), eq(t, x**k)), eq(t * x**n, x ** (k + n)),
    mutants=(eq(t * x**n, x ** (k + n + 1)),),
)  # fmt: skip
POWER_QUOTIENT = Induction(
    "t y = x: t^n y^n = x^n", n, 0, (eq(t * y, x),), eq(t**n * y**n, x**n),
    mutants=(eq(t**n * y, x**n),),
)  # fmt: skip
# Bridges from an identity a f = b (f > 0) to the sign and the order of a.
f, g, a, b, c, d = sp.symbols("f g a b c d")
SAME_SIGN = Claim(
    "a f = b g with f, g > 0: a and b have the same sign",
    (gt(f, 0), gt(g, 0), eq(a * f, b * g)),
    all_of(iff(gt(a, 0), gt(b, 0)), iff(lt(a, 0), lt(b, 0))),
    mutants=(iff(gt(a, 1), gt(b, 1)),),
)
RATIO_ORDER = Claim(
    "a f = b, c g = d with f, g > 0 and b g < d f: a < c",
    (gt(f, 0), gt(g, 0), eq(a * f, b), eq(c * g, d), lt(b * g, d * f)),
    lt(a, c),
    mutants=(lt(b, d),),
)

THEOREM = Theorem(
    code="lemmas",
    title="powers and sums",
    statement="Monotonicity, positivity, products and slopes of x^n and 1 + x + ... + x^(n-1).",
    claims=(
        POWER_POSITIVE, POWER_BELOW_ONE, POWER_MONOTONE, POWER_RISES, POWER_BELOW_BASE, BERNOULLI,
        GEOMETRIC_SLOPE, SUM_MONOTONE, INVERSE_SUM_MONOTONE, POWER_PRODUCT, POWER_QUOTIENT,
        SAME_SIGN, RATIO_ORDER,
    ),
    trusted="induction over the integers",
    source="textbook",
)  # fmt: skip
