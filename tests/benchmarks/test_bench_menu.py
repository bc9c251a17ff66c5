"""Speed of menus for hidden costs and of the initiator's problem; run with ``make bench``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from derelayl_econ.design.initiator import InitiatorDesign
from derelayl_econ.design.screening import ScreeningMenu
from derelayl_econ.games.arrivals import ArrivalRelay
from derelayl_econ.games.concave_curves import LogCurve

RNG = np.random.default_rng(0)
COSTS, SHARES = np.sort(RNG.uniform(1, 3, 200)), RNG.dirichlet(np.full(200, 5.0))


@pytest.mark.parametrize("more", [{}, {"budget": 1.0}, {"work_bend": 1.0}], ids=str)
def test_menu_of_200_types_with_its_proof(benchmark: Any, more: dict[str, Any]) -> None:
    menu = ScreeningMenu(costs=COSTS, shares=SHARES, cap=10, value=LogCurve(height=10), **more)
    design = benchmark.pedantic(menu.solve, rounds=3)
    assert design.certificate is not None
    assert len(design.pooled) > 1  # ironing is part of the work


@pytest.mark.parametrize("more", [{"box": 1e-4}, {"ellipsoid": 0.005}], ids=str)
def test_robust_menu_of_200_types(benchmark: Any, more: dict[str, Any]) -> None:
    menu = ScreeningMenu(costs=COSTS, shares=SHARES, cap=10, value=LogCurve(height=10))
    assert benchmark.pedantic(menu.robust, kwargs=more, rounds=2).certificate is not None


@pytest.mark.parametrize("goal", ["profit", "welfare", "quality"])
def test_best_fee_and_price(benchmark: Any, goal: str) -> None:
    relay = ArrivalRelay(access=2, access_fee=0, value=1, drift=0.05, learning_rate=0.2,
                         quality_max=1, cost_distribution=stats.uniform(0, 1))  # fmt: skip
    design = benchmark.pedantic(InitiatorDesign(relay=relay, quality_value=1.0).solve, (goal,),
                                rounds=3)  # fmt: skip
    assert design.certificate is not None
