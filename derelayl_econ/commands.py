"""What each command of the command line does; see :mod:`derelayl_econ.__main__`.

Every command takes the parsed options and returns True ("good") or False ("the answer is no").
Imports are inside the functions: ``derelayl cite`` should not wait for SymPy.
"""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derelayl_econ.console import answer, emit, out_is, progress, scenario_of, write

if TYPE_CHECKING:
    from derelayl_econ.validation import ComparisonTable

__all__ = ["attack", "cite", "ecology", "figures", "info", "prove", "repair", "report", "simulate",
           "solve", "validate"]  # fmt: skip

PAPER = """@misc{duan2026derelayl,
  title = {{DeRelayL}: Sustainable Decentralized Relay Learning},
  author = {Duan, Haihan and Ma, Tengfei and Qin, Yuyang and Zeng, Runhao and Cai, Wei and
            Leung, Victor C. M. and Hu, Xiping},
  year = {2026},
  eprint = {2605.02935},
  archivePrefix = {arXiv}
}"""
FIGURE_FOLDER = Path("notebooks") / "figures"
TABLES = {"prediction": "table", "ecology_study": "ecology_table"}
"""Figures that are tables of comparisons, and where the evidence keeps these."""


def solve(options: Namespace) -> bool:
    """Print every equilibrium of every game of the scenario."""
    from derelayl_econ.solution import solve as solve_scenario

    answer(options, solve_scenario(scenario_of(options), certify=options.certify))
    return True


def simulate(options: Namespace) -> bool:
    """Run relays and print a summary of each, or write all records as CSV."""
    from derelayl_econ.simulation.experiment import simulate as run
    from derelayl_econ.validation.play import policies_of

    scenario = scenario_of(options)
    policies = policies_of(scenario, options.policy)
    with progress(options, f"{options.replications} relays"):
        result = run(scenario, policies, options.seed, replications=options.replications,
                     workers=options.workers)  # fmt: skip
    if out_is(options, ".csv"):
        write(options, result.records.to_csv(index=False))
    else:
        answer(options, result)
    return True


def validate(options: Namespace) -> bool:
    """Print predictions beside measurements; "no" if a prediction is refuted."""
    from derelayl_econ.validation import validate as compare

    scenario = scenario_of(options)
    with progress(options, "training real relays"):
        table = compare(scenario, rng=options.seed, replications=options.replications)
    if out_is(options, ".csv"):
        write(options, table.to_frame().to_csv(index=False))
    else:
        answer(options, table)
    if not options.json and not options.quiet and table.refuted:
        print(table.notes())
    return not table.refuted


def attack(options: Namespace) -> bool:
    """Let one member of real relays play every deviation; "no" if one of them pays."""
    from derelayl_econ.validation.closed_loop import close_loop

    scenario = scenario_of(options)
    with progress(options, "training real relays"):
        found = close_loop(scenario, options.seed, replications=options.replications,
                           workers=options.workers)  # fmt: skip
    answer(options, found)
    return found.holds


def ecology(options: Namespace) -> bool:
    """Play an ecology many times beside its mean field; "no" if most relays died."""
    from derelayl_econ.solution import ecology_of

    scenario = scenario_of(options)
    game = ecology_of(scenario)
    assert scenario.ecology is not None  # ecology_of refused it otherwise
    rounds = scenario.ecology.rounds if options.rounds is None else options.rounds
    with progress(options, f"{options.replications} communities, {rounds} rounds each"):
        study = game.replicate(rounds, options.seed, options.replications, workers=options.workers)
    steady = game.steady_state()
    if out_is(options, ".csv"):
        write(options, study.to_frame().to_csv(index=False))
    elif options.json or out_is(options, ".json"):
        both = {"seed": options.seed, "theory": steady.to_dict(), "simulation": study.to_dict()}
        emit(options, json.dumps(both, indent=2))
    else:
        emit(options, f"{steady}\n\n{study}")
    return 2 * len(study.alive) >= len(study)


def report(options: Namespace) -> bool:
    """Judge a scenario's sustainability; "no" if a condition fails or is on the boundary."""
    from derelayl_econ.sustainability import assess

    scenario, out = scenario_of(options), options.out
    page = out is not None and Path(out).suffix in (".pdf", ".png")
    found = assess(scenario, knobs=options.knobs or page, rng=options.seed)
    if page or out_is(options, ".md"):
        from derelayl_econ.figures.report import save_report

        save_report(found, out)
        if not options.quiet:
            print(f"wrote {out}", file=sys.stderr)
    elif options.json or out_is(options, ".json"):
        emit(options, json.dumps(found.to_dict(), indent=2))
    else:
        emit(options, str(found))
    return found.sustainable


def repair(options: Namespace) -> bool:
    """Find the cheapest repair, perhaps write the scenario; "no" if it is not sustainable then."""
    from derelayl_econ.repairs.repair import USUAL
    from derelayl_econ.repairs.repair import repair as mend

    scenario = scenario_of(options)
    with progress(options, "trying audit rates and committees"):
        found = mend(scenario, knobs=options.knob or USUAL, reserve=options.reserve)
    if out_is(options, ".toml"):
        write(options, found.scenario.to_toml())
        if not options.quiet:
            print(found)
    elif options.json or out_is(options, ".json"):
        emit(options, json.dumps(found.to_dict(), indent=2))
    else:
        emit(options, f"{found}\n\n{found.prices()}".rstrip())
    return found.sustainable


def figures(options: Namespace) -> bool:
    """Draw figures, each with its check against simulation; refuse a wrong name before any work."""
    from derelayl_econ.figures.registry import FIGURES, draw, save, spec_of
    from derelayl_econ.files import output_folder
    from derelayl_econ.scenario import Scenario
    from derelayl_econ.validation import Evidence

    specs = [spec_of(name) for name in options.names or FIGURES]
    folder = output_folder(FIGURE_FOLDER if options.out is None else options.out)
    evidence = {scenario: Evidence(Scenario.load(scenario), rng=options.seed)
                for scenario in {spec.scenario for spec in specs}}  # fmt: skip
    written: list[Path] = []
    for spec in specs:
        name, found = spec.name, evidence[spec.scenario]
        with progress(options, f"figure {name}"):
            written += save(draw(name, found), name, folder)
        if not options.json and not options.quiet:
            print(f"{folder / name}.pdf, .png  {spec.question}")
        if name in TABLES:  # its rows are measured by now
            written.append(folder / f"{name}.csv")
            _write_table(options, getattr(found, TABLES[name]), written[-1])
    if options.json:
        print(json.dumps({"seed": options.seed, "files": [str(path) for path in written]}))
    return True


def _write_table(options: Namespace, table: ComparisonTable, path: Path) -> None:
    """Write the comparisons behind a figure as CSV, and tell what is refuted."""
    from derelayl_econ.files import write_atomically

    write_atomically(path, table.to_frame().to_csv(index=False).encode())
    if not options.json and not options.quiet:
        print(f"{table.caption()}; every row in {path}")
        print(table.notes())


def prove(options: Namespace) -> bool:
    """Prove the theorems of the repository by machine; "no" if anything is open."""
    from derelayl_econ.errors import InputError, did_you_mean
    from derelayl_econ.files import output_file

    if options.out is not None:
        output_file(options.out)
    proofs = _proofs()
    known = [theorem.code for theorem in proofs.THEOREMS]
    for code in options.theorems:
        if code not in known:
            raise InputError("theorem", code, "be the code of one", hint=did_you_mean(code, known))
    if proofs.missing():
        print(f"derelayl: {proofs.MISSING.format(', '.join(proofs.missing()))}", file=sys.stderr)
        return False
    as_json = options.json or out_is(options, ".json")
    with progress(options, "proving"):
        text, proved = proofs.report(options.theorems, as_json=as_json)
    emit(options, text)
    return bool(proved)


def _proofs() -> Any:
    """Load the theorems, which are beside the package in the repository but not installed."""
    from importlib import import_module

    from derelayl_econ.errors import DerelaylError

    root = Path(__file__).parent.parent
    if not (root / "proofs" / "library.py").is_file():
        raise DerelaylError(
            "the theorems (proofs/) are in the repository only, not in the installed package; "
            "clone the repository and run `make prove` there"
        )
    if sys.path[0] != str(root):  # first, or another folder of that name might be found
        sys.path.insert(0, str(root))
    return import_module("proofs.__main__")


def info(options: Namespace) -> bool:
    """Print versions, scenarios and figures."""
    import platform
    from importlib import metadata

    from derelayl_econ.figures.registry import FIGURES
    from derelayl_econ.scenario import scenario_names

    names = ("derelayl_econ", "numpy", "scipy", "sympy", "nashpy", "numba", "cvxpy", "matplotlib",
             "scikit-learn", "python-flint", "pandas")  # fmt: skip
    facts: dict[str, Any] = {name: metadata.version(name) for name in names}
    facts |= {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "scenarios": list(scenario_names()),
        "figures": list(FIGURES),
    }
    lines = [f"{k:14}{', '.join(v) if isinstance(v, list) else v}" for k, v in facts.items()]
    emit(options, json.dumps(facts, indent=2) if options.json else "\n".join(lines))
    return True


def cite(options: Namespace) -> bool:
    """Print how to cite the paper and this program."""
    from derelayl_econ import __version__

    software = (
        "@software{derelayl_econ,\n"
        "  title = {derelayl_econ: incentive analysis of decentralized relay learning},\n"
        f"  version = {{{__version__}}},\n"
        "  author = {{The derelayl_econ developers}}\n}"
    )
    entries = {"paper": PAPER, "software": software}
    emit(options, json.dumps(entries, indent=2) if options.json else "\n\n".join(entries.values()))
    return True
