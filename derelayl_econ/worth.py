"""What quality is worth to one participant: formulas that scenarios and reports share."""

from __future__ import annotations

from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol

__all__ = ["LEG_BENEFIT", "PRIVATE_VALUE"]

PRIVATE_VALUE = Formula(
    "present value of a unit of quality",
    symbol("value") / (1 - symbol("discount") * (1 - symbol("drift"))),
    "theory notes, section 8",
)
"""w (money/score): enjoyed every leg from now on, eroded by drift."""

LEG_BENEFIT = Formula(
    "present value of the first leg",
    symbol("private_value") * symbol("learning_rate") * symbol("gap"),
    "theory notes, section 2.1",
)
"""b (money): the first leg's improvement, to one participant for ever."""
