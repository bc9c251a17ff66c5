"""Which claims of the paper survive under which rules (theory notes, section 5).

One row per set of rules, one column per claim; the number is the measured share, its ground says
whether the claim holds (95 % or more), fails (5 % or less) or holds partly.
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from derelayl_econ.ecology.claims import CLAIMS, ClaimsTable
from derelayl_econ.figures.drawing import BLACK, WIDE, panels
from derelayl_econ.validation import Evidence

__all__ = ["ecology_claims"]

GROUNDS = {"holds": "#A6DBC9", "partly": "#F6DFA4", "fails": "#F2B48C"}
MEANING = {
    "sustainable": "sustainable:\nalive at the end",
    "permissionless": "permissionless:\nwho want to train can",
    "shared": "shared: hold one of the\n11 newest versions",
}


def ecology_claims(evidence: Evidence) -> Figure:
    """Draw the claims as a table.

    Parameters
    ----------
    evidence : Evidence
        Of a scenario with an ecology.
    """
    table = evidence.ecology.rules.claims
    figure, (axes,) = panels("", width=WIDE, height=0.75 + 0.2 * len(table))
    for row, claims in enumerate(table):
        for column, claim in enumerate(CLAIMS):
            _cell(axes, row, column, getattr(claims, claim), claims.verdict(claim))
        axes.text(len(CLAIMS) + 0.1, row, f"{claims.rounds:.0f}", ha="left", va="center",
                  fontsize=7)  # fmt: skip
    _frame(axes, table)
    return figure


def _cell(axes: Axes, row: int, column: int, share: float, verdict: str) -> None:
    axes.add_patch(Rectangle((column + 0.02, row - 0.45), 0.96, 0.9, color=GROUNDS[verdict],
                             linewidth=0))  # fmt: skip
    axes.text(column + 0.5, row, f"{verdict}  {100 * share:.0f} %", ha="center", va="center",
              fontsize=7)  # fmt: skip


def _frame(axes: Axes, table: ClaimsTable) -> None:
    axes.set(xlim=(0, len(CLAIMS) + 0.6), ylim=(len(table) - 0.5, -0.6))
    axes.set_yticks(range(len(table)), [claims.rules for claims in table])
    ticks = [*(k + 0.5 for k in range(len(CLAIMS))), len(CLAIMS) + 0.25]
    names = [*(MEANING[claim] for claim in CLAIMS), f"rounds lived\nof {table.rounds}"]
    axes.set_xticks(ticks, names)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, colors=BLACK)
    axes.grid(visible=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
