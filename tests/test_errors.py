from __future__ import annotations

import pickle

from derelayl_econ.errors import InputError, SolverError, did_you_mean


def test_the_message_says_what_got_allowed_and_try() -> None:
    error = InputError("discount", 1.2, "lie in (0, 1)", hint="Did you mean 0.12?", where="a.toml")
    assert str(error) == "discount must lie in (0, 1); got 1.2 (a.toml). Did you mean 0.12?"


def test_the_message_is_one_line_whatever_was_given() -> None:
    message = str(InputError("gains", "two\nlines" + "x" * 500, "be numbers"))
    assert "\n" not in message
    assert len(message) < 120


def test_input_errors_survive_the_trip_from_a_worker_process() -> None:
    error = InputError("discount", 1.2, "lie in (0, 1)", hint="Try 0.9.", where="a.toml")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_input_errors_are_value_errors() -> None:
    assert isinstance(InputError("x", 1, "be 2"), ValueError)


def test_solver_errors_carry_what_was_found() -> None:
    assert SolverError("gave up", partial=[0.5]).partial == [0.5]


def test_did_you_mean_lists_the_known_names_when_nothing_is_near() -> None:
    assert did_you_mean("zzz", ["deposit", "discount"]) == "Known: deposit, discount."
