"""One chain of hand-overs: join, train, judge, pay, hand on.

Players are the participants of a :class:`RelaySettings`, each with a policy. In every leg each
joins with the probability its policy states. ``"baton"``: one joiner, drawn uniformly, pays its
cost, posts the deposit and submits. ``"all"``: every joiner does, in random order, each on top of
what was accepted before; those accepted share the pool equally. Payoffs are coins won or lost,
minus costs, plus (if quality is valued) v times the quality at the start of each leg. The
training is real: quality is ln(classes) minus the loss on a test set, and no learning curve is
ever used.
"""

from __future__ import annotations

import copy
import math
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.errors import InputError
from derelayl_econ.seeds import child, root_of
from derelayl_econ.simulation.cashier import Cashier
from derelayl_econ.simulation.ledger import MICRO
from derelayl_econ.simulation.policies import OLDEST, Policy, Submission, View, assign
from derelayl_econ.simulation.record import RelayResult, table_of
from derelayl_econ.simulation.settings import RelaySettings, settings_of
from derelayl_econ.simulation.streams import Rows
from derelayl_econ.simulation.workshop import AUDITS, LEGS, Workshop

__all__ = ["Chain", "run_relay"]

Floats = npt.NDArray[np.float64]
_NAN = math.nan


class Chain:
    """State of one relay; :meth:`step` plays a leg, :meth:`result` closes the book.

    Parameters
    ----------
    settings : RelaySettings
    policies : Policy or sequence of Policy
        One for all, or one per participant. They are copied: a policy that learns starts afresh.
    root : numpy.random.SeedSequence

    Attributes
    ----------
    leg, level : int
        Legs played and legs accepted.
    accepted : deque of arrays
        The last accepted models, the incumbent last.
    """

    def __init__(self, settings: RelaySettings, policies: Policy | Sequence[Policy],
                 root: np.random.SeedSequence) -> None:  # fmt: skip
        people, self.settings, self.shop = settings.participants, settings, Workshop(settings, root)
        self.cashier = Cashier(settings, self.shop.start, self.shop.model.classes)
        self.policies = copy.deepcopy(assign(policies, people))
        self.accepted: deque[Floats] = deque([self.shop.start], maxlen=OLDEST + 1)
        self.leg = self.level = 0
        self.quality = self.quality_start = self._test() if settings.evaluate_every else _NAN
        self._evaluated = bool(settings.evaluate_every)
        self._groups, self._chances = _groups(self.policies), np.zeros(people)
        self._losses, self._known = np.full((2, settings.committee), _NAN), False
        width = people + (1 if settings.selection == "baton" else people)
        self._luck = _uniform_rows(child(root, LEGS), width)
        self._audits = _uniform_rows(child(root, AUDITS), 1)
        self._views = [View(self, person) for person in range(people)] + [View(self, -1)]
        self._rows: list[Any] = []

    @property
    def incumbent(self) -> Floats:
        """Weights of the current model."""
        return self.accepted[-1]

    def balance(self, person: int) -> float:
        """Return the coins of a participant; NaN for -1, which stands for nobody in particular."""
        return _NAN if person < 0 else self.cashier.ledger.wallets[person] / MICRO

    def run(self) -> RelayResult:
        """Play all legs of the settings and return the result."""
        for _ in range(self.settings.legs):
            self.step()
        return self.result()

    def step(self) -> None:
        """Play one leg."""
        self.cashier.next_leg(self.quality)
        joiners, luck = self._joiners()
        if not len(joiners):
            self.cashier.outage(self.leg)
            self._rows.append((self.leg, self.level, 0, -1, "", False, False, _NAN, _NAN,
                               self._quality_now(), 0.0, 0.0, 0.0))  # fmt: skip
        elif self.settings.selection == "baton":
            trainer = int(joiners[int(luck[-1] * len(joiners))])
            self._rows.append(self._hand_over(trainer, len(joiners), self.leg, self.cashier.pool))
        else:
            self._everyone(joiners, luck)
        self.cashier.end_leg()
        self.leg += 1

    def result(self) -> RelayResult:
        """Return what happened so far."""
        utilities, weights = self.cashier.utilities(), self.incumbent.copy()
        for array in (utilities, weights):
            array.setflags(write=False)
        return RelayResult(settings=self.settings, records=table_of(self._rows),
                           utilities=utilities, ledger=self.cashier.ledger, weights=weights,
                           quality_start=self.quality_start)  # fmt: skip

    def _everyone(self, joiners: Sequence[int], luck: Floats) -> None:
        people, rows = self.settings.participants, []
        queue = sorted(joiners, key=lambda person: luck[people + person])
        for place, trainer in enumerate(queue):
            index = self.leg * people + place
            rows.append(self._hand_over(int(trainer), len(queue), index, 0))
        winners = [row[3] for row in rows if row[5]]
        share = self.cashier.share_pool(self.leg, winners) / MICRO
        self._rows += [(*row[:-1], row[-1] + share) if row[5] else row for row in rows]

    def _joiners(self) -> tuple[Any, Any]:
        """Return who joins (and can post the deposit), and this leg's uniform numbers."""
        people, luck, broke = (
            self.settings.participants,
            self._luck.at(self.leg),
            self.cashier.broke,
        )
        chance: Any
        if len(self._groups) == 1:
            chance = self._ask(*self._groups[0])
            if not broke and (chance == 1.0 or chance == 0.0):
                return range(people if chance else 0), luck
        else:
            chance = self._chances
            for policy, members in self._groups:
                chance[members] = self._ask(policy, members)
        joiners = (luck[:people] < chance).nonzero()[0]
        if broke:
            joiners = [person for person in joiners if person not in broke]
        return joiners, luck

    def _ask(self, policy: Policy, members: Sequence[int]) -> float:
        chance = policy.join(self._views[members[0] if policy.individual else -1])
        if not 0.0 <= chance <= 1.0:
            raise InputError(f"{type(policy).__name__}.join()", chance, "return a probability")
        return chance

    def _hand_over(self, trainer: int, volunteers: int, index: int, pool: int) -> tuple[Any, ...]:
        settings, losses = self.settings, self._losses
        submission = self.policies[trainer].submit(self._views[trainer])
        audited = settings.gate and (
            settings.audit_rate == 1.0 or bool(self._audits.at(index)[0] < settings.audit_rate)
        )
        measured = audited or settings.price > 0.0
        candidate = self._submit(submission, trainer, index, measured)
        before, after = self._means() if measured else (_NAN, _NAN)
        accepted, level = not audited or self._verdict(before, after), self.level
        self._known = measured and not settings.fresh
        if accepted:
            self.accepted.append(candidate)
            self.level += 1
            self._evaluated = False
            losses[0] = losses[1]
        cost = self.shop.cost(submission)
        reward = self.cashier.settle(self.leg, trainer, candidate if accepted else None,
                                     before - after, cost, pool)  # fmt: skip
        return (self.leg, level, volunteers, trainer, submission.kind, accepted, audited, before,
                after, self._quality_now(), cost, 0.0 if accepted else settings.deposit,
                reward / MICRO)  # fmt: skip

    def _submit(self, submission: Submission, trainer: int, index: int, measured: bool) -> Floats:
        shop, incumbent = self.shop, self.accepted[-1]
        if measured and submission.kind == "honest":
            return shop.train_and_judge(trainer, incumbent, index, self._losses, self._known)
        candidate = shop.submit(submission, trainer, self.accepted, index)
        if measured:
            shop.judge(candidate, incumbent, index, self._losses, known=self._known)
        return candidate

    def _means(self) -> tuple[float, float]:
        losses = self._losses
        if self.settings.committee == 1:
            return losses.item(0), losses.item(1)
        return float(losses[0].mean()), float(losses[1].mean())

    def _verdict(self, before: float, after: float) -> bool:
        if self.settings.committee == 1:
            return after < before - self.settings.margin  # as Gate.verdict, without the array
        return self.shop.gate.verdict(self._losses)

    def _test(self) -> float:
        return math.log(self.shop.model.classes) - self.shop.test_loss(self.incumbent)

    def _quality_now(self) -> float:
        """Return the quality of the current model if this leg evaluates it, or did before."""
        every = self.settings.evaluate_every
        if every and not self._evaluated and (self.leg + 1) % every == 0:
            self.quality, self._evaluated = self._test(), True
        return self.quality if self._evaluated else _NAN


def run_relay(
    scenario: Any,
    policies: Policy | Sequence[Policy],
    rng: int | np.random.SeedSequence | np.random.Generator,
) -> RelayResult:
    """Simulate one chain.

    Parameters
    ----------
    scenario : RelaySettings, or anything with a method ``relay_settings()``
    policies : Policy or sequence of Policy
    rng : int, SeedSequence or Generator

    Examples
    --------
    >>> from derelayl_econ.simulation.policies import Always
    >>> result = run_relay(RelaySettings(legs=40, pool=3.0, backend="numpy"), Always(), 1)
    >>> result.ledger.verify()
    >>> bool(result.summary()["quality"] > 0.5)
    True
    """
    return Chain(settings_of(scenario), policies, root_of(rng)).run()


def _groups(policies: Sequence[Policy]) -> list[tuple[Policy, Any]]:
    """Return policies with those who follow them: one group per shared object."""
    members: dict[tuple[int, int], list[int]] = {}
    for person, policy in enumerate(policies):
        key = (id(policy), person if policy.individual else -1)
        members.setdefault(key, []).append(person)
    return [(policies[group[0]], np.array(group)) for group in members.values()]


def _uniform_rows(seed: np.random.SeedSequence, width: int) -> Rows:
    draw: Callable[[np.random.Generator, int], Any] = lambda rng, count: rng.random((count, width))  # noqa: E731
    return Rows(np.random.default_rng(seed), draw, width)
