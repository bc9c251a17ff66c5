"""Policies: what joins, what is handed in, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from derelayl_econ.errors import InputError
from derelayl_econ.simulation.policies import (
    HONEST,
    KINDS,
    Always,
    Cheat,
    Lazy,
    Never,
    PlayEquilibrium,
    Policy,
    Submission,
    View,
    assign,
)
from derelayl_econ.simulation.relay import Chain
from derelayl_econ.simulation.settings import RelaySettings


class _Relay:
    leg, level = 7, 2


def test_probabilities_may_depend_on_the_level():
    view = View(_Relay(), -1)
    assert PlayEquilibrium(0.3).join(view) == 0.3
    assert PlayEquilibrium(np.array([0.9, 0.5, 0.1, 0.0])).join(view) == 0.1
    assert PlayEquilibrium([0.9, 0.5]).join(view) == 0.5
    assert (Always().join(view), Never().join(view)) == (1.0, 0.0)
    assert Always().submit(view) is HONEST


def test_cheats_join_like_somebody_and_submit_something_else():
    view = View(_Relay(), -1)
    cheat = Cheat("stale", steps_back=3, like=PlayEquilibrium(0.25))
    assert cheat.join(view) == 0.25
    assert cheat.submit(view) == Submission(kind="stale", steps_back=3)
    assert Lazy(2).submit(view).steps == 2
    assert not Lazy(2).submit(view).faked


def test_a_view_shows_the_relay_and_cannot_change_it():
    chain = Chain(RelaySettings(participants=3, legs=5, price=2.0, pool=1.0, deposit=0.5,
                                initial_balance=4.0, backend="numpy"),
                  Always(), np.random.SeedSequence(0))  # fmt: skip
    chain.step()
    view = View(chain, 1)
    assert (view.leg, view.price, view.pool, view.deposit) == (1, 2.0, 1.0, 0.5)
    assert view.level == chain.level
    assert view.balance == chain.balance(1) >= 3.5
    assert np.isnan(View(chain, -1).balance)
    with pytest.raises(AttributeError):
        view.balance = 1e9
    with pytest.raises(AttributeError):
        view.leg = 0


def test_a_policy_of_ones_own_is_asked_with_identity_and_copied():
    class OnlyEven(Policy):
        def __init__(self):
            self.asked = []

        def join(self, view):
            self.asked.append(view.participant)
            return float(view.participant % 2 == 0)

    policy = OnlyEven()
    chain = Chain(RelaySettings(participants=4, legs=3, backend="numpy"), policy,
                  np.random.SeedSequence(0))  # fmt: skip
    result = chain.run()
    assert policy.asked == []
    assert chain.policies[0].asked == [0, 1, 2, 3] * 3
    assert set(result.records["trainer"]) <= {0, 2}
    assert set(result.records["volunteers"]) == {2}


def test_a_probability_outside_0_1_is_refused_by_name():
    class Wild(Policy):
        def join(self, view):
            return 1.5

    with pytest.raises(InputError, match=r"Wild.join\(\) must return a probability; got 1.5"):
        Chain(RelaySettings(backend="numpy"), Wild(), np.random.SeedSequence(0)).step()


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan"), [], [0.5, 2.0], "half", None])
def test_bad_probabilities_are_refused(p):
    with pytest.raises(InputError, match=r"p must|entry of p"):
        PlayEquilibrium(p)


@pytest.mark.parametrize("arguments", [
    {"kind": "nois"}, {"kind": "noise", "strength": -1}, {"kind": "stale", "steps_back": 0},
    {"kind": "stale", "steps_back": 1000}, {"kind": "lazy", "steps": 0},
    {"kind": "overfit", "epochs": 1.5},
])  # fmt: skip
def test_bad_submissions_are_refused(arguments):
    with pytest.raises(InputError):
        Submission(**arguments)


def test_an_honest_cheat_is_refused():
    with pytest.raises(InputError, match="Always"):
        Cheat("honest")
    assert {kind for kind in KINDS if Submission(kind=kind).faked} == {
        "noise", "stale", "label_flip"}  # fmt: skip


@pytest.mark.parametrize("policies", [None, "always", [Always()], [Always(), "never"], []])
def test_assignments_must_be_one_for_all_or_one_each(policies):
    with pytest.raises(InputError, match="policies"):
        assign(policies, 2)
    with pytest.raises(InputError, match="like"):
        Cheat("noise", like="always")
