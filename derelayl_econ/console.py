"""What all commands share: reading the scenario, emitting the answer, showing progress."""

from __future__ import annotations

import json
import re
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derelayl_econ.scenario import Scenario

__all__ = ["answer", "emit", "out_is", "progress", "scenario_of", "write"]


def scenario_of(options: Namespace) -> Scenario:
    """Load the scenario, and refuse a useless ``--out`` before any work is done."""
    from derelayl_econ.files import output_file
    from derelayl_econ.scenario import Scenario

    if options.out is not None:
        output_file(options.out)
    scenario = Scenario.load(options.scenario)
    for change in options.changes:
        scenario = scenario.replace(*_setting(change))
    return scenario


def _setting(change: str) -> tuple[str, Any]:
    """Return key and value of KEY=VALUE; the value is TOML, or text if it is not."""
    import tomllib

    from derelayl_econ.errors import InputError

    key, equals, text = (part.strip() for part in change.partition("="))
    if not equals:
        raise InputError("--set", change, "be KEY=VALUE, such as reward.pool=3")
    try:
        return key, tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return key, float(text) if re.fullmatch(r"[-+]?\.\d+", text) else text  # TOML wants 0.5


def out_is(options: Namespace, suffix: str) -> bool:
    """Return whether the answer goes to a file of that suffix."""
    return options.out is not None and Path(options.out).suffix == suffix


def answer(options: Namespace, result: Any) -> None:
    """Emit a result as a table or as JSON; JSON says which seed it came from."""
    if options.json or out_is(options, ".json"):
        emit(options, json.dumps({"seed": options.seed} | result.to_dict(), indent=2))
    else:
        emit(options, str(result))


def emit(options: Namespace, text: str) -> None:
    """Write the text where ``--out`` says, or print it."""
    if options.out is not None:
        write(options, text + "\n")
    else:
        print(text)


def write(options: Namespace, text: str) -> None:
    """Write the text to ``--out``, whole or not at all, and say so unless told to be quiet."""
    from derelayl_econ.files import write_atomically

    path = Path(options.out)
    write_atomically(path, text.encode())
    if not options.quiet:
        print(f"wrote {path}", file=sys.stderr)


@contextmanager
def progress(options: Namespace, text: str) -> Iterator[None]:
    """Show a spinner on the standard error stream, only when it is a terminal."""
    if options.quiet or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield
