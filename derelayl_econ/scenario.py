"""A scenario: every number of one relay-learning community, validated, in one TOML file.

A scenario has six sections (community, learning, training, reward, verification, experiment) whose
keys are code names of :mod:`derelayl_econ.notation`, perhaps a seventh (ecology: rules of a whole
community), a ``sources`` table that says for each value where it comes from, or "illustrative",
and perhaps a table ``uncertainty`` with intervals and distributions of values that are not known
exactly (:mod:`derelayl_econ.uncertain`).
Unknown keys and out-of-domain values are refused with the file's name; nothing is ever silently
ignored.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import tomli_w

from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.files import write_atomically
from derelayl_econ.notation import NOTATION
from derelayl_econ.sections import (
    SECTIONS,
    Community,
    EcologyRules,
    Experiment,
    Learning,
    Reward,
    Section,
    Training,
    Verification,
)
from derelayl_econ.uncertain import UncertainValue, uncertain_value
from derelayl_econ.worth import LEG_BENEFIT, PRIVATE_VALUE

__all__ = ["Scenario", "scenario_names"]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One community, its model, its money and the experiment that tests the predictions.

    Examples
    --------
    >>> scenario = Scenario.load("phone_community")
    >>> scenario.community.participants
    80
    >>> scenario.replace("reward.pool", 3).reward.pool
    3.0
    """

    name: str
    summary: str
    community: Community
    learning: Learning
    training: Training
    reward: Reward = field(default_factory=Reward)
    verification: Verification = field(default_factory=Verification)
    experiment: Experiment = field(default_factory=Experiment)
    ecology: EcologyRules | None = None
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    uncertainty: Mapping[str, UncertainValue] = field(default_factory=dict)

    @classmethod
    def load(cls, path: str | Path) -> Scenario:
        """Read a scenario from a TOML file, or one of the named scenarios by its name.

        Raises
        ------
        InputError
            If there is no such file or name, it is not TOML, or it holds an unknown key or a value
            out of domain; the message names the file.
        """
        file = _locate(path)
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8 text"
            raise InputError("scenario file", str(path), f"be readable ({reason})") from None
        try:
            mapping = tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # also numbers of 5000 digits, deep nesting
            raise InputError("scenario file", str(path), f"be valid TOML ({error})") from None
        try:
            return cls.from_mapping(mapping)
        except InputError as error:
            raise error.at(Path(file.name).name) from None

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Scenario:
        """Build a scenario from nested tables, as :func:`tomllib.loads` returns them."""
        if not isinstance(mapping, Mapping):
            raise InputError("scenario", mapping, "be a table of sections")
        sections = {section.title: section for section in SECTIONS}
        known = {"name", "summary", "sources", "uncertainty", *sections}
        for key in mapping:
            if key not in known:
                raise InputError(f"key {key}", mapping[key], "be a known section or key",
                                 hint=did_you_mean(key, known))  # fmt: skip
        for key in ("name", "summary"):
            if not isinstance(mapping.get(key), str):
                raise InputError(key, mapping.get(key, "nothing"), "be given as text")
        parts: dict[str, Any] = {
            title: section.from_mapping(mapping.get(title, {}))
            for title, section in sections.items()
            if title in mapping or not section.optional
        }
        sources = _check_sources(mapping.get("sources", {}), sections)
        uncertainty = _check_uncertainty(mapping.get("uncertainty", {}), parts)
        return cls(name=mapping["name"], summary=mapping["summary"], sources=sources,
                   uncertainty=uncertainty, **parts)  # fmt: skip

    def to_mapping(self) -> dict[str, Any]:
        """Return nested tables of built-in types; the inverse of :meth:`from_mapping`."""
        given = {section.title: getattr(self, section.title) for section in SECTIONS}
        parts = {title: part.to_mapping() for title, part in given.items() if part is not None}
        sources = {title: dict(texts) for title, texts in self.sources.items()}
        uncertainty: dict[str, dict[str, Any]] = {}
        for key, value in self.uncertainty.items():
            title, _, name = key.partition(".")
            uncertainty.setdefault(title, {})[name] = dict(value.parameters)
        head = {"name": self.name, "summary": self.summary}
        tail = {"uncertainty": uncertainty, "sources": sources}
        return head | parts | {title: table for title, table in tail.items() if table}

    def to_toml(self) -> str:
        """Return the scenario as TOML text."""
        return tomli_w.dumps(self.to_mapping())

    def save(self, path: str | Path) -> None:
        """Write the scenario to a TOML file, whole or not at all."""
        write_atomically(Path(path), self.to_toml().encode())

    def replace(self, key: str, value: Any) -> Scenario:
        """Return a copy with one value changed; ``key`` is ``"section.name"``.

        The changed value loses its source and its uncertainty: it is the caller's own.
        """
        title, _, name = key.partition(".")
        mapping = self.to_mapping()
        keys = [f"{s.title}.{f.name}" for s in SECTIONS for f in dataclasses.fields(s)]
        if key not in keys:
            raise InputError("key", key, "be section.name", hint=did_you_mean(key, keys))
        mapping[title] = mapping.get(title, {}) | {name: value}
        for table in ("sources", "uncertainty"):
            mapping.get(table, {}).get(title, {}).pop(name, None)
        return Scenario.from_mapping(mapping)

    @property
    def gap(self) -> float:
        """Headroom before the first leg, quality_max - quality_start (score)."""
        return self.learning.quality_max - self.learning.quality_start

    @property
    def users(self) -> float:
        """People who use the model; the participants unless the scenario says otherwise."""
        return self.community.users or float(self.community.participants)

    @property
    def private_value(self) -> float:
        """Present value of one unit of quality to one participant, w (money per score).

        value / (1 - discount (1 - drift)): enjoyed every leg from now on, eroded by drift.
        """
        return float(PRIVATE_VALUE(value=self.community.value, discount=self.community.discount,
                                   drift=self.learning.drift))  # fmt: skip

    @property
    def benefit(self) -> float:
        """Present value of the first leg's improvement to one participant, b (money).

        This is the benefit of the one-leg participation games (theory notes, section 2.1).
        """
        return float(LEG_BENEFIT(private_value=self.private_value, gap=self.gap,
                                 learning_rate=self.learning.learning_rate))  # fmt: skip


def scenario_names() -> tuple[str, ...]:
    """Return the names of the scenarios that come with the package, sorted."""
    folder = resources.files("derelayl_econ") / "scenarios"
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml")))


def _locate(path: str | Path) -> Any:
    if isinstance(path, str) and path.replace("-", "_") in scenario_names():
        return resources.files("derelayl_econ") / "scenarios" / f"{path.replace('-', '_')}.toml"
    if not isinstance(path, str | Path):
        raise InputError("scenario", path, "be a file or the name of a scenario")
    try:
        missing = not Path(path).exists()
    except OSError as error:  # a name too long, a folder that must not be read
        raise InputError("scenario file", str(path), f"be readable ({error.strerror})") from None
    if missing:
        raise InputError("scenario", str(path), "be an existing file or the name of a scenario",
                         hint=did_you_mean(str(path), scenario_names()))  # fmt: skip
    return Path(path)


def _check_sources(sources: Any, sections: Mapping[str, type[Section]]) -> dict[str, Any]:
    if not isinstance(sources, Mapping):
        raise InputError("sources", sources, "be a table of tables of text")
    for title, texts in sources.items():
        if title not in sections:
            raise InputError(f"key sources.{title}", texts, "name a section",
                             hint=did_you_mean(title, sections))  # fmt: skip
        if not isinstance(texts, Mapping):
            raise InputError(f"sources.{title}", texts, "be a table of keys and texts")
        names = [item.name for item in dataclasses.fields(sections[title])]
        for key, text in texts.items():
            if key not in names or not isinstance(text, str):
                raise InputError(f"key sources.{title}.{key}", text, "name a key, with a text",
                                 hint=did_you_mean(key, names))  # fmt: skip
    return {title: dict(texts) for title, texts in sources.items()}


def _check_uncertainty(tables: Any, parts: Mapping[str, Section | None]) -> dict[str, Any]:
    """Return the distributions by ``section.name``, each on the domain of a value that is given."""
    if not isinstance(tables, Mapping):
        raise InputError("uncertainty", tables, "be a table of sections")
    found: dict[str, UncertainValue] = {}
    for title, values in tables.items():
        section = parts.get(title)
        if section is None or title == "experiment":
            known = [name for name in parts if name != "experiment"]
            raise InputError(f"key uncertainty.{title}", values, "name a section with numbers",
                             hint=did_you_mean(title, known))  # fmt: skip
        if not isinstance(values, Mapping):
            raise InputError(f"uncertainty.{title}", values, "be a table of keys and distributions")
        for name, given in values.items():
            found[f"{title}.{name}"] = _uncertain(section, title, name, given)
    _check_together(found, parts)
    return found


def _uncertain(section: Section, title: str, name: str, given: Any) -> UncertainValue:
    known = {item.name: item for item in dataclasses.fields(section)}
    present = getattr(section, name, None) if name in known else None
    derived = (title, name) == ("training", "cost")  # from hardware and workload
    if isinstance(present, str | bool) or (present is None and not derived):
        numbers = [n for n in known if isinstance(getattr(section, n), int | float)]
        raise InputError(f"key uncertainty.{title}.{name}", given, "name a number that is given",
                         hint=did_you_mean(name, numbers))  # fmt: skip
    domain = known[name].metadata.get("domain") or NOTATION[name].domain
    value = uncertain_value(f"uncertainty.{title}.{name}", given, domain)
    low, high = value.support
    if present is not None and not low <= present <= high:
        raise InputError(f"uncertainty.{title}.{name}", f"values in [{low:g}, {high:g}]",
                         f"include the scenario's own {title}.{name} = {present:g}")  # fmt: skip
    return value


def _check_together(found: Mapping[str, UncertainValue], parts: Mapping[str, Any]) -> None:
    """Refuse distributions that allow values which contradict each other."""

    def end(key: str, side: int) -> float:
        title, _, name = key.partition(".")
        value = getattr(parts[title], name)
        return found[key].support[side] if key in found else float(value)

    errors = ("verification.false_reject", "verification.false_accept")
    if not set(errors).isdisjoint(found) and end(errors[0], 1) + end(errors[1], 1) >= 1:
        got = f"up to {end(errors[0], 1):g} and {end(errors[1], 1):g}"
        raise InputError("uncertainty of the two error rates", got, "stay below 1 together",
                         hint="Give high for both.")  # fmt: skip
    levels = ("learning.quality_start", "learning.quality_max")
    if not set(levels).isdisjoint(found) and end(levels[0], 1) >= end(levels[1], 0):
        got = f"a start up to {end(levels[0], 1):g}, a ceiling from {end(levels[1], 0):g}"
        raise InputError("uncertainty of quality", got, "keep the start below the ceiling")
