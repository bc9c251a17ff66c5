"""Every number of the ecology's theory beside its measurement (theory notes, section 5)."""

from __future__ import annotations

from matplotlib.figure import Figure

from derelayl_econ.figures.prediction import forest
from derelayl_econ.validation import Evidence

__all__ = ["ecology_study"]


def ecology_study(evidence: Evidence) -> Figure:
    """Draw the replication study, rules and real models included, as a forest plot.

    Parameters
    ----------
    evidence : Evidence
        Of a scenario with an ecology.
    """
    return forest(evidence.ecology_table)
