"""When does training stop paying, and does the relay start at all? (theory notes, section 3.1).

a: gain of a leg in relays that no curve was fitted to (points: means over blocks of ``BLOCK`` legs,
with their 95 % intervals over relays), the gains of two curves fitted to other relays, and the gain
that pays for a leg, c / (w + lambda). Diamonds: legs worth training, predicted by each curve and
measured. b: an S-shaped curve whose first legs do not pay, and the subsidy that starts it. c: legs
worth training by price, for members who look at their own gain and for a planner who counts all;
points are measured where the best leg lies within the measured relays (thin line), intervals come
from a bootstrap over relays.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from derelayl_econ.figures.drawing import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    VERMILION,
    mean_interval,
    note,
    panels,
    points,
)
from derelayl_econ.games.finite_relay import FiniteRelay
from derelayl_econ.quality import LearningCurve
from derelayl_econ.scenario import Scenario
from derelayl_econ.solution import hill_curve, training_cost
from derelayl_econ.validation import Evidence, Interval
from derelayl_econ.validation.evidence import Purpose
from derelayl_econ.validation.learning import StoppingLeg, stopping_leg
from derelayl_econ.validation.significance import compare_estimates

__all__ = ["stopping"]

Array = npt.NDArray[np.float64]

BLOCK = 5
COLD = "gpu_community"
FORMS = {"Hill": (BLUE, "-"), "exponential": (VERMILION, "--")}
LEG = "accepted legs, k"
RESAMPLES = 200


def stopping(evidence: Evidence) -> Figure:
    """Draw gains and stopping legs, a cold start, and under-provision."""
    figure, (gains, cold, price) = panels(
        "gain of a leg", "a cold start", "legs by price", height=2.8
    )
    _gains(gains, evidence)
    _cold_start(cold, Scenario.load(COLD))
    _by_price(price, evidence)
    return figure


def _gains(axes: Axes, evidence: Evidence) -> None:
    learning = evidence.learning
    threshold = evidence.cost / evidence.worth if evidence.worth > 0 else math.inf
    middles, measured = block_gains(learning.tested_on)
    points(axes, middles, measured, f"measured, {BLOCK} legs each", markersize=2, capsize=0)
    legs = np.arange(learning.legs, dtype=np.float64)
    for form, (colour, style) in FORMS.items():
        axes.plot(legs + 0.5, _gains_of(learning.curves[form], legs), color=colour, linestyle=style,
                  label=f"{form} curve")  # fmt: skip
    stops = {form: _stop(evidence, form) for form in FORMS}
    own = stops["Hill"]
    reach = max(10.0, min(3 * own.measured, learning.legs))
    if evidence.worth > 0:
        axes.axhline(threshold, color=GREY, linewidth=0.8, label="_threshold")
        note(axes, reach, threshold, "c / (w + λ)", ha="right", va="bottom", color=GREY)
    else:
        note(axes, reach, 0, "no gain is paid for", ha="right", va="bottom", color=GREY)
        threshold = max(interval.mid for interval in measured)
    marks = [(stop.predicted, stop.predicted_error, FORMS[form][0]) for form, stop in stops.items()]
    marks.append((own.measured, own.measured_error, BLACK))
    for height, (leg, error, colour) in zip((0.75, 0.5, 0.25), marks, strict=True):
        _mark(axes, _interval(leg, error), height * threshold, colour, left=leg > 0.25 * reach)
    axes.set(xlim=(0, reach), ylim=(0, None), xlabel=LEG, ylabel="gain of one leg (nats)")
    axes.legend(loc="upper right", borderaxespad=0.1, handlelength=1.6)


def block_gains(quality: Array, block: int = BLOCK) -> tuple[Array, list[Interval]]:
    """Return the middles of blocks of legs and the mean gain per leg in each, over relays.

    Parameters
    ----------
    quality : array of shape (relays, legs + 1)
        A last block of fewer legs is left out.

    Examples
    --------
    >>> middles, gains = block_gains(np.array([[0, 1, 2, 2, 2], [0, 1, 2, 4, 4.0]]), block=2)
    >>> middles, [gain.mid for gain in gains]
    (array([1., 3.]), [1.0, 0.5])
    """
    ends = np.arange(0, quality.shape[1], block)
    gains = [mean_interval((quality[:, b] - quality[:, a]) / block) for a, b in pairwise(ends)]
    return np.asarray(ends[:-1] + block / 2, dtype=np.float64), gains


def _gains_of(curve: LearningCurve, legs: Array) -> Array:
    return np.diff(curve.quality(np.append(legs, legs[-1] + 1)))


def _stop(evidence: Evidence, form: str) -> StoppingLeg:
    rng = np.random.default_rng(evidence.seeds(Purpose.BOOTSTRAP)[0])
    return stopping_leg(evidence.learning, form, evidence.worth, evidence.cost, rng)


def _mark(axes: Axes, leg: Interval, height: float, colour: str, *, left: bool) -> None:
    """Mark a stopping leg, with its interval, and write its number beside it."""
    axes.errorbar(leg.mid, height, xerr=leg.mid - leg.low, fmt="D", color=colour, markersize=3,
                  capsize=2, zorder=7, label="_stop")  # fmt: skip
    note(axes, leg.low if left else leg.high, height, f"  stop {leg.mid:.0f}  ", color=colour,
         ha="right" if left else "left", va="center", bbox=None)  # fmt: skip


def _interval(estimate: float, error: float) -> Interval:
    """Return the 95 % interval of an estimate, as the comparison table has it."""
    pair = (estimate, error)
    return compare_estimates("estimate", "", pair, pair, seeds=0).measured


def _cold_start(axes: Axes, scenario: Scenario) -> None:
    relay = FiniteRelay.on_curve(scenario.private_value, scenario.reward.price,
                                 training_cost(scenario), hill_curve(scenario))  # fmt: skip
    found = relay.cold_start()
    start, stop = found.start or 0, found.stop or 20
    legs = np.arange(max(10, round(1.4 * stop)))
    net = relay.net_worth(legs)
    axes.bar(legs[:start], -found.schedule, color=ORANGE, edgecolor="white", linewidth=0.5, width=1,
             label="_subsidy")  # fmt: skip
    axes.plot(legs, net, ".-", color=BLUE, markersize=3, linewidth=0.8, label="net worth")
    axes.axhline(0, color=BLACK, linewidth=0.6)
    if start:
        note(axes, start + 1, 0.75 * net.min(), f"start-up subsidy of\nlegs 0 to {start - 1}: "
             f"{found.subsidy:.3g} (money)", color=VERMILION)  # fmt: skip
    for leg, text in ((start, f"starts\nat leg {start}"), (stop, f"stops\nat leg {stop}")):
        axes.axvline(leg - 0.5, ymax=0.9, color=GREY, linewidth=0.8, linestyle=":")
        note(axes, leg, 0.9, text, transform=axes.get_xaxis_transform(), ha="center", va="bottom")
    axes.set(xlim=(-0.7, legs[-1]), ylim=(1.1 * net.min(), 1.5 * net.max()), xlabel=LEG,
             ylabel="net worth of a leg (money)")  # fmt: skip
    note(axes, legs[-1], net.min(), scenario.name, ha="right", va="center", color=BLUE)


def _by_price(axes: Axes, evidence: Evidence) -> None:
    scenario, own = evidence.scenario, evidence.scenario.reward.price
    prices = (own or evidence.worth or 1.0) * np.geomspace(0.05, 20, 60)
    rng = np.random.default_rng(evidence.seeds(Purpose.BOOTSTRAP)[1])
    for who, users, colour in (
        ("each member", 1.0, BLUE),
        (f"planner of {scenario.users:g} users", scenario.users, GREEN),
    ):
        worth = users * scenario.private_value
        for form, (_, style) in FORMS.items():
            legs = [_legs(evidence, form, worth, price) for price in prices]
            axes.plot(prices, legs, color=colour, linestyle=style, label=f"{who}, {form} curve")
            if form == "Hill":
                note(axes, prices[41], 1.05 * legs[41], who, color=colour, ha="right")
        shown = prices[5::10]
        measured = measured_legs(evidence.learning.tested_on, worth + shown, evidence.cost, rng)
        inside = [i.mid < evidence.learning.legs for i in measured]
        points(axes, shown[inside], [i for i, kept in zip(measured, inside, strict=True) if kept],
               f"{who}, measured", markeredgecolor=BLACK, markerfacecolor=colour)  # fmt: skip
    axes.axvline(own, color=GREY, linewidth=0.8, linestyle=":")
    axes.axhline(evidence.learning.legs, color=GREY, linewidth=0.8, linestyle=":")
    note(axes, prices[0], evidence.learning.legs, "measured relays end", color=GREY, va="center")
    note(axes, prices[-1], 0, "solid: Hill\ndashed: exponential", color=GREY, ha="right")
    axes.set(xscale="log", xlim=(prices[0], prices[-1]), xlabel="price of quality, λ (money / nat)",
             ylabel="legs worth training")  # fmt: skip


def measured_legs(
    quality: Array, worths: Array, cost: float, rng: np.random.Generator
) -> list[Interval]:
    """Return the legs that maximise the mean surplus of real relays, one interval per worth.

    Parameters
    ----------
    quality : array of shape (relays, legs + 1)
    worths : array
        Money per unit of quality.
    """
    draws = rng.integers(len(quality), size=(RESAMPLES, len(quality)))
    means = np.array([quality.mean(axis=0), *(quality[draw].mean(axis=0) for draw in draws)])
    legs = np.arange(quality.shape[1])
    best = [np.argmax(worth * means - cost * legs, axis=1) for worth in worths]
    return [_interval(float(found[0]), float(found[1:].std(ddof=1))) for found in best]


def _legs(evidence: Evidence, form: str, worth: float, price: float) -> float:
    """Return the end of the last run of legs worth training on a fitted curve."""
    curve = evidence.learning.curves[form]
    runs = FiniteRelay.on_curve(worth, price, evidence.cost, curve).cold_start().intervals
    stop = runs[-1][1] if runs else 0
    return math.inf if stop is None else float(stop)
