"""The command that studies a corpus of many coders, on a small invented one."""

import io
import json
import re
import sys
from contextlib import redirect_stdout
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import autocode
from evaluation import agreement_disapere

ROOT = Path(__file__).parents[2]
SAID = {
    "forms": ("The form came back", "Paper goes round the county", "A second form was wanted"),
    "phones": ("Nobody picks up the telephone", "I rang and rang", "The line was engaged all day"),
    "": ("We had cake", "It rained on the way", "My sister rides horses"),
}
ENDS = ("and that was that.", "as far as I know.", "if you ask me.", "last Tuesday.", "once more.")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten documents of twenty lines that three coders read, each mistaken in one line of eight."""
    folder = tmp_path_factory.mktemp("corpora") / "small"
    folder.mkdir()
    rng = np.random.default_rng(2)
    lines, codings = ["line_id,doc_id,speaker,order,text"], ["line_id,coder,code"]
    codes = list(SAID)
    for d in range(10):
        for k in range(20):
            meant = codes[rng.integers(3)]
            text = f"{SAID[meant][rng.integers(3)]} {ENDS[rng.integers(5)]}"
            lines.append(f"d{d}:{k},d{d},P,{k},{text}")
            for coder in "abc":
                given = meant if rng.random() > 1 / 8 else codes[rng.integers(3)]
                codings.append(f"d{d}:{k},coder_{coder},{given}")
    (folder / "lines.csv").write_text("\n".join(lines) + "\n")
    (folder / "codings.csv").write_text("\n".join(codings) + "\n")
    (folder / "codebook.csv").write_text("code,parent,definition\nforms,,Paper\nphones,,The telephone\n")
    return folder


@pytest.fixture(scope="module")
def studied(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict, str]:
    """What the command prints, and the two files that it writes."""
    out = tmp_path_factory.mktemp("out")
    small = ["--learn", "60", "--folds", "2", "--seeds", "2", "--resamples", "60", "--out", str(out)]
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(printed):
        patched.setattr(sys, "argv", ["agreement_disapere", str(corpus), *small])
        agreement_disapere.main()
    return (
        printed.getvalue(),
        json.loads((out / "results" / "agreement_small.json").read_text(encoding="utf-8")),
        (out / "agreement_small.md").read_text(encoding="utf-8"),
    )


def test_everything_that_was_counted_is_told(studied: tuple[str, dict, str]) -> None:
    _, found, _ = studied

    assert found["corpus"] == "small"
    assert found["counts"]["lines of three coders or more"] == 200
    assert found["settings"] == {"learn": 60, "folds": 2, "seeds": 2, "resamples": 60}
    assert [row["code"] for row in found["coders"]["codes"]] == ["forms", "phones"]
    assert {(one["seed"], one["rule"]) for one in found["model"]} == {
        (seed, rule) for seed in (0, 1) for rule in ("would code", "thresholds", "one half", "suggested")
    }
    assert [one["coder"] for one in found["ceiling"]] == ["coder_a", "coder_b", "coder_c", None]


def test_a_suggester_that_understands_comes_near_the_coders_and_no_further_than_noise_allows(
    studied: tuple[str, dict, str],
) -> None:
    _, found, _ = studied
    rows = [one["sets"] for one in found["model"]]

    assert {round(row["human"]["value"], 12) for row in rows} == {round(rows[0]["human"]["value"], 12)}
    for row in rows:
        assert row["lines"] == 200
        assert 0.5 < row["ratio"]["value"] < 1.3
        assert row["ratio"]["low"] <= row["ratio"]["value"] <= row["ratio"]["high"]


def test_the_alternative_test_has_each_handicap_over_lines_and_over_documents(
    studied: tuple[str, dict, str],
) -> None:
    _, found, _ = studied
    tests = found["alt_test"]

    assert [(one["least"], one["over"], one["epsilon"]) for one in tests] == [
        (least, over, epsilon) for least in (3, 2) for over in ("lines", "documents") for epsilon in (0.1, 0.15, 0.2)
    ]
    assert all(one["coders"] == dict.fromkeys(("coder_a", "coder_b", "coder_c"), 200) for one in tests)
    assert all(a["winning_rate"] <= b["winning_rate"] for a, b in pairwise(tests)
               if a["over"] == b["over"] and a["least"] == b["least"])  # fmt: skip


def test_the_page_has_the_numbers_of_the_results(studied: tuple[str, dict, str]) -> None:
    printed, found, page = studied
    first = found["model"][0]["sets"]
    shown = re.search(r"^\| \*\*sets of codes \(MASI\)\*\* .*$", page, re.MULTILINE)

    assert shown is not None
    for name in ("human", "model", "difference", "ratio"):
        assert f"{first[name]['value']:.2f} [" in shown[0]
    assert "\n## 1. Agreement among the coders\n" in page
    assert len(re.findall(r"^\| would code \| \d", page, re.MULTILINE)) == 2
    assert "would code, 2 seeds: mean ratio" in printed


def test_no_document_is_both_learnt_from_and_asked_about(corpus: Path) -> None:
    codings, lines, _ = autocode.read_corpus(corpus)
    seen: list[str] = []
    for fold in agreement_disapere.folds(codings, lines, n_folds=3, learn=50, seed=1):
        assert len(fold.training) == 50
        assert not {lines.line(line).transcript for line in fold.training} & fold.documents
        seen += fold.documents

    assert sorted(seen) == sorted(one.id for one in lines.interviews)


def test_the_committed_page_is_the_one_of_the_committed_results() -> None:
    """Everything on the page comes from one run: its ratios are those of the JSON beside it."""
    found = json.loads((ROOT / "evaluation" / "results" / "agreement_disapere.json").read_text(encoding="utf-8"))
    page = (ROOT / "evaluation" / "agreement_disapere.md").read_text(encoding="utf-8")

    readme = " ".join((ROOT / "evaluation" / "README.md").read_text(encoding="utf-8").split())
    first = found["model"][0]

    assert (found["settings"]["learn"], first["rule"]) == (1500, "would code")
    told = (f"{first[name]['ratio']['value']:.2f}"[1:] for name in ("sets", "mean"))
    assert (
        "the suggester comes to {} of the coders' alpha on sets of codes and to {} on the mean".format(*told) in readme
    )
    passed = [one for one in found["alt_test"] if one["passed"]]
    assert [(one["least"], one["over"], one["epsilon"]) for one in passed] == [(2, "lines", 0.2), (2, "documents", 0.2)]
    assert "it passes two (two coders per line and a handicap of .20, over lines and over documents)" in readme
    for one in found["model"]:
        ratio = one["sets"]["ratio"]
        told = f"| {one['rule']} | {one['seed']} | {ratio['value']:.2f} [{ratio['low']:.2f}, {ratio['high']:.2f}] |"
        assert told in page


def test_the_sentence_on_the_encoder_is_that_of_the_committed_results() -> None:
    readme = " ".join((ROOT / "evaluation" / "README.md").read_text(encoding="utf-8").split())
    told = []
    for name in ("agreement_disapere_semantic", "agreement_disapere"):
        found = json.loads((ROOT / "evaluation" / "results" / f"{name}.json").read_text(encoding="utf-8"))
        of_rule = [one for one in found["model"] if one["rule"] == "would code"]
        for what in ("sets", "mean"):
            told.append(f"{np.mean([one[what]['ratio']['value'] for one in of_rule]):.3f}"[1:])

    assert "it is {} and {}, the mean of three seeds; without, {} and {}.".format(*told) in readme
