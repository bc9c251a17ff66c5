"""A scenario whose knobs are turned, with sliders or without; see :mod:`derelayl_econ.explorer`."""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.explorer.controls import Controls
from derelayl_econ.figures.overview import overview
from derelayl_econ.repairs.programs import LEAKAGE
from derelayl_econ.repairs.repair import USUAL, Repair, repair
from derelayl_econ.scenario import Scenario
from derelayl_econ.sustainability import SustainabilityReport, assess
from derelayl_econ.sustainability.knobs import Knob, changed, knobs_of
from derelayl_econ.sustainability.terms import keys_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Explorer", "explore", "static_view"]

_DPI = 110


def explore(scenario: Scenario, *, live: bool | None = None) -> Explorer:
    """Show a scenario with sliders for its knobs; the last line of a notebook's cell.

    Parameters
    ----------
    scenario : Scenario
        Values that it gives as uncertain are taken at face value.
    live : bool, optional
        Whether to make sliders; by default where there is a front end and a person to move them.

    Raises
    ------
    InputError
        If it is no scenario, or sliders are asked for without ipywidgets.

    Examples
    --------
    >>> shown = explore(Scenario.load("phone_community"), live=False)
    >>> shown.move({"reward.hand_over_fee": 0.008})
    >>> print(shown)
    phone-community: sustainable
    """
    if live is not None and not isinstance(live, bool):
        raise InputError("live", live, "be True, False or None")
    if live and _widgets() is None:
        raise InputError("live", live, "be False without ipywidgets",
                         hint="pip install 'derelayl_econ[notebooks]' has it.")  # fmt: skip
    return Explorer(_checked(scenario), live=_somebody_is_there() if live is None else live)


def static_view(scenario: Scenario) -> Figure:
    """Return what the explorer shows, without sliders: verdicts and pictures.

    Raises
    ------
    InputError
        If it is no scenario.

    Examples
    --------
    >>> len(static_view(Scenario.load("phone_community")).axes)
    4
    """
    return overview(assess(_certain(_checked(scenario)), knobs=False))


class Explorer:
    """A scenario whose knobs are being turned; made by :func:`explore`.

    Attributes
    ----------
    original : Scenario
    knobs : dict of str to Knob
        What can be turned, by its key: that of a scenario's report, and the leakage.
    report : SustainabilityReport
        At the present values, without knobs.
    controls : Controls or None
        The widgets, if there are any.
    """

    def __init__(self, scenario: Scenario, *, live: bool) -> None:
        self.original = scenario
        turned = (*knobs_of(scenario), Knob(LEAKAGE, "leakage"))
        self.knobs = {knob.key: knob for knob in turned}
        own = keys_of(scenario)
        self._own = {key: own.get(key, 0.0) for key in self.knobs}
        self.report: SustainabilityReport = assess(_certain(scenario), knobs=False)
        self._scenario, self._values = scenario, dict(self._own)
        self.controls = Controls(self, _widgets()) if live else None

    @property
    def scenario(self) -> Scenario:
        """The scenario at the present values; the original where nothing was moved."""
        return self._scenario

    @property
    def values(self) -> dict[str, float]:
        """The present values by key."""
        return dict(self._values)

    @property
    def own(self) -> dict[str, float]:
        """The original scenario's values by key."""
        return dict(self._own)

    def move(self, changes: Mapping[str, float]) -> None:
        """Set knobs to any values that the scenario accepts; all of them, or none.

        Raises
        ------
        InputError
            If a key is no knob of the scenario, or a value is out of domain.
        """
        if not isinstance(changes, Mapping):
            raise InputError("changes", changes, "be a table of knobs and values")
        for key in changes:
            if key not in self.knobs:
                raise InputError("knob", key, "be a knob of the scenario",
                                 hint=did_you_mean(key, self.knobs))  # fmt: skip
        scenario = self.original
        for key, value in {**self._values, **changes}.items():
            if value != self._own[key]:
                scenario = changed(scenario, key, value)
        self.report = assess(_certain(scenario), knobs=False)
        self._scenario, present = scenario, keys_of(scenario)
        self._values = {key: present.get(key, 0.0) for key in self.knobs}
        if self.controls is not None:
            self.controls.show()

    def reset(self) -> None:
        """Go back to the original scenario."""
        self.move(self._own)

    def repair(self, *, leakage: bool = False) -> Repair:
        """Move the knobs to the cheapest repair of the present scenario, if there is one.

        Parameters
        ----------
        leakage : bool
            Whether leakage may be lowered, too.
        """
        found = repair(_certain(self._scenario), knobs=(*USUAL, LEAKAGE) if leakage else USUAL)
        if found.found:
            self.move({key: after for key, (_, after) in found.changes.items()})
        return found

    def figure(self) -> Figure:
        """Return verdicts and pictures at the present values."""
        return overview(self.report)

    def __str__(self) -> str:
        return self.report.caption()

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Show the sliders, or the picture to front ends that have no sliders."""
        buffer = io.BytesIO()
        self.figure().savefig(buffer, format="png", dpi=_DPI, metadata={"Software": None})
        picture = base64.b64encode(buffer.getvalue()).decode("ascii")
        bundle: dict[str, Any] = {"text/plain": str(self), "image/png": picture}
        return bundle if self.controls is None else bundle | self.controls.bundle()


def _checked(scenario: Scenario) -> Scenario:
    if not isinstance(scenario, Scenario):
        raise InputError("scenario", scenario, "be a Scenario",
                         hint="Scenario.load(name or file) returns one.")  # fmt: skip
    return scenario


def _certain(scenario: Scenario) -> Scenario:
    """Return the scenario with its values taken at face value."""
    return replace(scenario, uncertainty={})


def _widgets() -> Any:
    """Return ipywidgets, or None if it is not installed."""
    try:
        import ipywidgets
    except ImportError:
        return None
    return ipywidgets


def _somebody_is_there() -> bool:
    """Return whether a front end with a person runs this."""
    interactive = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    kernel = getattr(interactive, "kernel", None)
    if kernel is None or _widgets() is None:
        return False
    # Programs that run notebooks (nbclient, nbconvert) say that nobody can be asked to type.
    return bool(kernel.get_parent().get("content", {}).get("allow_stdin", True))
