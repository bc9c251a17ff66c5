"""Turn the knobs of a scenario by hand: sliders, seven verdicts, three pictures.

:func:`explore` shows a scenario in Jupyter. Money is on a logarithmic scale around the cost of a
leg (and 0), probabilities and counts on their own; every slider offers the scenario's own value,
and takes in whatever value a repair needs. A picture is drawn when a slider is let go.

Sliders need ipywidgets (extra ``[notebooks]``) and somebody who moves them. Where either is
missing (a terminal, a notebook that is run by a program) the same object shows a static picture,
and is moved by :meth:`Explorer.move`.
"""

from derelayl_econ.explorer.explorer import Explorer, explore, static_view

__all__ = ["Explorer", "explore", "static_view"]
