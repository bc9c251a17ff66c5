r"""Error rates of the gate, measured with real submissions at real stages of a relay.

A *stage* is the number of accepted legs. Relays are grown to that stage by honest participants;
then submissions of each kind are made from the state reached and judged by fresh validators. The
shares that pass are the alpha_k (honest, rejected) and beta_k (fakes, accepted) of the inspection
games. Intervals assume independent submissions: take one submission per kind from each grown
relay (``repeats=1``) for error rates of the stage; more from one relay are rates *of that relay's
state*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from derelayl_econ.domains import COUNT, INDEX, OPEN_UNIT, check_number
from derelayl_econ.errors import InputError, SimulationError
from derelayl_econ.results import Result
from derelayl_econ.seeds import child, root_of
from derelayl_econ.simulation.policies import Always, Policy, Submission
from derelayl_econ.simulation.relay import Chain
from derelayl_econ.simulation.settings import settings_of

__all__ = ["AcceptanceRate", "acceptance_rate", "measure_acceptance"]

_PATIENCE = 200  # legs tried per accepted leg before a relay counts as frozen
_METHODS = {"wilson": "wilson", "clopper-pearson": "exact"}


@dataclass(frozen=True, kw_only=True, eq=False)
class AcceptanceRate(Result):
    """Share of submissions that passed, with a confidence interval.

    Attributes
    ----------
    rate, low, high : float
    accepted, submissions : int
    level : float
        Confidence level of [low, high].
    method : str
    """

    rate: float
    low: float
    high: float
    accepted: int
    submissions: int
    level: float
    method: str


def acceptance_rate(
    accepted: Any, *, level: float = 0.95, method: str = "wilson"
) -> AcceptanceRate:
    """Return the share of True values with a Wilson or Clopper-Pearson interval.

    Parameters
    ----------
    accepted : sequence of bool
        One verdict per *independent* submission.
    level : float in (0, 1)
    method : {"wilson", "clopper-pearson"}

    Examples
    --------
    >>> rate = acceptance_rate([True] * 7 + [False] * 3)
    >>> round(rate.low, 4), rate.rate, round(rate.high, 4)
    (0.3968, 0.7, 0.8922)
    """
    from scipy.stats import binomtest

    check_number("level", level, OPEN_UNIT)
    if method not in _METHODS:
        raise InputError("method", method, f"be one of {', '.join(_METHODS)}")
    verdicts = np.asarray(accepted)
    if verdicts.dtype != np.bool_ or verdicts.ndim != 1 or verdicts.size == 0:
        raise InputError("accepted", accepted, "be a sequence of at least one True or False")
    passed, total = int(verdicts.sum()), verdicts.size
    interval = binomtest(passed, total).proportion_ci(level, method=_METHODS[method])
    low, high = float(interval.low), float(interval.high)
    return AcceptanceRate(
        rate=passed / total, low=low, high=high, accepted=passed, submissions=total, level=level,
        method=method,
    )  # fmt: skip


def measure_acceptance(
    scenario: Any,
    submissions: Submission | Sequence[Submission],
    stage: int,
    rng: int | np.random.SeedSequence | np.random.Generator,
    *,
    states: int = 100,
    repeats: int = 1,
    policies: Policy | Sequence[Policy] | None = None,
) -> pd.DataFrame:
    """Judge submissions made at a stage of the relay and report each.

    Parameters
    ----------
    scenario : RelaySettings or Scenario
        Its gate judges, and rules the growth to the stage too; with ``gate=False`` relays grow
        ungated, and the gate that the other settings describe judges all the same.
    submissions : Submission or sequence of Submission
        All are made from the same states and judged on the same rows.
    stage : int
        Accepted legs before the submission.
    rng : int, SeedSequence or Generator
    states, repeats : int
        Relays grown, and submissions of each kind from each.
    policies : Policy or sequence of Policy, optional
        Who grows the relay; honest participants by default.

    Returns
    -------
    pandas.DataFrame
        Columns ``state, repeat, stage, kind, accepted``, ``estimate`` (improvement seen by the
        validators, nats), ``true_change`` (change of the mean loss on the whole test set; negative
        is better) and ``spread`` (standard deviation of that change from sample to sample).

    Raises
    ------
    SimulationError
        If a relay is frozen by its gate before it reaches the stage.

    Examples
    --------
    >>> from derelayl_econ.simulation.policies import HONEST
    >>> from derelayl_econ.simulation.settings import RelaySettings
    >>> settings = RelaySettings(gate=False, backend="numpy")
    >>> fakes = [HONEST, Submission(kind="noise", strength=1.0)]
    >>> table = measure_acceptance(settings, fakes, 20, 0, states=10)
    >>> table.groupby("kind")["accepted"].sum().to_dict()
    {'honest': 8, 'noise': 0}
    """
    stage = check_number("stage", stage, INDEX)
    states = check_number("states", states, COUNT)
    repeats = check_number("repeats", repeats, COUNT)
    kinds = [submissions] if isinstance(submissions, Submission) else list(submissions)
    if not kinds or not all(isinstance(kind, Submission) for kind in kinds):
        raise InputError("submissions", submissions, "be one Submission or several")
    settings = replace(settings_of(scenario), evaluate_every=0, value=0.0, selection="baton")
    root, rows = root_of(rng), []
    for state in range(states):
        chain = _grow(Chain(settings, policies or Always(), child(root, state)), stage)
        for repeat in range(repeats):
            rows += [(state, repeat, stage, *_judge(chain, kind, repeat)) for kind in kinds]
    columns = ["state", "repeat", "stage", "kind", "accepted", "estimate", "true_change", "spread"]
    return pd.DataFrame(rows, columns=columns)


def _grow(chain: Chain, stage: int) -> Chain:
    for _ in range(_PATIENCE * (stage + 1)):
        if chain.level == stage:
            return chain
        chain.step()
    raise SimulationError(
        f"the relay reached level {chain.level} of {stage} in {chain.leg} legs; "
        "a tolerance (margin < 0) or gate=False lets it grow"
    )


def _judge(chain: Chain, kind: Submission, repeat: int) -> tuple[Any, ...]:
    shop, index = chain.shop, chain.leg + repeat
    # From the index, not from the state of a stream: every kind is made by the same trainer.
    trainer = int(np.random.default_rng(index).integers(chain.settings.participants))
    candidate = shop.submit(kind, trainer, chain.accepted, index)
    losses = np.empty((2, chain.settings.committee))
    shop.judge(candidate, chain.incumbent, index, losses, known=False)
    change = shop.model.losses(candidate, *shop.test) - shop.model.losses(
        chain.incumbent, *shop.test
    )
    estimate = float(losses[0].mean() - losses[1].mean())
    return (kind.kind, shop.gate.verdict(losses), estimate, float(change.mean()),
            float(change.std(ddof=1)))  # fmt: skip
