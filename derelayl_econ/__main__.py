"""The command line: ``derelayl COMMAND`` (also ``derelayl_econ`` and ``python -m derelayl_econ``).

Exit codes: 0 good; 1 the answer is "no" (a prediction is refuted, a scenario is not sustainable, a
theorem is open); 2 bad input. Progress goes to the standard error stream and only to a terminal,
answers go to the standard output.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from derelayl_econ.errors import DerelaylError, InputError, did_you_mean

__all__ = ["main"]

GOOD, NO, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line, like every other error of the package."""

    def error(self, message: str) -> NoReturn:
        raise DerelaylError(f"{' '.join(message.split())}; see {self.prog} --help")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = _Parser(prog="derelayl", description="Will strangers keep training one shared model?")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    figures = _command(commands, "figures", "regenerate the theory figures, each with its check")
    figures.add_argument("names", nargs="*", metavar="NAME", help="figures to draw (default: all)")
    solve = _command(commands, "solve", "solve every game of a scenario for all its equilibria")
    solve.add_argument("--certify", action="store_true", help="prove the number of equilibria")
    simulate = _command(commands, "simulate", "run relays in which real models are trained")
    simulate.add_argument("--replications", type=int, default=20, metavar="K")
    simulate.add_argument("--workers", type=int, default=1, metavar="W")
    simulate.add_argument("--policy", default="equilibrium", help="what the participants play")
    validate = _command(commands, "validate", "compare predictions with measurements")
    validate.add_argument("--replications", type=int, default=40, metavar="K")
    attack = _command(commands, "attack", "let one member of real relays play every deviation")
    attack.add_argument("--replications", type=int, default=40, metavar="K")
    attack.add_argument("--workers", type=int, default=1, metavar="W")
    ecology = _command(
        commands, "ecology", "play the rules of a whole community, beside its theory"
    )
    ecology.add_argument("--rounds", type=int, metavar="T", help="default: the scenario's")
    ecology.add_argument("--replications", type=int, default=200, metavar="K")
    ecology.add_argument("--workers", type=int, default=1, metavar="W")
    report = _command(commands, "report", "judge whether a scenario is sustainable, and why")
    report.add_argument("--knobs", action="store_true",
                        help="also find what change of each knob turns a verdict")  # fmt: skip
    repair = _command(commands, "repair", "find the cheapest change that makes a scenario last")
    repair.add_argument("--knob", action="append", metavar="KEY",
                        help="may be turned; may be repeated (default: all but theta)")  # fmt: skip
    repair.add_argument("--reserve", type=float, default=0.02, metavar="SHARE",
                        help="by which each condition is to hold (default 0.02)")  # fmt: skip
    for command in (solve, simulate, validate, attack, ecology, report, repair):
        command.add_argument(
            "scenario", metavar="SCENARIO", help="a TOML file or a scenario's name"
        )
        command.add_argument(
            "--set", action="append", default=[], metavar="KEY=VALUE", dest="changes",
            help="change one value of the scenario, such as reward.pool=3; may be repeated",
        )  # fmt: skip
    prove = _command(commands, "prove", "check the theorems by machine, in the repository")
    prove.add_argument("--theorem", action="append", default=[], metavar="CODE", dest="theorems",
                       help="prove only this one, such as T5; may be repeated")  # fmt: skip
    _command(commands, "info", "versions, scenarios and figures")
    _command(commands, "cite", "how to cite the paper and this program")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        options = build_parser().parse_args(_checked_command(given))
        import derelayl_econ.commands as commands

        answer = getattr(commands, options.command)(options)
        sys.stdout.flush()  # here, where a reader that has gone is noticed, not at exit
        return NO if answer is False else GOOD
    except DerelaylError as error:
        print(f"derelayl: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("derelayl: interrupted; files already written are whole", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader (head, less) has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        return GOOD


def _command(commands: argparse._SubParsersAction[_Parser], name: str, text: str) -> _Parser:
    """Add a command with the options that all commands share."""
    parser = commands.add_parser(name, help=text, description=text)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--out", metavar="PATH", help="write the answer there (figures: a folder)")
    parser.add_argument("--seed", type=int, default=0, help="root of all randomness (default 0)")
    parser.add_argument("--quiet", action="store_true", help="no progress, no summary")
    return parser


def _checked_command(given: list[str]) -> list[str]:
    known = ("figures", "solve", "report", "repair", "simulate", "validate", "attack", "ecology",
             "prove", "info", "cite")  # fmt: skip
    if not given:
        return ["--help"]
    if given[0] not in known and not given[0].startswith("-"):
        raise InputError("command", given[0], f"be one of {', '.join(known)}",
                         hint=did_you_mean(given[0], known))  # fmt: skip
    return given


if __name__ == "__main__":
    sys.exit(main())
