"""Whether a relay is sustainable, by how much, and which knob changes that (theory notes, 8).

Seven conditions are judged from a scenario's numbers: somebody trains, honesty pays, the pay is
covered, splitting does not pay, the relay goes on, the lineage survives, quality is kept up under
drift. :func:`assess` judges one scenario, :func:`verdict_map` a whole grid of them.
"""

from derelayl_econ.sustainability.assess import assess
from derelayl_econ.sustainability.inequalities import Verdict
from derelayl_econ.sustainability.report import Condition, SustainabilityReport
from derelayl_econ.sustainability.verdict_map import VerdictMap, verdict_map

__all__ = ["Condition", "SustainabilityReport", "Verdict", "VerdictMap", "assess", "verdict_map"]
