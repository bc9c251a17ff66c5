"""The methods by name: what each returns, guarantees and admits; budgets; Gambit or none."""

from __future__ import annotations

import sys
import types
import warnings
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from derelayl_econ.equilibrium import bimatrix_methods, quantecon_bridge
from derelayl_econ.equilibrium.bimatrix import bimatrix_regret, solve_bimatrix
from derelayl_econ.equilibrium.bimatrix_methods import METHODS
from derelayl_econ.equilibrium.completeness import CompletenessCertificate
from derelayl_econ.equilibrium.deadline import FOREVER, Deadline
from derelayl_econ.equilibrium.exact_game import ExactGame
from derelayl_econ.equilibrium.library_answer import LibraryAnswer, listen
from derelayl_econ.equilibrium.vertices import find_extreme_equilibria
from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.results import Coverage, Status

F = Fraction
FRESH = np.random.SeedSequence().entropy


def _profiles(found: Any) -> set[Any]:
    return {(e.certificate.row_strategy, e.certificate.column_strategy) for e in found}


def _attack(A: Any, B: Any, found: Any, rng: np.random.Generator) -> None:
    """No random deviation, mixed or pure, gains more than the regret says."""
    A, B = np.asarray(A, dtype=float), np.asarray(B, dtype=float)
    scale = max(np.ptp(A), np.ptp(B), 1e-300)
    for equilibrium in found:
        x, y = equilibrium.strategy
        own, other = x @ A @ y, x @ B @ y
        assert equilibrium.payoff == pytest.approx((own, other), abs=1e-9 * scale)
        deviations = np.vstack([np.eye(A.shape[0]), rng.dirichlet(np.ones(A.shape[0]), 20)])
        assert (deviations @ A @ y - own).max() <= equilibrium.regret + 1e-9 * scale
        deviations = np.vstack([np.eye(A.shape[1]), rng.dirichlet(np.ones(A.shape[1]), 20)])
        assert (x @ B @ deviations.T - other).max() <= equilibrium.regret + 1e-9 * scale


# --- generic games: all methods agree ------------------------------------------------------------


@pytest.mark.parametrize("seed", [31, 71188896530948353825015367074280670934, FRESH])
def test_enumerations_agree_on_generic_games(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for shape in ((2, 2), (3, 5), (6, 6), (8, 8)):
        A, B = rng.integers(-(10**6), 10**6, (2, *shape))
        exact = solve_bimatrix(A, B, method="exact")
        assert exact.coverage is Coverage.ALL
        assert exact.status is Status.CERTIFIED
        assert isinstance(exact.certificate, CompletenessCertificate)
        _attack(A, B, exact, rng)
        for method in ("vertex", "support"):
            found = solve_bimatrix(A, B, method=method)
            assert _profiles(found) == _profiles(exact), (seed, method, A, B)
            assert found.coverage is Coverage.SOME  # nothing guarantees it
            assert found.certificate is None
            assert found.indices is None
            assert found.finite is None
            assert found.regret == 0
        for method in ("lemke_howson", "mclennan_tourky"):
            found = solve_bimatrix(A, B, method=method)
            if found.regret > 0:  # imitation games seldom, but now and then, end nowhere
                _assert_says_how_near(found, method)
                continue
            assert _profiles(found) <= _profiles(exact), (seed, method, A, B)
            assert found.coverage in (Coverage.ONE, Coverage.SOME)
            assert (found.coverage is Coverage.ONE) == (len(found) == 1)


def _assert_says_how_near(found: Any, method: str) -> None:
    """Only imitation games may stop on the way, and then nothing is passed off as solved."""
    assert method == "mclennan_tourky"
    assert found.status is Status.BUDGET
    assert found.coverage is Coverage.SOME
    assert [equilibrium.certificate for equilibrium in found] == [None]
    assert any("not within" in message for message in found.messages)


@pytest.mark.parametrize("seed", [32, 262824849776281735943852438348825913426, FRESH])
def test_no_method_names_a_profile_that_is_no_equilibrium_of_a_degenerate_game(seed: int) -> None:
    rng = np.random.default_rng(seed)
    fewer = 0
    for _ in range(30):
        A, B = rng.integers(0, 3, (2, *rng.integers(2, 5, size=2)))
        exact = solve_bimatrix(A, B, method="exact")
        for method in ("support", "vertex", "nashpy", "lemke_howson", "mclennan_tourky"):
            try:
                found = solve_bimatrix(A, B, method=method)
            except SolverError:  # nothing returned at all, which is said, too
                continue
            assert found.regret == 0
            assert all(e.certificate.check() for e in found)
            if found.degenerate:
                assert exact.degenerate
            if method in ("vertex", "nashpy", "lemke_howson"):  # these return extreme ones
                assert _profiles(found) <= _profiles(exact), (seed, method, A, B)
            fewer += len(found) < len(exact)
    assert fewer > 20  # which is why the coverage is "some"


def test_warnings_become_messages() -> None:
    A, B = [[3, 3], [2, 5], [0, 6]], [[3, 3], [2, 6], [3, 1]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for method in METHODS:
            if method != "gambit":
                found = solve_bimatrix(A, B, method=method)
                assert len(found) >= 1
        found = solve_bimatrix(A, B, method="vertex")
    assert found.degenerate
    assert any("degenerate" in message for message in found.messages)
    assert "may miss equilibria" in found.caption()


def test_a_library_that_returns_nothing_is_a_failure_that_carries_its_words() -> None:
    with pytest.raises(SolverError, match="NoneType") as caught:
        solve_bimatrix(np.zeros((2, 2)), np.zeros((2, 2)), method="nashpy")
    assert caught.value.partial.messages


# --- larger games --------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [15, 40, 100])
def test_larger_games_have_an_exact_equilibrium_each(size: int) -> None:
    rng = np.random.default_rng([size, FRESH])
    A, B = rng.normal(size=(2, size, size))
    found = solve_bimatrix(A, B, seconds=3)
    assert "Lemke-Howson" in found.method
    assert found.coverage in (Coverage.ONE, Coverage.SOME)
    assert found.status is Status.SOLVED
    assert found.regret == 0
    _attack(A, B, found, rng)
    for equilibrium in list(found)[:3]:
        assert equilibrium.certificate.check()
        assert bimatrix_regret(A, B, *equilibrium.strategy) < 1e-9


@pytest.mark.parametrize("factor", [1e-12, 1e12])
def test_units_of_money_do_not_matter_to_the_floats(factor: float) -> None:
    rng = np.random.default_rng(5)
    A, B = rng.normal(size=(2, 20, 20))
    plain = solve_bimatrix(A, B)
    scaled = solve_bimatrix(A * 2.0**40, B * 2.0**-40)
    assert _profiles(plain) == _profiles(scaled)
    assert solve_bimatrix(A * factor, B / factor).regret == 0


def test_large_degenerate_and_zero_sum_games() -> None:
    rng = np.random.default_rng(17)
    A, B = rng.integers(0, 3, (2, 40, 30))
    assert solve_bimatrix(A, B).regret == 0
    assert solve_bimatrix(np.zeros((30, 20)), np.zeros((30, 20))).degenerate
    found = solve_bimatrix(A, -A)
    assert found.regret == 0
    assert found[0].payoff[0] == pytest.approx(-found[0].payoff[1])
    wide = rng.normal(size=(3, 200))
    assert solve_bimatrix(wide, -wide).regret == 0


def test_a_path_that_does_not_end_is_left_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    A, B = np.random.default_rng(1).normal(size=(2, 20, 20))
    nothing = LibraryAnswer(profiles=(), finished=False)
    monkeypatch.setattr(bimatrix_methods, "lemke_howson_answer", lambda *_: nothing)
    found = solve_bimatrix(A, B, method="lemke_howson")
    assert "imitation" in found.method
    assert found.regret == 0
    # If that one does not get there either, its profile is handed over for what it is.
    far = LibraryAnswer(
        profiles=((np.eye(20)[0], np.eye(20)[1]),), messages=("far",), finished=False
    )
    monkeypatch.setattr(bimatrix_methods, "mclennan_tourky_answer", lambda *_: far)
    found = solve_bimatrix(A, B, method="lemke_howson")
    assert found.status is Status.BUDGET
    assert found.coverage is Coverage.SOME
    assert found[0].certificate is None
    assert found[0].regret == pytest.approx(
        max(A[:, 1].max() - A[0, 1], B[0].max() - B[0, 1]), rel=1e-12
    )
    assert found.messages[0] == "far"
    assert "not exactly" in found.messages[1]


# --- budgets -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["auto", "exact"])
def test_exact_search_stops_at_the_budget_with_what_it_has(method: str) -> None:
    A, B = np.random.default_rng(3).normal(size=(2, 11, 11))
    found = solve_bimatrix(A, B, method=method, seconds=0.05)
    assert found.status is Status.BUDGET
    assert found.coverage is Coverage.SOME
    assert found.certificate is None
    assert found.indices is None
    assert len(found) >= 1
    assert found.regret == 0
    assert "stopped at the time" in found.caption()


def test_a_cut_off_search_without_any_equilibrium_names_the_nearest_profile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    A, B = np.random.default_rng(8).normal(size=(2, 8, 8))
    off = LibraryAnswer(profiles=((np.eye(8)[0], np.eye(8)[1]),))
    monkeypatch.setattr(bimatrix_methods, "lemke_howson_answer", lambda *_: off)
    found = solve_bimatrix(A, B, seconds=1e-6)
    assert len(found) == 1
    assert found.regret == pytest.approx(max(A[:, 1].max() - A[0, 1], B[0].max() - B[0, 1])) != 0
    assert found.certificate is found[0].certificate is None
    assert (found.status, found.coverage) == (Status.BUDGET, Coverage.SOME)
    assert "not exactly" in found.messages[0]
    # If no path ended either, imitation games are tried.
    nothing = LibraryAnswer(profiles=(), finished=False)
    monkeypatch.setattr(bimatrix_methods, "lemke_howson_answer", lambda *_: nothing)
    assert len(solve_bimatrix(A, B, seconds=1e-6)) == 1


def test_a_profile_that_is_no_equilibrium_does_not_join_those_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    game = ExactGame.of(np.eye(3), np.eye(3))
    whole = find_extreme_equilibria(game, FOREVER)
    cut = replace(whole, profiles=whole.profiles[:2], complete=False, degenerate=None)
    off = LibraryAnswer(profiles=((np.eye(3)[0], np.eye(3)[1]),))
    monkeypatch.setattr(bimatrix_methods, "find_extreme_equilibria", lambda *_: cut)
    monkeypatch.setattr(bimatrix_methods, "lemke_howson_answer", lambda *_: off)
    found = solve_bimatrix(np.eye(3), np.eye(3))
    assert _profiles(found) == set(whole.profiles[:2])
    assert found.regret == 0


@pytest.mark.parametrize(
    ("deadline", "converged_at", "runs"),
    [
        (FOREVER, 10**9, [25, 50, 100, 200]),
        (FOREVER, 100, [25, 50, 100]),
        (Deadline(0.0), 10**9, [25]),
        (Deadline(0.0), 0, [25]),
    ],
)
def test_imitation_games_are_repeated_as_long_as_time_allows(
    deadline: Deadline, converged_at: int, runs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    class Slow:
        def __getattr__(self, _: str) -> Any:
            return lambda *args: args

        def mclennan_tourky(self, *_: Any, max_iter: int, **__: Any) -> Any:
            asked.append(max_iter)
            report = types.SimpleNamespace(converged=max_iter >= converged_at, max_iter=max_iter)
            return (np.eye(3)[0], np.full(3, 1 / max_iter)), report

    monkeypatch.setattr(quantecon_bridge, "_game_theory", Slow)
    game = ExactGame.of(np.eye(3), np.eye(3))
    answer = quantecon_bridge.mclennan_tourky_answer(game, deadline)
    assert asked == runs
    ((_, y),) = answer.profiles
    assert y[0] == 1 / runs[-1]
    assert answer.finished is (runs[-1] >= converged_at)
    assert (answer.messages == ()) is answer.finished
    assert answer.finished or f"after {runs[-1]} steps" in answer.messages[0]


@pytest.mark.parametrize("method", ["support", "vertex", "lemke_howson", "nashpy"])
def test_libraries_stop_at_the_budget(method: str) -> None:
    A, B = np.eye(5), np.eye(5)
    found = solve_bimatrix(A, B, method=method, seconds=1e-6)
    assert 1 <= len(found) < 31
    assert found.coverage in (Coverage.ONE, Coverage.SOME)
    if method != "lemke_howson":  # which has kept its promise with one
        assert found.status is Status.BUDGET


@pytest.mark.parametrize(
    ("seconds", "runs"), [([50, 0, 0, 0], [25, 50, 100, 200]), ([0, 50, 0, 0], [25, 50])]
)
def test_slow_imitation_games_end_it_but_not_a_slow_start(
    seconds: list[int], runs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first run compiles: its time is no measure for the next ones."""
    asked: list[int] = []

    class Slow:
        def __getattr__(self, _: str) -> Any:
            return lambda *args: args

        def mclennan_tourky(self, *_: Any, max_iter: int, **__: Any) -> Any:
            asked.append(max_iter)
            return (np.eye(3)[0],) * 2, types.SimpleNamespace(converged=False, max_iter=max_iter)

    def clock() -> float:
        return sum(seconds[: len(asked)])

    monkeypatch.setattr(quantecon_bridge, "_game_theory", Slow)
    monkeypatch.setattr(quantecon_bridge, "time", types.SimpleNamespace(monotonic=clock))
    game = ExactGame.of(np.eye(3), np.eye(3))
    quantecon_bridge.mclennan_tourky_answer(game, Deadline.after(100))
    assert asked == runs


def test_pivots_are_rationed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are cut off early at first, and later and later until the time is up."""
    asked: list[int] = []

    class Endless:
        def __getattr__(self, _: str) -> Any:
            return lambda *args: args

        def lemke_howson(self, *_: Any, max_iter: int, **__: Any) -> Any:
            asked.append(max_iter)
            return (np.ones(3) / 3, np.ones(3) / 3), types.SimpleNamespace(converged=False)

    monkeypatch.setattr(quantecon_bridge, "_game_theory", Endless)
    game = ExactGame.of(np.eye(3), np.eye(3))
    answer = quantecon_bridge.lemke_howson_answer(game, Deadline.after(0.02))
    assert not answer.profiles
    assert not answer.finished
    assert asked[:12] == [30] * 6 + [300] * 6
    assert max(asked) <= 0.02 * 5e8 / 18


def test_listening_stops_at_the_deadline_and_keeps_the_words() -> None:
    def endless() -> Any:
        while True:
            warnings.warn("odd", RuntimeWarning, stacklevel=1)
            yield [1.0], [1.0]

    answer = listen(endless, Deadline.after(0.01))
    assert not answer.finished
    assert answer.messages == ("RuntimeWarning: odd",)
    with pytest.raises(ZeroDivisionError):  # what is not foreseen is not swallowed
        listen(lambda: [1 / 0], Deadline.after(1))


# --- sizes that a library could not be stopped on ------------------------------------------------


@pytest.mark.parametrize(
    ("method", "shape"),
    [("exact", (13, 13)), ("vertex", (13, 13)), ("vertex", (1, 4)), ("vertex", (2, 63)),
     ("support", (13, 13)), ("nashpy", (8, 8))],
)  # fmt: skip
def test_too_large_or_too_small_for_the_method(method: str, shape: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="row_payoffs must") as caught:
        solve_bimatrix(np.zeros(shape), np.zeros(shape), method=method)
    assert caught.value.hint


@pytest.mark.parametrize("method", ["lemke-howson", "", None, 3, "EXACT", ["exact"]])
def test_unknown_methods_are_refused(method: Any) -> None:
    with pytest.raises(InputError, match="method must name a method"):
        solve_bimatrix([[1]], [[1]], method=method)


# --- Gambit --------------------------------------------------------------------------------------


class _Gambit(types.ModuleType):
    """A stand-in with the calls that both versions share; the list is ours, or tampered with."""

    def __init__(self, new: bool, tamper: Any = lambda found: found) -> None:
        super().__init__("pygambit")
        outer = self

        class Game:
            players = ("1", "2")

            @staticmethod
            def from_arrays(A: Any, B: Any) -> Any:
                assert A.dtype == B.dtype == object
                assert 0 <= A.min() <= A.max() <= 1  # larger integers break the real one
                outer.tables = A, B
                return Game()

        def solve(game: Any, *, rational: bool) -> Any:
            assert rational
            found = tamper(list(_profiles(solve_bimatrix(*(t.tolist() for t in outer.tables)))))
            profiles = [{"1": [("a", p) for p in x], "2": [("b", q) for q in y]} for x, y in found]
            return types.SimpleNamespace(equilibria=profiles)

        if new:
            self.Game, self.StrategicGame = object, Game
        else:
            self.Game = Game
        self.nash = types.SimpleNamespace(enummixed_solve=solve)


@pytest.mark.parametrize("new", [False, True])
def test_gambit_of_either_version(new: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygambit", _Gambit(new))
    for A, B in (([[2, 0], [0, 1]], [[1, 0], [0, 2]]), ([[3.5, 3.5, 1]], [[7, 7, 7]])):
        found = solve_bimatrix(A, B, method="gambit")
        assert _profiles(found) == _profiles(solve_bimatrix(A, B))
        assert found.coverage is Coverage.ALL
        assert found.status is Status.SOLVED  # its word for it: no certificate of completeness
        assert found.certificate is None
        assert found.regret == 0
    with pytest.raises(InputError, match="8 x 8"):
        solve_bimatrix(np.zeros((9, 9)), np.zeros((9, 9)), method="gambit")


@pytest.mark.parametrize("tamper", [lambda _: [], lambda found: [(found[0][0][::-1], found[0][1])]])
def test_gambits_list_is_not_believed_blindly(tamper: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygambit", _Gambit(True, tamper))
    with pytest.raises(SolverError, match="Gambit's list"):
        solve_bimatrix([[2, 1], [0, 1]], [[1, 0], [0, 0]], method="gambit")


def test_without_gambit_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygambit", None)
    with pytest.raises(InputError, match="Install the extra named gambit"):
        solve_bimatrix([[1]], [[1]], method="gambit")


def test_gambit_itself_where_it_is_installed() -> None:
    pytest.importorskip("pygambit")
    rng = np.random.default_rng(FRESH)
    for high in (2, 3, 10**7):
        A, B = rng.integers(0, high, (2, 4, 4))
        assert _profiles(solve_bimatrix(A, B, method="gambit")) == _profiles(solve_bimatrix(A, B))
