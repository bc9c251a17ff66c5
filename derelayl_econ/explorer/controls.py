"""The widgets of an explorer: one slider per knob, verdicts, picture, two buttons."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.explorer.values import options_of, title_of, value_text
from derelayl_econ.figures.overview import PictureStrip
from derelayl_econ.sustainability import Condition, SustainabilityReport
from derelayl_econ.sustainability.rendering import COLOURS, margin_of

if TYPE_CHECKING:
    from derelayl_econ.explorer.explorer import Explorer

__all__ = ["Controls"]


class Controls:
    """The widgets of an explorer.

    Attributes
    ----------
    sliders : dict of str to ipywidgets.SelectionSlider
        By key.
    verdicts, message : ipywidgets.HTML
    picture : ipywidgets.Image
    reset_button, repair_button : ipywidgets.Button
    leakage_box : ipywidgets.Checkbox
        Whether a repair may lower the leakage.
    figure : Figure
        Behind the picture.
    """

    def __init__(self, explorer: Explorer, widgets: Any) -> None:
        self._explorer, self._widgets, self._strip = explorer, widgets, PictureStrip()
        self._moving = False
        self.figure = self._strip.figure
        wide = widgets.Layout(width="33em")
        self.sliders = {
            key: widgets.SelectionSlider(
                options=self._options(key), value=explorer.own[key], layout=wide,
                description=title_of(knob), continuous_update=False,
                style={"description_width": "12em"},
            )
            for key, knob in explorer.knobs.items()
        }  # fmt: skip
        self.verdicts, self.message = widgets.HTML(), widgets.HTML()
        self.picture = widgets.Image(format="png", layout=widgets.Layout(max_width="100%"))
        self.reset_button = widgets.Button(description="reset")
        self.repair_button = widgets.Button(description="cheapest repair")
        self.leakage_box = widgets.Checkbox(description="may lower leakage", indent=False)
        for slider in self.sliders.values():
            slider.observe(self._moved, "value")
        self.reset_button.on_click(lambda _: explorer.reset())
        self.repair_button.on_click(self._mend)
        self.view = self._arranged()
        self.show()

    def bundle(self) -> dict[str, Any]:
        """Return what Jupyter needs to show the widgets."""
        return dict(self.view._repr_mimebundle_())

    def show(self) -> None:
        """Bring sliders, verdicts and picture to the explorer's values."""
        self._moving = True
        try:
            for key, value in self._explorer.values.items():
                slider = self.sliders[key]
                if value not in [option for _, option in slider.options]:
                    slider.options = self._options(key, value)
                slider.value = value
        finally:
            self._moving = False
        self.message.value = ""
        self.verdicts.value = _as_html(self._explorer.report)
        self.picture.value = self._strip.png(self._explorer.report)

    def _arranged(self) -> Any:
        rows = [
            self._widgets.HBox([slider, self._widgets.Label(f"scenario: {self._own(key)}")])
            for key, slider in self.sliders.items()
        ]  # fmt: skip
        buttons = self._widgets.HBox([self.reset_button, self.repair_button, self.leakage_box])
        left = self._widgets.VBox([*rows, buttons, self.message])
        top = self._widgets.HBox([left, self.verdicts], layout={"flex_flow": "row wrap"})
        return self._widgets.VBox([top, self.picture])

    def _own(self, key: str) -> str:
        return value_text(self._explorer.knobs[key], self._explorer.own[key])

    def _options(self, key: str, *more: float) -> list[tuple[str, float]]:
        explorer = self._explorer
        return options_of(explorer.knobs[key], explorer.own[key], explorer.original, more)

    def _moved(self, _: Any) -> None:
        if self._moving:
            return
        try:
            self._explorer.move({key: slider.value for key, slider in self.sliders.items()})
        except InputError as error:  # the values contradict each other: go back, and say so
            self.show()
            self._say(str(error))

    def _mend(self, _: Any) -> None:
        self._say("searching for the cheapest repair ...")
        try:
            told = self._explorer.repair(leakage=self.leakage_box.value).caption()
        except (InputError, SolverError) as error:
            told = str(error)
        self._say(told)

    def _say(self, text: str) -> None:
        self.message.value = f'<div style="max-width:45em">{html.escape(text)}</div>'


def _as_html(report: SustainabilityReport) -> str:
    rows = "".join(_row(condition) for condition in report.conditions)
    head = html.escape(report.caption())
    return f"<b>{head}</b><table style='line-height:1.7em'>{rows}</table>"


def _row(condition: Condition) -> str:
    word = (f'<b style="color:{COLOURS[condition.verdict]}">'
            f"{html.escape(condition.verdict.value.upper())}</b>")  # fmt: skip
    cells = (condition.code, condition.title, margin_of(condition), condition.reason)
    code, title, margin, reason = map(html.escape, cells)
    spaced = "".join(f"<td style='padding:0 .8em 0 0'>{cell}</td>"
                     for cell in (code, title, word, margin, reason))  # fmt: skip
    return f"<tr>{spaced}</tr>"
