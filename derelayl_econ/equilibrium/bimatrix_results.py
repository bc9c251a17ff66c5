"""What :func:`~derelayl_econ.equilibrium.bimatrix.solve_bimatrix` returns, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derelayl_econ.equilibrium.bimatrix_certificate import BimatrixCertificate
from derelayl_econ.equilibrium.bimatrix_methods import Answer
from derelayl_econ.equilibrium.deadline import Deadline
from derelayl_econ.equilibrium.exact_game import ExactGame
from derelayl_econ.equilibrium.library_answer import LibraryAnswer
from derelayl_econ.equilibrium.nash_subsets import (
    NashSubset,
    component_dimensions,
    component_indices,
    components,
    nash_subsets,
)
from derelayl_econ.equilibrium.payoff_tables import ExactProfile
from derelayl_econ.results import Coverage, Equilibrium, EquilibriumSet, frozen_array

__all__ = ["BimatrixEquilibria", "assemble"]

_NO_SUBSETS = "no time was left to list the maximal Nash subsets"

Names = tuple[Sequence[str], Sequence[str]]


@dataclass(frozen=True, kw_only=True, eq=False)
class BimatrixEquilibria(EquilibriumSet):
    """Extreme equilibria, and how they hang together.

    Attributes
    ----------
    components : tuple of tuples of int
        Connected components of the equilibrium set as indices into the list. A component of one is
        an isolated equilibrium; a larger one is a continuum of which the list names the corners.
    dimensions : tuple of int or None
        Dimension of each component; 0 for an isolated equilibrium. None if time ran out.
    indices : tuple of int or None
        Index of each component, in all 1; None unless the coverage is "all" by exact enumeration.
        A component whose index is not 0 survives every small change of payoffs.
    subsets : tuple of NashSubset or None
        Maximal sets of interchangeable equilibria: each a product of two polytopes. Their union is
        the set of all equilibria if the coverage is "all". None if time ran out: there may be
        exponentially many.
    degenerate : bool or None
        Whether some mixed action has more best responses than it uses actions, decided exactly;
        None if the method left it open.
    messages : tuple of str
        What the libraries asked complained of, and remarks.
    second_opinion : LibraryAnswer or None
        Nashpy's own list with its warnings.
    """

    components: tuple[tuple[int, ...], ...] = ()
    dimensions: tuple[int, ...] | None = None
    indices: tuple[int, ...] | None = None
    subsets: tuple[NashSubset, ...] | None = None
    degenerate: bool | None = None
    messages: tuple[str, ...] = ()
    second_opinion: LibraryAnswer | None = None

    @property
    def finite(self) -> bool | None:
        """Whether the game has finitely many equilibria; None if an incomplete list hides it."""
        if any(len(group) > 1 for group in self.components):
            return False
        return True if self.coverage is Coverage.ALL else None

    @property
    def agrees(self) -> bool:
        """Whether Nashpy returned exactly this list without complaint."""
        answer = self.second_opinion
        if answer is None or answer.messages or len(answer.profiles) != len(self):
            return False
        return all(answer.lists(*equilibrium.strategy) for equilibrium in self)

    def caption(self) -> str:
        """Return the one-line summary, with a warning when the list stands for a continuum."""
        text = super().caption()
        if self.finite is False:
            continua = sum(len(group) > 1 for group in self.components)
            text += f"; INFINITELY MANY equilibria in {continua} component(s): corners listed"
        if self.messages:
            text += "; " + "; ".join(self.messages)
        if self.second_opinion is not None:
            text += "; Nashpy agrees" if self.agrees else "; Nashpy's list differs"
        return text


def assemble(
    game: ExactGame,
    answer: Answer,
    names: Names,
    second_opinion: LibraryAnswer | None,
    deadline: Deadline,
) -> BimatrixEquilibria:
    """Put the result together: labels, payoffs, regrets, certificates, components."""
    groups, subsets = components(answer.profiles), nash_subsets(answer.profiles, deadline)
    labels = _labels(answer.profiles, groups, names)
    whole = answer.extreme
    return BimatrixEquilibria(
        equilibria=tuple(
            _equilibrium(game, *pair) for pair in zip(answer.profiles, labels, strict=True)
        ),
        coverage=answer.coverage,
        method=answer.method,
        status=answer.status,
        certificate=answer.certificate,
        components=groups,
        dimensions=None if subsets is None else component_dimensions(groups, subsets),
        indices=None if whole is None else component_indices(game, whole, groups),
        subsets=subsets,
        degenerate=answer.degenerate,
        messages=answer.messages + (() if subsets is not None else (_NO_SUBSETS,)),
        second_opinion=second_opinion,
    )  # fmt: skip


def _equilibrium(game: ExactGame, profile: ExactProfile, label: str) -> Equilibrium:
    x, y = profile
    values = game.values(profile)
    proof = BimatrixCertificate(
        row_payoffs=game.row_payoffs,
        column_payoffs=game.column_payoffs,
        row_strategy=x,
        column_strategy=y,
    )
    return Equilibrium(
        strategy=(frozen_array([float(p) for p in x]), frozen_array([float(q) for q in y])),
        payoff=(float(values.payoffs[0]), float(values.payoffs[1])),
        regret=float(values.regret),
        certificate=proof if values.regret == 0 else None,
        label=label,
    )


def _labels(
    profiles: Sequence[ExactProfile], groups: Sequence[tuple[int, ...]], names: Names
) -> list[str]:
    labels = [_label(profile, names) for profile in profiles]
    for number, group in enumerate((g for g in groups if len(g) > 1), start=1):
        for index in group:
            labels[index] += f" (corner of component {number})"
    return labels


def _label(profile: ExactProfile, names: Names) -> str:
    parts = [
        words[strategy.index(1)] if 1 in strategy else "mixed"
        for strategy, words in zip(profile, names, strict=True)
    ]
    return "mixed" if parts == ["mixed", "mixed"] else " / ".join(parts)
