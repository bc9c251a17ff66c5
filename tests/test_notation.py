from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.domains import Domain, check_array, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.notation import NOTATION, check, check_error_rates, symbol


def test_every_row_is_complete_and_its_default_is_allowed() -> None:
    for row in NOTATION.values():
        assert row.symbol
        assert row.latex
        assert row.meaning
        assert row.unit
        assert row.default is None or row.default in row.domain, row.code


@pytest.mark.parametrize("code", sorted(NOTATION))
@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf, "3", None, True, [1.0], 1j])
def test_no_parameter_accepts_what_is_not_a_finite_number(code: str, wrong: Any) -> None:
    with pytest.raises(InputError, match=code):
        check(**{code: wrong})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"participants": 1}, "participants must be an integer >= 2; got 1"),
        ({"participants": 2.5}, "participants must be an integer >= 2; got 2.5"),
        ({"discount": 1}, r"discount must lie in \(0, 1\); got 1"),
        ({"cost": -1}, "cost must be a finite number > 0; got -1"),
        ({"committee_size": 4}, "committee_size must be an odd integer >= 1; got 4"),
        ({"participants": 10**400}, "below 2"),
    ],
)
def test_refusals_name_argument_value_and_range(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        check(**values)


def test_numpy_numbers_are_numbers() -> None:
    checked = check(participants=np.int64(7), cost=np.float32(0.5), discount=np.array(0.9))
    assert checked == {"participants": 7, "cost": 0.5, "discount": 0.9}
    assert [type(v) for v in checked.values()] == [int, float, float]


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_open_and_closed_ends(value: float) -> None:
    closed, opened = Domain(0, 1), Domain(0, 1, open_low=True, open_high=True)
    assert (value in closed) == (0 <= value <= 1)
    assert (value in opened) == (0 < value < 1)


def test_integer_domains_hold_integers_only() -> None:
    assert 3.0 in Domain(2, integer=True)
    assert 2.5 not in Domain(2, integer=True)
    assert 4 not in Domain(1, integer=True, odd=True)


@pytest.mark.parametrize("wrong", [[], [[1], [1, 2]], ["a"], [math.nan], None, [True], [[1.0]], 3])
def test_arrays_are_checked(wrong: Any) -> None:
    with pytest.raises(InputError, match="gains"):
        check_array("gains", wrong)


def test_checked_arrays_are_copies() -> None:
    given_array = np.array([1.0, 2.0])
    checked = check_array("gains", given_array)
    checked[0] = 9
    assert given_array[0] == 1


def test_array_entries_obey_the_domain() -> None:
    with pytest.raises(
        InputError, match=r"every entry of costs must be a finite number > 0; got 0"
    ):
        check_array("costs", [1, 0.0, 2], Domain(0, open_low=True))
    with pytest.raises(InputError, match="integer"):
        check_array("counts", [1.5], Domain(0, integer=True))


def test_a_verdict_must_carry_information() -> None:
    assert check_error_rates(0.1, 0.2) == (0.1, 0.2)
    with pytest.raises(InputError, match=r"false_reject \+ false_accept must be below 1; got 1"):
        check_error_rates(0.5, 0.5)


def test_symbols_are_shared_and_misspelt_ones_refused() -> None:
    assert symbol("discount") is symbol("discount")
    with pytest.raises(InputError, match="Did you mean discount"):
        symbol("discont")


def test_check_number_returns_built_in_types() -> None:
    assert type(check_number("n", np.float64(3), Domain(0, integer=True))) is int
