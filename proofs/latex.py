r"""Statements as people read them: propositions in LaTeX, broken into lines.

Names of symbols come from the package's notation table; two symbols of one theorem never look the
same. Nothing is simplified: what is shown is what the solvers were asked, before its translation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sympy as sp

from derelayl_econ.notation import NOTATION
from proofs.logic import Conjunction, Disjunction, Negation, Proposition, Relation

__all__ = ["WIDTH", "hypotheses_in_lines", "in_lines", "names_of", "width_of"]

WIDTH = 96  # of a line, in visible characters
_SIGNS = {"<": "<", "<=": r"\le", "=": "=", "!=": r"\ne", ">=": r"\ge", ">": ">"}
_OPPOSITE = {"<": ">=", "<=": ">", "=": "!=", "!=": "=", ">=": "<", ">": "<="}
_GREEK = (
    "alpha beta gamma delta eps eta theta kappa lambda mu nu rho sigma tau phi Phi omega".split()
)
Names = Mapping[sp.Symbol, str]


def names_of(symbols: Iterable[sp.Symbol]) -> dict[sp.Symbol, str]:
    """Return how each symbol is written; where two would look the same, one says what it is."""
    names: dict[sp.Symbol, str] = {}
    for one in sorted(symbols, key=lambda s: (s.name not in NOTATION, s.name)):
        wanted = _name(one.name)
        if wanted in names.values():
            short = len(one.name) == 1
            wanted = rf"\tilde{{{wanted}}}" if short else _indexed(wanted, f"({one.name})")
        names[one] = wanted
    return names


def _name(code: str) -> str:
    """Return a symbol's LaTeX: the notation's, or one made from the words of its name."""
    if code in NOTATION:
        return NOTATION[code].latex
    root = re.fullmatch(r"root(?: of |_of_)(.+)", code)
    if root or "(" in code:
        inside = _composed(root[1] if root else code)
        return rf"\sqrt{{{inside}}}" if root else inside
    other = re.fullmatch(r"(\w+)_(?:more|next)|([A-Za-z]\w*[A-Za-z])_?2", code)
    if other:
        return f"{_name(other[1] or other[2])}'"
    head, _, rest = code.partition("_")
    if head == "log" and rest:
        return rf"\log {_name(rest)}"
    if rest and (len(head) == 1 or head in _GREEK or (head in NOTATION and head != "others")):
        return f"{{{_name(head)}^*}}" if rest == "star" else _indexed(_name(head), rest)
    if re.fullmatch(r"[A-Za-z]\d*", code) or code in _GREEK:
        return str(sp.latex(sp.Symbol("varepsilon" if code == "eps" else code)))
    return rf"\text{{{_plain(code)}}}"


def _indexed(head: str, rest: str) -> str:
    index = rest if re.fullmatch(r"\w\d?", rest) else rf"\text{{{_plain(rest)}}}"
    return rf"{{{head}}}_{{{index}}}"


def _composed(code: str) -> str:
    """Return a term that stands for one number, such as ``log(gap)``, in symbols if possible."""
    known = {name: sp.Symbol(name) for name in NOTATION}
    text = re.sub(r"(\d)([a-z])", r"\1*\2", code.replace("^", "**"))
    try:
        term = sp.parse_expr(text, local_dict=known)
    except (SyntaxError, TypeError):
        return rf"\text{{{_plain(code)}}}"
    written = {s: NOTATION[s.name].latex for s in term.free_symbols if s.name in NOTATION}
    return str(sp.latex(term, symbol_names=written, order="rev-lex"))


def _plain(code: str) -> str:
    return re.sub(r"[_\\{}$#&%^]", " ", code)


def width_of(latex: str) -> int:
    """Return about how many characters are seen; fractions are counted by their longer half."""
    shown = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", lambda m: max(m.groups(), key=len), latex)
    shown = re.sub(r"\\text\{([^}]*)\}", r"\1", shown)
    shown = re.sub(r"\\(left|right|bigl|bigr|,)", "", shown)
    shown = re.sub(r"\\(;|[A-Za-z]+)", "x", shown)
    return len(re.sub(r"[{}^_ ]", "", re.sub(r"([<>=+-])", r"\1\1", shown)))


def hypotheses_in_lines(given: Iterable[Proposition], names: Names) -> list[str]:
    """Return the hypotheses, short ones side by side."""
    parts = [part for whole in given for part in _conjuncts(whole)]
    return _packed(_between(parts, names), names)


def _conjuncts(whole: Proposition) -> Iterator[Proposition]:
    if isinstance(whole, Conjunction) and not _arrow(whole):
        for part in whole.parts:
            yield from _conjuncts(part)
    else:
        yield whole


def _packed(
    parts: Iterable[str | Proposition], names: Names, sign: str = "", depth: int = 0
) -> list[str]:
    """Return parts one after another, short ones side by side, with a sign or else a comma."""
    lines: list[str] = []
    room = False
    for part in parts:
        flat = part if isinstance(part, str) else _enclosed(part, names)
        short = width_of(flat) <= WIDTH - 2 * depth
        if room and short and width_of(lines[-1] + flat) <= WIDTH - 2 * depth:
            lines[-1] += (rf" \;{sign}\; " if sign else r",\quad ") + flat
        else:
            new = [flat] if isinstance(part, str) or short else _grouped(part, names, depth)
            if lines and not sign:
                lines[-1] += ","
            lines += _after(sign, new) if lines and sign else new
        room = short
    return lines


def _between(given: list[Proposition], names: Names) -> Iterator[str | Proposition]:
    """Yield hypotheses; a bound from below and one from above become one chain."""
    rest = list(given)
    while rest:
        one = rest.pop(0)
        bounds = [other for other in rest if _bounds(one, other)]
        if bounds:
            rest.remove(bounds[0])
            assert isinstance(one, Relation)
            assert isinstance(bounds[0], Relation)
            low, high = sorted((one, bounds[0]), key=lambda r: r.operator in ("<", "<="))
            below = _SIGNS[low.operator.replace(">", "<")]
            middle, start = _term(one.left, names), _term(low.right, names)
            end = f"{_SIGNS[high.operator]} {_term(high.right, names)}"
            yield f"{start} {below} {middle} {end}"
        else:
            yield one


def _bounds(one: Proposition, other: Proposition) -> bool:
    if not (isinstance(one, Relation) and isinstance(other, Relation)):
        return False
    sides = {one.operator[0], other.operator[0]}
    return bool(one.left.is_Symbol and one.left == other.left and sides == {"<", ">"})


def in_lines(proposition: Proposition, names: Names, depth: int = 0) -> list[str]:
    """Return the proposition, broken where it is too long for one line."""
    flat = _flat(proposition, names)
    if width_of(flat) <= WIDTH - 2 * depth:
        return [flat]
    if isinstance(proposition, Relation):
        return _relation_in_lines(proposition, names)
    pair = _arrow(proposition)
    if pair:
        arrow, left, right = pair
        return [
            *_grouped(left, names, depth),
            *_after(arrow, _grouped(right, names, depth)),
        ]
    if isinstance(proposition, Negation):
        return _after(r"\neg", _grouped(proposition.part, names, depth))
    sign = r"\wedge" if isinstance(proposition, Conjunction) else r"\vee"
    return _packed(proposition.parts, names, sign, depth)


def _grouped(part: Proposition, names: Names, depth: int) -> list[str]:
    if isinstance(part, Relation):
        return in_lines(part, names, depth)
    lines = in_lines(part, names, depth + 1)
    lines = [r"\bigl(" + lines[0], *(r"\quad " + line for line in lines[1:])]
    return [*lines[:-1], lines[-1] + r"\bigr)"]


def _after(sign: str, lines: list[str]) -> list[str]:
    return [rf"{sign}\; {lines[0]}", *(r"\quad " + line for line in lines[1:])]


def _relation_in_lines(relation: Relation, names: Names) -> list[str]:
    left, right = (_terms_in_lines(side, names) for side in (relation.left, relation.right))
    return [*left, *(_after(r"\quad " + _SIGNS[relation.operator], right))]


def _terms_in_lines(term: Any, names: Names) -> list[str]:
    lines = [""]
    for part in sp.Add.make_args(term):
        shown, *more = _product_in_lines(part, names)
        sign = "" if lines == [""] or shown.startswith("-") else "+ "
        if lines[-1] and width_of(lines[-1] + shown) > WIDTH:
            lines.append(r"\quad " + sign + shown)
        else:
            lines[-1] += f" {sign}{shown}"
        lines += more
    return [line.strip() for line in lines]


def _product_in_lines(term: Any, names: Names) -> list[str]:
    """Return a product, its longest sum in lines of its own if it is too long for one."""
    shown = _term(term, names)
    sums = [factor for factor in sp.Mul.make_args(term) if factor.is_Add]
    if width_of(shown) <= WIDTH or not sums or term.is_Add:
        return [shown]
    longest = max(sums, key=lambda factor: width_of(_term(factor, names)))
    others = sp.Mul(*(factor for factor in sp.Mul.make_args(term) if factor is not longest))
    inner = [rf"\quad {line}" for line in _terms_in_lines(longest, names)]
    return [rf"{_term(others, names)} \; \bigl(", *inner[:-1], rf"{inner[-1]} \bigr)"]


def _arrow(proposition: Proposition) -> tuple[str, Proposition, Proposition] | None:
    """Return an implication or equivalence as (arrow, left, right)."""
    if isinstance(proposition, Disjunction) and len(proposition.parts) == 2:
        first, second = proposition.parts
        if isinstance(first, Negation):
            return r"\Longrightarrow", first.part, second
    if isinstance(proposition, Conjunction) and len(proposition.parts) == 2:
        there, back = (_arrow(part) for part in proposition.parts)
        if there and back and there == (r"\Longrightarrow", back[2], back[1]):
            return r"\Longleftrightarrow", there[1], there[2]
    return None


def _flat(proposition: Proposition, names: Names) -> str:
    if isinstance(proposition, Relation):
        sign = _SIGNS[proposition.operator]
        return f"{_term(proposition.left, names)} {sign} {_term(proposition.right, names)}"
    pair = _arrow(proposition)
    if pair:
        arrow, left, right = pair
        return rf"{_enclosed(left, names)} \;{arrow}\; {_enclosed(right, names)}"
    if isinstance(proposition, Negation):
        part = proposition.part
        if isinstance(part, Relation):
            return _flat(Relation(_OPPOSITE[part.operator], part.left, part.right), names)
        return rf"\neg {_enclosed(part, names)}"
    between = r" \;\wedge\; " if isinstance(proposition, Conjunction) else r" \;\vee\; "
    return between.join(_enclosed(part, names) for part in proposition.parts)


def _enclosed(part: Proposition, names: Names) -> str:
    inner = part
    while isinstance(inner, Conjunction | Disjunction) and len(inner.parts) == 1:
        inner = inner.parts[0]
    flat = _flat(inner, names)
    plain = isinstance(inner, Relation) or (
        isinstance(inner, Negation) and isinstance(inner.part, Relation)
    )
    return flat if plain else rf"\bigl({flat}\bigr)"


def _term(term: Any, names: Names) -> str:
    return str(sp.latex(term, symbol_names=dict(names), mul_symbol=r"\,", order="rev-lex"))
