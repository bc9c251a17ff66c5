"""The command line: answers on stdout, complaints in one line on stderr, exit codes 0, 1 and 2."""

from __future__ import annotations

import functools
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import proofs.__main__ as proving
from derelayl_econ import commands, validation
from derelayl_econ.__main__ import main
from derelayl_econ.figures import registry
from derelayl_econ.scenario import Scenario, scenario_names
from derelayl_econ.solution import solve
from derelayl_econ.validation import evidence
from derelayl_econ.validation.comparison import ComparisonTable
from derelayl_econ.validation.participation import measure_imitation
from derelayl_econ.validation.significance import compare_mean
from proofs import solvers

Run = Callable[..., SimpleNamespace]

SMALL = {
    "community.participants": 6, "community.value": 0.5, "learning.learning_rate": 0.2,
    "training.cost": 0.2, "training.cost_cheat": 0.05, "reward.pool": 0.6, "reward.price": 1.0,
    "experiment.dataset": "wine", "experiment.shard": 10, "experiment.hold_out": 30,
    "experiment.legs": 40,
}  # fmt: skip


@pytest.fixture
def small(tmp_path: Path) -> str:
    scenario = Scenario.load("derelayl_defaults")
    for key, value in SMALL.items():
        scenario = scenario.replace(key, value)
    scenario.save(tmp_path / "small.toml")
    return str(tmp_path / "small.toml")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> SimpleNamespace:
        code = main(list(arguments))
        seen = capsys.readouterr()
        return SimpleNamespace(code=code, out=seen.out, err=seen.err)

    return call


def _refused(answer: SimpleNamespace) -> str:
    """Check that a refusal is one line on stderr and nothing else; return the line."""
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.startswith("derelayl: ")
    assert answer.err.count("\n") == 1, answer.err
    assert answer.err.endswith("\n")
    assert "Traceback" not in answer.err
    return str(answer.err)


def test_solve_prints_every_game(run: Run) -> None:
    answer = run("solve", "phone_community")
    assert answer.code == 0
    assert answer.err == ""
    assert answer.out.rstrip("\n") == str(solve(Scenario.load("phone_community")))
    for title in ("Who trains one leg", "How long it pays", "Who takes the baton", "under drift",
                  "Does cheating pay", "Which deposits work"):  # fmt: skip
        assert title in answer.out


def test_solve_as_json_and_certified(run: Run) -> None:
    answer = run("solve", "hospital_consortium", "--json", "--certify", "--seed", "5")
    found = json.loads(answer.out, parse_constant=pytest.fail)  # NaN and Infinity are not JSON
    assert found["seed"] == 5
    assert found["participation"]["coverage"] == "all"
    for equilibrium in found["participation"]["equilibria"]:
        assert equilibrium["certificate"]["status"] in ("exact", "certified-ball")


def test_out_writes_the_same_answer_whole(run: Run, tmp_path: Path, small: str) -> None:
    target = tmp_path / "answer.txt"
    answer = run("solve", small, "--out", str(target))
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == f"wrote {target}\n"
    assert target.read_text(encoding="utf-8") == run("solve", small).out
    assert run("solve", small, "--out", str(tmp_path / "a.json"), "--quiet").err == ""
    assert json.loads((tmp_path / "a.json").read_text())["scenario"] == "derelayl-defaults"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json", "answer.txt", "small.toml"]


def test_simulate_repeats_with_its_seed(run: Run, small: str) -> None:
    same = ("simulate", small, "--replications", "2", "--json")
    first, again, other = run(*same), run(*same), run(*same, "--seed", "1")
    assert first.code == 0
    assert json.loads(first.out)["replications"] == 2
    assert first.out == again.out
    assert json.loads(first.out)["ledger_heads"] != json.loads(other.out)["ledger_heads"]


def test_simulate_writes_every_record_as_csv(run: Run, small: str, tmp_path: Path) -> None:
    target = tmp_path / "relays.csv"
    answer = run("simulate", small, "--replications", "2", "--policy", "always", "--out",
                 str(target))  # fmt: skip
    assert (answer.code, answer.out) == (0, "")
    records = pd.read_csv(target)
    assert set(records["replication"]) == {0, 1}
    assert records["leg"].max() == SMALL["experiment.legs"] - 1  # type: ignore[operator]


def test_a_single_relay_has_no_standard_error(run: Run, small: str) -> None:
    answer = run("simulate", small, "--replications", "1")
    assert "nan" not in answer.out


def test_validate_tells_what_is_refuted(
    run: Run, small: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = functools.partial(measure_imitation, agents=200, legs=40)  # not what is tested here
    monkeypatch.setattr(evidence, "measure_imitation", tiny)
    answer = run("validate", small, "--replications", "20", "--json", "--seed", "3")
    found = json.loads(answer.out, parse_constant=pytest.fail)
    assert found["seed"] == 3
    refuted = [row for row in found["rows"] if row["verdict"] == "refuted"]
    assert answer.code == (1 if refuted else 0)
    assert all(row["note"] for row in refuted)
    assert len(found["rows"]) > 40
    assert {"low", "mid", "high"} == set(found["rows"][0]["measured"])


def _table(mean: float) -> ComparisonTable:
    row = compare_mean("a share", "2.1", mean, [0.1, -0.1, 0.2, -0.2], note="told why")
    return ComparisonTable(rows=(row,), scenario="s", seed=0)


def test_validate_exit_codes_and_files(
    run: Run, small: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[dict[str, Any]] = []

    def answer_with(mean: float) -> None:
        def fake(scenario: Scenario, **given: Any) -> ComparisonTable:
            calls.append(given)
            return _table(mean)

        monkeypatch.setattr(validation, "validate", fake)

    answer_with(0.0)
    good = run("validate", small, "--seed", "7", "--replications", "33")
    assert good.code == 0
    assert calls == [{"rng": 7, "replications": 33}]
    assert "1 of 1 predictions confirmed" in good.out
    answer_with(100.0)
    bad = run("validate", small)
    assert bad.code == 1
    assert "refuted: a share. Probable cause: told why" in bad.out
    quiet = run("validate", small, "--quiet", "--out", str(tmp_path / "t.csv"))
    assert (quiet.code, quiet.out, quiet.err) == (1, "", "")
    assert list(pd.read_csv(tmp_path / "t.csv")["verdict"]) == ["refuted"]


ECOLOGY = ("ecology", "derelayl_defaults", "--rounds", "30", "--replications", "5")


def test_ecology_tells_theory_and_simulation(run: Run) -> None:
    answer = run(*ECOLOGY)
    assert (answer.code, answer.err) == (0, "")
    assert "Ecology steady state" in answer.out
    assert "5 runs of 256 participants, 30 rounds: 5 alive at the end" in answer.out
    assert "39.5517" in answer.out
    assert run(*ECOLOGY).out == answer.out == run(*ECOLOGY, "--workers", "2").out
    assert run(*ECOLOGY, "--seed", "3").out != answer.out


def test_ecology_as_json_and_as_csv(run: Run, tmp_path: Path) -> None:
    found = json.loads(run(*ECOLOGY, "--json").out, parse_constant=pytest.fail)
    assert found["seed"] == 0
    assert found["theory"]["survives"] is True
    assert len(found["simulation"]["runs"]) == 5
    target = tmp_path / "rounds.csv"
    assert run(*ECOLOGY, "--out", str(target), "--quiet").out == ""
    table = pd.read_csv(target)
    assert len(table) == 5 * 30
    assert {"round", "owners", "supply", "gini", "version_newest-0", "replication"} <= set(table)


def test_an_ecology_that_dies_is_a_no(run: Run) -> None:
    answer = run(*ECOLOGY, "--set", "ecology.winning_share=0")
    assert answer.code == 1
    assert "rounds until extinct" in answer.out
    assert "0 alive at the end" in answer.out


def test_any_value_of_a_scenario_is_set_from_the_command_line(run: Run) -> None:
    changed = run("solve", "phone_community", "--set", "reward.pool=3", "--set",
                  "community.participants = 20", "--set", "experiment.dataset=wine")  # fmt: skip
    scenario = Scenario.load("phone_community").replace("reward.pool", 3)
    assert changed.out.rstrip("\n") == str(solve(scenario.replace("community.participants", 20)))
    rules = run(*ECOLOGY, "--set", "ecology.royalty=geometric", "--set", "ecology.decay=.25")
    assert rules.code == 0
    assert "issued" in rules.out


def test_figures_draws_what_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from matplotlib.figure import Figure

    drawn: list[tuple[str, int]] = []

    def draw(name: str, found: evidence.Evidence) -> Figure:
        drawn.append((name, found.seed))
        return Figure(figsize=(1, 1))

    monkeypatch.setattr(registry, "draw", draw)
    folder = tmp_path / "made" / "here"
    answer = run("figures", "outage", "drift", "--out", str(folder), "--seed", "4")
    assert answer.code == 0
    assert drawn == [("outage", 4), ("drift", 4)]
    assert len(answer.out.splitlines()) == 2
    assert sorted(p.name for p in folder.iterdir()) == [
        "drift.pdf", "drift.png", "outage.pdf", "outage.png"]  # fmt: skip
    assert run("figures", "outage", "--out", str(folder), "--quiet").out == ""
    files = json.loads(run("figures", "outage", "--out", str(folder), "--json").out)["files"]
    assert files == [str(folder / "outage.pdf"), str(folder / "outage.png")]
    drawn.clear()
    line = _refused(run("figures", "outage", "drfit", "--out", str(tmp_path / "never")))
    assert "Did you mean drift?" in line
    assert drawn == []
    assert not (tmp_path / "never").exists()


@pytest.fixture
def verdict(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], list[Any]]:
    """Return a way to fix what the proofs answer, without asking a solver."""
    calls: list[Any] = []

    def fix(proved: bool) -> list[Any]:
        def fake(codes: Any, *, as_json: bool) -> tuple[str, bool]:
            calls.append((list(codes), as_json))
            return "{}" if as_json else "a table", proved

        monkeypatch.setattr(proving, "report", fake)
        return calls

    return fix


def test_prove_says_what_the_proofs_say(run: Run) -> None:
    answer = run("prove", "--theorem", "D")
    assert (answer.code, answer.err) == (0, "")
    assert "3 of 3 claims proved by z3 and cvc5" in answer.out
    found = json.loads(run("prove", "--theorem", "D", "--json").out)
    assert [row["theorem"] for row in found["theorems"]] == ["D"]
    assert all(claim["proved"] for claim in found["theorems"][0]["details"])


def test_prove_exit_codes_and_files(
    run: Run, verdict: Callable[[bool], list[Any]], tmp_path: Path
) -> None:
    calls = verdict(True)
    assert run("prove").out == "a table\n"
    assert run("prove", "--theorem", "T5", "--theorem", "B", "--json").out == "{}\n"
    assert calls == [([], False), (["T5", "B"], True)]
    target = tmp_path / "proofs.json"
    written = run("prove", "--out", str(target), "--quiet")
    assert (written.code, written.out, written.err) == (0, "", "")
    assert target.read_text(encoding="utf-8") == "{}\n"
    verdict(False)
    assert run("prove").code == 1


def test_prove_refuses_before_any_work(
    run: Run, verdict: Callable[[bool], list[Any]], tmp_path: Path
) -> None:
    calls = verdict(True)
    assert "be the code of one; got 'T55'. Did you mean" in _refused(
        run("prove", "--theorem", "T55")
    )
    assert "output file" in _refused(run("prove", "--out", str(tmp_path)))
    assert calls == []


def test_prove_without_solvers_names_the_extra(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solvers.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(proving, "report", pytest.fail)
    answer = run("prove")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == (
        "derelayl: not installed: z3, cvc5; `pip install derelayl_econ[proofs]` installs the "
        "solvers\n"
    )
    assert proving.main([]) == 1


def test_prove_without_the_repository_says_where_to_go(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "__file__", str(tmp_path / "derelayl_econ" / "commands.py"))
    line = _refused(run("prove"))
    assert "in the repository only" in line
    assert "`make prove`" in line


def test_prove_as_a_process_beside_another_folder_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "proofs").mkdir()
    (tmp_path / "proofs" / "__init__.py").write_text("raise SystemExit('not this one')")
    answer = _python("prove", "--theorem", "D", folder=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "3 of 3 claims" in answer.stdout


def test_info_and_cite(run: Run, tmp_path: Path) -> None:
    facts = json.loads(run("info", "--json").out)
    assert facts["scenarios"] == list(scenario_names())
    assert facts["figures"] == list(registry.FIGURES)
    assert "numpy" in run("info").out
    cited = run("cite")
    assert cited.code == 0
    assert "2605.02935" in cited.out
    assert "@software{derelayl_econ" in cited.out
    assert set(json.loads(run("cite", "--json").out)) == {"paper", "software"}
    assert run("cite", "--out", str(tmp_path / "c.bib")).out == ""
    assert (tmp_path / "c.bib").read_text(encoding="utf-8") == cited.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sovle", "x"], "Did you mean solve?"),
        ([""], "command must be one of"),
        (["solve", "phon_community"], "Did you mean phone_community?"),
        (["solve", "x" * 5000], "File name too long"),
        (["solve"], "the following arguments are required: SCENARIO; see derelayl solve --help"),
        (["solve", "a", "b\nc"], "unrecognized arguments: b c"),
        (["solve", "phone_community", "--jsn"], "unrecognized arguments: --jsn"),
        (["--json", "solve"], "see derelayl solve --help"),
        (["--"], "derelayl --help"),
        (["simulate", "phone_community", "--replications", "many"], "invalid int value: 'many'"),
        (["simulate", "phone_community", "--replications", "-1"], "replications must be"),
        (["simulate", "phone_community", "--workers", "0"], "workers must be"),
        (["simulate", "phone_community", "--seed", "-1"], "rng must be"),
        (["simulate", "phone_community", "--policy", "allways"], "Did you mean always?"),
        (["validate", "phone_community", "--replications", "3"], "an integer >= 20; got 3"),
        (["validate", "phone_community", "--seed", "1.5"], "invalid int value: '1.5'"),
        (["figures", "stoping"], "Did you mean stopping?"),
        (["ecology", "phone_community"], "have a section [ecology]"),
        (["ecology", "derelayl_defaults", "--rounds", "0"], "rounds must be an integer >= 1"),
        (["ecology", "derelayl_defaults", "--replications", "0"], "replications must be"),
        (["ecology", "derelayl_defaults", "--set", "ecology.matches"], "--set must be KEY=VALUE"),
        (["ecology", "derelayl_defaults", "--set", "ecology.matchs=3"], "ecology.matches?"),
        (["ecology", "derelayl_defaults", "--set", "ecology.matches=x"], "ecology.matches must be"),
        (["ecology", "derelayl_defaults", "--set", "community.participants=255"], "be even"),
        (["solve", "phone_community", "--out", ""], "output file must name a file, not a folder"),
        (["solve", "phone_community", "--out"], "expected one argument"),
    ],
)  # fmt: skip
def test_bad_arguments_are_refused_in_one_line(
    run: Run, arguments: list[str], message: str
) -> None:
    assert message in _refused(run(*arguments))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not toml at all", "valid TOML"),
        (b"\xff\xfe\x00\x01", "not UTF-8"),
        (b"", "name must be given"),
        (b"a = " + b"1" * 5000, "valid TOML"),
        (b"a = " + b"[" * 5000 + b"]" * 5000, "valid TOML"),
        (b"name = 'a'\nsummary = 's'\n[comunity]\n", "Did you mean community?"),
        (b"name = 'a'\nsummary = 's'\ncommunity = 3", "community must be a table"),
        (b"name = 'a'\nsummary = 's'\ncommunity = 2020-01-01", "community must be a table"),
    ],
    ids=["text", "binary", "empty", "long number", "deep", "misspelt", "no table", "date"],
)
def test_bad_files_are_refused_in_one_line(
    run: Run, tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    for command in ("solve", "simulate", "validate"):
        line = _refused(run(command, str(path)))
        assert message in line
        assert "bad.toml" in line


def test_a_folder_is_not_a_scenario(run: Run, tmp_path: Path) -> None:
    assert "Is a directory" in _refused(run("solve", str(tmp_path)))


@pytest.mark.parametrize(
    "command", ["solve", "simulate", "validate", "attack", "ecology", "report", "repair"]
)
@pytest.mark.parametrize("place", ["", "small.toml/x.json", "missing/x.json", "n" * 300])
def test_a_useless_out_is_refused_before_any_work(
    run: Run, small: str, tmp_path: Path, command: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Scenario, "load", pytest.fail)
    before = Path(small).read_bytes()
    assert "output file" in _refused(run(command, small, "--out", str(tmp_path / place)))
    assert Path(small).read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["small.toml"]


def test_a_file_in_the_way_of_the_figures(run: Run, small: str) -> None:
    assert "output folder must be writable" in _refused(run("figures", "--out", small))
    assert "output folder" in _refused(run("figures", "--out", f"{small}/below"))


def test_an_interrupt_is_told_in_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(path: str) -> Scenario:
        raise KeyboardInterrupt

    monkeypatch.setattr(Scenario, "load", interrupted)
    answer = run("solve", "phone_community")
    assert (answer.code, answer.out) == (130, "")
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["--help"], ["solve", "--help"]])
def test_help_is_given(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 0
    assert "usage: derelayl" in capsys.readouterr().out


def _python(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "derelayl_econ", *arguments], cwd=folder,
                          capture_output=True, text=True, check=False)  # fmt: skip


def test_as_a_process(tmp_path: Path, small: str) -> None:
    good = _python("solve", small, "--json", folder=tmp_path)
    assert good.returncode == 0, good.stderr
    assert json.load(io.StringIO(good.stdout))["deposits"]["feasible"] in (True, False)
    bad = _python("solve", "phone_comunity", folder=tmp_path)
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr.count("\n") == 1
    cited = _python("cite", folder=tmp_path)
    assert cited.returncode == 0
    assert [p.name for p in tmp_path.iterdir()] == ["small.toml"]


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        answer = subprocess.run([sys.executable, "-m", "derelayl_econ", "info"], stdout=gone,
                                stderr=subprocess.PIPE, text=True, check=False)  # fmt: skip
    assert (answer.returncode, answer.stderr) == (0, "")


def test_a_report_says_no_and_yes(run: Run, tmp_path: Path) -> None:
    no = run("report", "hospital_consortium")
    assert no.code == 1
    assert "not sustainable (S4)" in no.out
    assert "breaks at" not in no.out
    fee = ("--set", "reward.hand_over_fee=3")
    yes = run("report", "hospital_consortium", *fee, "--json", "--knobs")
    assert yes.code == 0
    assert json.loads(yes.out)["sustainable"] is True
    for suffix in ("md", "json", "pdf", "png", "txt"):
        file = tmp_path / f"report.{suffix}"
        assert run("report", "hospital_consortium", *fee, "--out", str(file)).code == 0
        assert file.stat().st_size > 1000
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert text.endswith("(report-pictures.png)\n")
    assert (tmp_path / "report-pictures.png").read_bytes().startswith(b"\x89PNG")
    first = (tmp_path / "report.pdf").read_bytes()
    run("report", "hospital_consortium", *fee, "--out", str(tmp_path / "report.pdf"))
    assert (tmp_path / "report.pdf").read_bytes() == first


def test_a_report_of_bad_input_is_refused(run: Run) -> None:
    assert "reward.pool" in _refused(run("report", "phone_community", "--set", "reward.pool=-1"))
    assert "Did you mean" in _refused(run("report", "phone_comunity"))


def test_a_report_tells_what_is_uncertain(run: Run, small: str) -> None:
    text = Path(small).read_text(encoding="utf-8") + "\n[uncertainty.reward]\npool = [0, 1.0]\n"
    Path(small).write_text(text, encoding="utf-8")
    answer = run("report", small, "--seed", "4")
    assert "all conditions hold with probability" in answer.out
    assert "seed 4" in answer.out
    assert run("report", small, "--seed", "4").out == answer.out
    found = json.loads(run("report", small, "--json").out)
    assert set(found["uncertainty"]["probability"]) > {"S1", "all"}
    certain = run("report", small, "--set", "reward.pool=0.6")
    assert "with probability" not in certain.out


def test_a_repair_is_told_and_written(run: Run, tmp_path: Path) -> None:
    told = run("repair", "hospital_consortium")
    assert told.code == 0
    assert "reward.pool" in told.out
    assert "lowers the cost by" in told.out
    file = tmp_path / "mended.toml"
    written = run("repair", "hospital_consortium", "--out", str(file))
    assert written.code == 0
    assert run("report", str(file)).code == 0
    assert run("report", "hospital_consortium").code == 1
    found = json.loads(run("repair", "hospital_consortium", "--json").out)
    assert found["sustainable"]
    assert found["scenario"] == Scenario.load(file).to_mapping()


def test_a_repair_that_there_is_none_is_a_no(run: Run) -> None:
    no = run("repair", "empty_pool", "--knob", "reward.pool", "--knob", "reward.price")
    assert no.code == 1
    assert "no repair by these knobs" in no.out
    assert "Did you mean" in _refused(run("repair", "empty_pool", "--knob", "reward.pol"))
    assert "reserve must" in _refused(run("repair", "empty_pool", "--reserve", "-1"))


def test_an_attack_says_whether_a_deviation_pays(run: Run, small: str) -> None:
    poor = run("attack", small, "--replications", "10", "--set", "reward.pool=0",
               "--set", "reward.price=0", "--set", "verification.deposit=0")  # fmt: skip
    assert poor.code == 1
    assert "deviations pay" in poor.out
    found = json.loads(run("attack", small, "--replications", "10", "--json").out)
    assert found["holds"] == (not found["paying"])
    assert found["seed"] == 0
    assert "replications must" in _refused(run("attack", small, "--replications", "1"))
