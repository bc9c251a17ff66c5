"""Speed and completeness on small two-player games, side by side; run with ``make bench``.

The table gives, per set of games, the mean time of a game and the share of all extreme equilibria
that each library returns; the whole list is ours, certified complete. Gambit appears if installed.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from derelayl_econ.equilibrium.bimatrix import solve_bimatrix
from derelayl_econ.equilibrium.deadline import Deadline
from derelayl_econ.equilibrium.exact_game import ExactGame
from derelayl_econ.equilibrium.gambit_bridge import ask_gambit
from derelayl_econ.equilibrium.library_answer import LibraryAnswer
from derelayl_econ.equilibrium.nashpy_bridge import ask_nashpy
from derelayl_econ.equilibrium.quantecon_bridge import support_answer, vertex_answer
from derelayl_econ.results import format_table

Tables = tuple[Any, Any]
Library = Callable[[ExactGame], LibraryAnswer]

# Nashpy compares all pairs of vertices: ten seconds a game at 8 x 8.
NASHPY_LARGEST = 7


def _gambit(game: ExactGame) -> LibraryAnswer:
    profiles = [(np.array(x, dtype=float), np.array(y, dtype=float)) for x, y in ask_gambit(game)]
    return LibraryAnswer(profiles=tuple(profiles))


LIBRARIES: dict[str, Library] = {
    "Nashpy vertex": lambda game: ask_nashpy(game.row_payoffs, game.column_payoffs),
    "QuantEcon vertex": lambda game: vertex_answer(game, Deadline.after(60)),
    "QuantEcon support": lambda game: support_answer(game, Deadline.after(60)),
}
if importlib.util.find_spec("pygambit"):
    LIBRARIES["Gambit"] = _gambit


def _generic(size: int, games: int) -> list[Tables]:
    rng = np.random.default_rng(size)
    return [tuple(rng.normal(size=(2, size, size))) for _ in range(games)]


def _degenerate(size: int, games: int) -> list[Tables]:
    rng = np.random.default_rng(size)
    return [tuple(rng.integers(0, 3, (2, size, size))) for _ in range(games)]


def _row(title: str, size: int, tables: list[Tables], libraries: dict[str, Library]) -> list[str]:
    start = time.perf_counter()
    whole = [solve_bimatrix(A, B, method="exact") for A, B in tables]
    cells = [title, f"{1e3 * (time.perf_counter() - start) / len(tables):.1f} ms, all"]
    everything = sum(len(found) for found in whole)
    for name, ask in libraries.items():
        if name.startswith("Nashpy") and size > NASHPY_LARGEST:
            cells.append("-")
            continue
        start = time.perf_counter()
        answers = [ask(ExactGame.of(A, B)) for A, B in tables]
        spent = 1e3 * (time.perf_counter() - start) / len(tables)
        hits = sum(
            answer.lists(*equilibrium.strategy)
            for answer, found in zip(answers, whole, strict=True)
            for equilibrium in found
        )
        cells.append(f"{spent:.1f} ms, {hits}/{everything}")
    return cells


def test_table_of_libraries(benchmark, capsys):
    sizes, games = (range(3, 9), 5) if benchmark.enabled else ([3], 1)
    # QuantEcon compiles for ten seconds: not in an ordinary run of the tests.
    names = LIBRARIES if benchmark.enabled else ["Nashpy vertex"]
    libraries = {name: LIBRARIES[name] for name in names}
    for ask in libraries.values():
        ask(ExactGame.of(np.eye(2), np.eye(2)))

    def table() -> list[list[str]]:
        rows = [_row(f"generic {n} x {n}", n, _generic(n, games), libraries) for n in sizes]
        return rows + [
            _row(f"degenerate {n} x {n}", n, _degenerate(n, games), libraries) for n in sizes
        ]

    rows = benchmark.pedantic(table, rounds=1)
    with capsys.disabled():
        if benchmark.enabled:
            print("\n" + format_table(["games", "this package", *libraries], rows))
    assert all(len(row) == len(libraries) + 2 for row in rows)


@pytest.mark.parametrize("size", [4, 6, 8])
def test_generic_game(benchmark, size):
    ((A, B),) = _generic(size, 1)
    found = benchmark.pedantic(solve_bimatrix, (A, B), {"method": "exact"}, rounds=3)
    assert len(found) % 2 == 1


WORST = {
    "nobody cares": (np.zeros((8, 8)), np.zeros((8, 8))),
    "one never cares": (np.zeros((8, 8)), np.random.default_rng(0).normal(size=(8, 8))),
    "coordination": (np.eye(8), np.eye(8)),
    "identity and zeros": (np.eye(8), np.zeros((8, 8))),
    "zeros and ones": tuple(np.random.default_rng(1).integers(0, 2, (2, 8, 8))),
    "equal rows": tuple(np.repeat(np.random.default_rng(2).normal(size=(2, 4, 8)), 2, axis=1)),
}


@pytest.mark.parametrize("name", WORST)
def test_degenerate_game(benchmark, name):
    found = benchmark.pedantic(solve_bimatrix, WORST[name], {"method": "exact"}, rounds=3)
    assert found.certificate is not None
    assert sum(found.indices) == 1


def test_certificate_of_completeness(benchmark):
    ((A, B),) = _generic(8, 1)
    assert benchmark.pedantic(solve_bimatrix(A, B).certificate.check, rounds=3)


def test_generic_game_of_twelve(benchmark):
    size = 12 if benchmark.enabled else 6
    ((A, B),) = _generic(size, 1)
    found = benchmark.pedantic(solve_bimatrix, (A, B), {"seconds": 120.0}, rounds=1)
    assert found.coverage == "all"


def test_one_equilibrium_of_a_hundred_by_a_hundred(benchmark):
    A, B = np.random.default_rng(4).normal(size=(2, 100, 100))
    found = benchmark.pedantic(solve_bimatrix, (A, B), {"seconds": 5.0}, rounds=1, warmup_rounds=0)
    assert found.regret == 0
