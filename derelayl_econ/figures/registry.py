"""The figures by name, and how one is drawn and saved with stable bytes.

A figure is one module with one function ``(evidence) -> Figure``: it draws the theory's curves and,
beside them, what :class:`~derelayl_econ.validation.Evidence` measured in real relays.
"""

from __future__ import annotations

import importlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.files import output_folder, write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from derelayl_econ.validation import Evidence

__all__ = ["FIGURES", "FigureSpec", "draw", "save", "spec_of"]

STYLE = Path(__file__).with_name("derelayl.mplstyle")
AUTHORS = "derelayl_defaults"
"""The scenario of the DeRelayL authors' public simulation."""


@dataclass(frozen=True)
class FigureSpec:
    """A figure's name (also of its module and function), its question, and its scenario."""

    name: str
    question: str
    scenario: str = "phone_community"


_SPECS = (
    FigureSpec("participation", "How many will train, for a given community and pool?"),
    FigureSpec("outage", "How often does nobody train?"),
    FigureSpec("private_costs", "Who trains when everybody knows only the own cost?"),
    FigureSpec("contribution", "How much is trained, by whom, and what makes everybody train?"),
    FigureSpec("contest", "How hard will they race for the baton, and what does the race burn?"),
    FigureSpec("tournament", "How many should win, and is luck great enough for a tournament?"),
    FigureSpec("stopping", "When does training stop paying, and does the relay start at all?"),
    FigureSpec("baton_waits", "How long does the baton lie on the ground?"),
    FigureSpec("turn_taking", "Who takes turns for ever, and what can trainers agree on?"),
    FigureSpec("drift", "What quality can be kept up when data drift, and at what price?"),
    FigureSpec("arrivals", "Which access fee and which price hold the model at what quality?"),
    FigureSpec("deposit_window", "Which deposits make honesty pay and still let people join?"),
    FigureSpec("splitting", "Does it pay to hand in one's work under several names?"),
    FigureSpec("royalties", "Which royalties can be paid, and which reward lasting work?"),
    FigureSpec("evolution", "Who spreads: trainers, riders or cheats, and what does a deposit do?"),
    FigureSpec("coalition", "How do members share a relay that some of them could run alone?"),
    FigureSpec("potential", "Which reward makes everybody work, and how fast do they get there?"),
    FigureSpec("sustainability", "Which conditions hold, and what does the cheapest repair leave?"),
    FigureSpec("trade_offs", "What does one more unit of one goal cost in another?"),
    FigureSpec("screening", "What does hiding its cost earn a trainer?", "gpu_community"),
    FigureSpec("closed_loop", "Does any deviation pay in real relays, as they are and repaired?"),
    FigureSpec("learning_curves", "What do real relays learn, and which curve describes it?"),
    FigureSpec("prediction", "Which predictions do real relays confirm or refute?"),
    FigureSpec("ecology_coins", "Who gets how many coins under DeRelayL's rules?", AUTHORS),
    FigureSpec("ecology_versions", "How fast does a new model spread under these rules?", AUTHORS),
    FigureSpec("ecology_survival", "Which rules let a relay survive its first rounds?", AUTHORS),
    FigureSpec("ecology_rules", "What if coins were bought, training cost, riders came?", AUTHORS),
    FigureSpec("ecology_claims", "Which of the paper's claims survive under which rules?", AUTHORS),
    FigureSpec("ecology_study", "Does the theory of the ecology hold?", AUTHORS),
)
FIGURES = {spec.name: spec for spec in _SPECS}
"""All registered figures, in the order in which they are drawn."""


def spec_of(name: str) -> FigureSpec:
    """Return the figure of that name; :class:`InputError` if there is none."""
    if name not in FIGURES:
        raise InputError("figure", name, "be a registered figure",
                         hint=did_you_mean(name, FIGURES))  # fmt: skip
    return FIGURES[name]


def draw(name: str, evidence: Evidence) -> Figure:
    """Return the figure of that name, in the package's style.

    Raises
    ------
    InputError
        If there is no figure of that name.
    """
    import matplotlib as mpl

    module = importlib.import_module(f"derelayl_econ.figures.{spec_of(name).name}")
    with mpl.rc_context(fname=STYLE):
        figure: Figure = getattr(module, name)(evidence)
        figure.draw_without_rendering()  # the layout is settled while the style is in force
    return figure


def save(figure: Figure, name: str, folder: str | Path) -> tuple[Path, Path]:
    """Write ``name.pdf`` and ``name.png`` into ``folder``; the bytes do not depend on the date."""
    import matplotlib as mpl

    target = output_folder(folder)
    written = []
    for suffix, metadata in (("pdf", {"CreationDate": None}), ("png", {"Software": None})):
        buffer = io.BytesIO()
        with mpl.rc_context(fname=STYLE):
            figure.savefig(buffer, format=suffix, metadata=metadata)
        path = target / f"{name}.{suffix}"
        write_atomically(path, buffer.getvalue())
        written.append(path)
    return written[0], written[1]
