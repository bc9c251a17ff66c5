"""The two judges, each in its own process that is killed when it overruns.

A solver that hangs, crashes or is not installed answers ``timeout``, ``crashed`` or ``missing``;
none of these is ``unsat``. Every query has a fresh context, so answers do not depend on the order
of queries, and a budget counted in the solver's own steps, so they do not depend on the machine.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

__all__ = ["ENGINES", "Engine", "Quorum", "answer", "ask_cvc5", "ask_z3", "missing"]

ENGINES = ("z3", "cvc5")
_BUDGET = 5_000_000  # solver steps; hard queries here need some ten thousand
_SECONDS = 20.0  # last resort for a solver that ignores its budget
_LOADING, _LOADED = 120.0, "loaded"  # seconds to load a solver, and what is said then


def missing() -> tuple[str, ...]:
    """Return the solvers that are not installed."""
    return tuple(name for name in ENGINES if importlib.util.find_spec(name) is None)


def ask_z3(script: str, budget: int = _BUDGET) -> str:
    """Return z3's answer to one script."""
    import z3

    solver = z3.SolverFor("QF_NRA", ctx=z3.Context())
    solver.set("rlimit", budget)
    solver.from_string(script)
    return str(solver.check())


def ask_cvc5(script: str) -> str:
    """Return cvc5's answer to one script."""
    import cvc5

    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("rlimit-per", str(_BUDGET))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, script, "claim")
    answer = ""
    while not (command := parser.nextCommand()).isNull():
        answer += command.invoke(solver, parser.getSymbolManager())
    return answer.strip()


def answer(name: str, script: str) -> str:
    """Return what the named solver says, or why it says nothing."""
    try:
        return {"z3": ask_z3, "cvc5": ask_cvc5}[name](script)
    except ImportError:
        return "missing"
    except Exception as error:  # an answer too, and not `unsat`
        return f"error: {error}"


def _serve(name: str, line: Connection) -> None:
    answer(
        name, "(set-logic ALL)(check-sat)"
    )  # loads the solver, which is no part of any script's time
    line.send(_LOADED)
    while True:
        line.send(answer(name, line.recv()))


class Engine:
    """One solver in a child process."""

    def __init__(self, name: str, seconds: float = _SECONDS) -> None:
        self.name, self.seconds = name, seconds
        self._loading = True
        self._start()

    def ask(self, script: str) -> str:
        """Return ``sat``, ``unsat``, ``unknown`` or the reason why there is no answer."""
        self.send(script)
        return self.answer()

    def send(self, script: str) -> None:
        """Hand over a script; :meth:`answer` waits for the answer."""
        self._line.send(script)

    def answer(self) -> str:
        """Return the answer to the last script."""
        try:
            if self._loading and self._line.poll(_LOADING):
                assert self._line.recv() == _LOADED
                self._loading = False
            if not self._loading and self._line.poll(self.seconds):
                return str(self._line.recv())
            answer = "timeout"
        except EOFError:
            answer = "crashed"
        self.close()
        self._start()
        return answer

    def close(self) -> None:
        """End the child process."""
        self._child.kill()
        self._child.join()
        self._line.close()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, other = context.Pipe()
        self._child = context.Process(target=_serve, args=(self.name, other), daemon=True)
        self._child.start()
        other.close()
        self._loading = True


class Quorum:
    """All solvers together; use it as a context manager."""

    def __init__(self, names: tuple[str, ...] = ENGINES) -> None:
        self._engines = [Engine(name) for name in names]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for engine in self._engines:
            engine.close()

    def ask(self, script: str) -> dict[str, str]:
        """Return the answer of each solver; they work at the same time."""
        for engine in self._engines:
            engine.send(script)
        return {engine.name: engine.answer() for engine in self._engines}
