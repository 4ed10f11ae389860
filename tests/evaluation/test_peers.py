"""The command that compares autocode with its peers, on a small invented corpus."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import autocode

ROOT = Path(__file__).parents[2]
SAID = {
    "forms": ("The form came back", "Paper goes round the county", "A second form was wanted"),
    "phones": ("Nobody picks up the telephone", "I rang and rang", "The line was engaged all day"),
    "": ("We had cake", "It rained on the way", "My sister rides horses"),
}
ENDS = ("and that was that.", "as far as I know.", "if you ask me.", "last Tuesday.", "once more.")
METHODS = ("autocode", "definitions alone")

# One process for all claims, because loading the libraries takes longer than the measuring.
SCRIPT = """
import contextlib, dataclasses, io, json, shutil, sys
from pathlib import Path
import numpy as np
from evaluation import peers, peers_methods
from evaluation.peers_page import page

corpus, folder, evaluation = map(Path, sys.argv[1:])
cells, out = folder / "cells", folder / "out"
results = out / "results" / f"peers_{corpus.name}.json"
told = {}

def run(name, *more):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        peers.main([str(corpus), "--resamples", "40", "--cells", str(cells), "--out", str(out), "--seeds", "0", *more])
    told[name] = {"printed": printed.getvalue(), "results": json.loads(results.read_text("utf-8"))}

quick = "definitions alone"
run("first", "--methods", "autocode", quick, "--learn", "50", "1000")
told["kept"] = sorted(path.name for path in cells.iterdir())
run("as_is", "--methods", quick, "LinearSVC", "--learn", "50", "--as-is")
run("second", "--methods", "autocode", quick, "--learn", "50", "1000")
(cells / f"{corpus.name}.definitions-alone.250.0.npz").mkdir()
run("again", "--methods", quick, "--again", quick, "--learn", "50", "250")
shutil.rmtree(cells)
run("without_cells", "--methods", quick, "--learn", "50", "1000")
peers.METHODS["unheard of"] = peers_methods.METHODS["unheard of"] = dataclasses.replace(
    peers.METHODS[quick], name="unheard of", packages=("no_such_package",))
run("absent", "--methods", "unheard of")
told["page"] = (out / "peers.md").read_text("utf-8")
changed = dataclasses.replace(peers.METHODS[quick], name="changed", settings="another way")
told["digests"] = [peers.Cell(corpus=corpus, method=method, n=n, seed=0).digest()
                   for method, n in ((peers.METHODS[quick], 50), (changed, 50), (peers.METHODS[quick], 250))]
told["steps"] = peers_methods.setfit_steps(np.array([[1, 0], [1, 1], [0, 1], [0, 0]], dtype=bool), batch=2)
del peers.METHODS["unheard of"]
committed = [json.loads(p.read_text("utf-8")) for p in sorted((evaluation / "results").glob("peers_*.json"))]
costs = next((one for one in committed if "setfit" in one), None)
told["committed"] = page([one for one in committed if "entries" in one], costs)
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-six documents of fifteen lines that one coder read, who is mistaken in one line of eight."""
    folder = tmp_path_factory.mktemp("corpora") / "small"
    folder.mkdir()
    rng = np.random.default_rng(2)
    lines, codings = ["line_id,doc_id,speaker,order,text"], ["line_id,coder,code"]
    codes = list(SAID)
    for d in range(26):
        for k in range(15):
            meant = codes[rng.integers(3)]
            lines.append(f"d{d}:{k},d{d},P{d},{k},{SAID[meant][rng.integers(3)]} {k} {ENDS[rng.integers(5)]}")
            given = meant if rng.random() > 1 / 8 else codes[rng.integers(3)]
            codings.append(f"d{d}:{k},coder_a,{given}")
    (folder / "lines.csv").write_text("\n".join(lines) + "\n")
    (folder / "codings.csv").write_text("\n".join(codings) + "\n")
    (folder / "codebook.csv").write_text("code,parent,definition\nforms,,Paper\nphones,,The telephone\n")
    return folder


@pytest.fixture(scope="module")
def told(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What five runs of the command say and write."""
    command = [
        sys.executable,
        "-c",
        SCRIPT,
        str(corpus),
        str(tmp_path_factory.mktemp("peers")),
        str(ROOT / "evaluation"),
    ]
    alone = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout))


def entry(run: dict, method: str) -> dict:
    return next(one for one in run["results"]["entries"] if (one["method"], one["n"]) == (method, 50))


def test_a_cell_of_a_method_is_measured_and_kept(told: dict) -> None:
    first = told["first"]
    one = entry(first, "definitions alone")

    assert first["printed"].count(": ") == 2
    assert "small, definitions alone, N = 50, seed 0: " in first["printed"]
    assert told["kept"] == ["small.autocode.50.0.npz", "small.definitions-alone.50.0.npz"]
    assert one["seeds"] == [0]
    assert set(one["metrics"]) == {"R@1", "R@3", "mAP", "microF1", "macroF1", "brier", "ece"}
    for value in one["metrics"].values():
        assert 0 <= value["low"] <= value["high"] <= 1
    assert one["costs"]["peak_mb"] > 50
    assert one["costs"]["lines_per_cpu_s"] > 0
    assert 0 < one["costs"]["fit_cpu_s"] < one["costs"]["tuned_cpu_s"]
    assert len(one["R@3_draws"].split()) == 40


def test_autocode_and_the_definitions_fare_as_in_a_validation(told: dict, corpus: Path) -> None:
    found = autocode.validate(*autocode.read_corpus(corpus), learn=[50], seeds=1, seed=0, resamples=2).to_json()
    point = found["curve"][0]
    ours, plain = (entry(told["first"], name)["metrics"] for name in METHODS)

    assert {name: value["mean"] for name, value in ours.items()} == pytest.approx(
        {name: value["mean"] for name, value in point["metrics"].items()}, abs=1e-6
    )
    for name in ("R@1", "R@3", "mAP"):
        assert plain[name]["mean"] == pytest.approx(point["baselines"]["definitions"][name]["mean"], abs=1e-6)


def test_a_second_run_measures_nothing_again_with_or_without_its_cells_nor_does_one_told_not_to(told: dict) -> None:
    assert told["as_is"]["printed"] == told["second"]["printed"] == ""
    assert entry(told["second"], "autocode") == entry(told["first"], "autocode")
    assert told["without_cells"]["printed"] == ""
    assert entry(told["without_cells"], "definitions alone") == entry(told["again"], "definitions alone")


def test_a_named_method_is_measured_anew_and_the_others_stand(told: dict) -> None:
    assert told["again"]["printed"].startswith("small, definitions alone, N = 50, seed 0: ")
    assert entry(told["again"], "autocode") == entry(told["first"], "autocode")
    assert entry(told["again"], "definitions alone")["metrics"] == entry(told["first"], "definitions alone")["metrics"]


def test_what_is_not_measured_is_named_with_the_reason(told: dict) -> None:
    why = {(one["method"], one["n"]): one["why"] for one in told["absent"]["results"]["missing"]}

    assert why["unheard of", 50] == "no_such_package not installed"
    assert why["autocode", 1000] == "its training parts have 270, 270, 270 lines"
    assert "unheard of: no_such_package not installed (N = 50, 250)" in told["page"]
    assert "SetFit: not measured yet (N = 50, 250, 1000)" in told["page"]


def test_a_cell_that_cannot_be_written_is_said_to_have_failed_and_the_others_stand(told: dict) -> None:
    why = {(one["method"], one["n"]): one["why"] for one in told["again"]["results"]["missing"]}

    assert why["definitions alone", 250].startswith("failed: IsADirectoryError: ")
    assert "small, definitions alone, N = 250, seed 0: failed: " in told["again"]["printed"]
    assert entry(told["again"], "definitions alone")["seeds"] == [0]


def test_another_setting_or_another_number_of_lines_is_another_cell(told: dict) -> None:
    assert len(set(told["digests"])) == 3


def test_setfit_takes_each_pair_once_and_the_rarer_kind_repeated(told: dict) -> None:
    """Of ten pairs of four lines, each line with itself among them, five share a code."""
    assert told["steps"] == 5


def test_the_committed_page_is_the_one_of_the_committed_results(told: dict) -> None:
    assert (ROOT / "evaluation" / "peers.md").read_text(encoding="utf-8") == told["committed"]
