from __future__ import annotations

import json
import math

import numpy as np
import pytest

from derelayl_econ.results import (
    Coverage,
    Equilibrium,
    EquilibriumSet,
    Status,
    format_number,
    frozen_array,
    json_safe,
)


def _set() -> EquilibriumSet:
    return EquilibriumSet(
        equilibria=(
            Equilibrium(strategy=0.25, payoff=1.0, regret=0.0, stable=True, label="mixed"),
            Equilibrium(strategy=1.0, payoff=(1.0, 2.0), regret=1e-12, stable=False),
        ),
        coverage=Coverage.ALL,
        method="by hand",
    )


def test_a_set_is_a_sequence() -> None:
    answer = _set()
    assert len(answer) == 2
    assert [e.strategy for e in answer] == [0.25, 1.0]
    assert answer[-1].strategy == 1.0
    assert answer.regret == 1e-12


def test_coverage_compares_equal_to_the_plain_word() -> None:
    assert _set().coverage == "all"


def test_results_are_frozen() -> None:
    with pytest.raises(AttributeError):
        _set().equilibria[0].strategy = 0.5  # type: ignore[misc]


def test_printing_is_an_aligned_table_that_says_what_is_guaranteed() -> None:
    lines = str(_set()).splitlines()
    assert lines[0] == "2 equilibria, coverage: all; by hand; solved"
    assert lines[1].split() == ["strategy", "payoff", "regret", "stable", "certificate", "label"]
    assert lines[2].index("1") == lines[1].index("payoff")


def test_html_escapes() -> None:
    equilibrium = Equilibrium(strategy=0.5, payoff=0.0, regret=0.0, label="<b>")
    assert "&lt;b&gt;" in equilibrium._repr_html_()


def test_dictionaries_are_json_safe() -> None:
    text = json.dumps(_set().to_dict(), allow_nan=False)
    assert json.loads(text)["status"] == Status.SOLVED.value
    assert json_safe({"a": np.array([1.0, math.inf]), "b": np.int64(3)}) == {
        "a": [1.0, "inf"],
        "b": 3,
    }


def test_frozen_arrays_share_nothing_and_refuse_writing() -> None:
    source = np.array([1.0, 2.0])
    frozen = frozen_array(source)
    source[0] = 5
    assert frozen[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        frozen[0] = 2


def test_numbers_are_formatted_for_people() -> None:
    assert format_number(True) == "yes"
    assert format_number(None) == "-"
    assert format_number(1 / 3) == "0.333333"
    assert format_number(np.arange(9.0)) == "[0, 1, 2, 3, 4, 5, ...]"
