"""Everything measured of one ecology, each part when it is first asked for, then kept."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from derelayl_econ.ecology import Ecology
from derelayl_econ.seeds import child
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.validation.comparison import Comparison
from derelayl_econ.validation.ecology_laws import (
    FEWEST_SEEDS,
    EcologyRuns,
    ecology_rows,
    lawful,
    measure_ecology,
)
from derelayl_econ.validation.ecology_rules import RulesEvidence, measure_rules, rules_rows
from derelayl_econ.validation.real_ecology import (
    RealEcologyEvidence,
    measure_real_ecology,
    real_ecology_rows,
)

__all__ = ["EcologyEvidence"]

RUNS, RULES, FIT_REAL, TEST_REAL = range(4)


class EcologyEvidence:
    """Studies of an ecology under its own rules, under other rules, and with real models.

    Parameters
    ----------
    ecology : Ecology
    settings : RelaySettings
        Real training, for the communities with real models.
    root : numpy.random.SeedSequence
    rounds : int
        Length of the replication study.
    replications : int
        Communities behind a typical measurement; the replication study has at least 200.
    """

    def __init__(
        self, ecology: Ecology, settings: RelaySettings, root: np.random.SeedSequence, *,
        rounds: int, replications: int,
    ) -> None:  # fmt: skip
        self.ecology, self.settings, self.rounds = ecology, settings, rounds
        self.replications = replications
        self._root = root

    @cached_property
    def runs(self) -> EcologyRuns:
        """The replication study, and the long study of coins."""
        seeds = max(FEWEST_SEEDS, self.replications)
        return measure_ecology(self.ecology, child(self._root, RUNS), rounds=self.rounds,
                               seeds=seeds)  # fmt: skip

    @cached_property
    def rules(self) -> RulesEvidence:
        """Communities of that size under other rules."""
        return measure_rules(self.ecology.participants, child(self._root, RULES),
                             self.replications)  # fmt: skip

    @cached_property
    def real(self) -> RealEcologyEvidence:
        """Communities in which real models are trained."""
        fit, test = ([child(self._root, purpose, i) for i in range(self.replications // 2)]
                     for purpose in (FIT_REAL, TEST_REAL))  # fmt: skip
        return measure_real_ecology(self.ecology, self.settings, self.rounds, fit, test)

    @property
    def rows(self) -> list[Comparison]:
        """All predictions beside their measurements; none where the laws do not apply."""
        if not lawful(self.ecology, self.rounds):
            return []
        return ecology_rows(self.runs) + rules_rows(self.rules) + real_ecology_rows(self.real)
