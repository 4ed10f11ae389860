"""A whole study of agreement on a corpus that many people coded: the coders, and a suggester held beside them.

    python -m evaluation.agreement_disapere ../shared/corpora/disapere
    python -m evaluation.agreement_disapere ../shared/corpora/disapere --semantic

Writes `results/agreement_disapere.json` and `agreement_disapere.md`; about ten minutes on one core. The suggester is
asked only about documents that it has not seen: documents are dealt into folds, and for each fold a suggester learns
from N lines of the others.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import autocode
from autocode.agreement import (
    AgreementTable,
    AltTest,
    HumanCeiling,
    ModelAgreement,
    ModelTable,
    agreement_table,
    alt_test,
    human_ceiling,
    krippendorff_alpha,
    model_table,
)
from autocode.codebook import CodeId
from autocode.coding import Codings
from autocode.suggester import Embeddings
from autocode.transcripts import Line, LineId, TranscriptId, Transcripts

HERE = Path(__file__).parent
LEARN, FOLDS, SEEDS, RESAMPLES = 1500, 5, 3, 2000
EPSILONS = (0.1, 0.15, 0.2)
ENOUGH = 30  # lines of a coder, as the alternative annotator test asks for
TARGET = 0.80

RULES = {
    "would code": "the set of codes from which most agreement beyond chance with a coder is to be expected",
    "thresholds": "the thresholds of the suggester: each code as often as on its training lines, as in validation",
    "one half": "probability of at least one half",
    "suggested": "what a coder would be shown: at most three codes, or none where the suggester stays silent",
}

HEADLINE = "would code"

Said = dict[LineId, frozenset[CodeId]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Documents to be asked about, and the lines to learn from, none of which is of these documents."""

    asked: frozenset[TranscriptId]
    learnt: tuple[LineId, ...]


@dataclass(slots=True, kw_only=True)
class Found:
    """Everything that the page shows."""

    corpus: str
    counts: dict[str, int]
    settings: dict[str, Any]
    coders: AgreementTable
    models: list[dict[str, ModelTable]]
    ceiling: HumanCeiling
    alt_tests: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return every number."""
        return {
            "corpus": self.corpus,
            "counts": self.counts,
            "settings": self.settings,
            "coders": _without_pairs(self.coders.to_json()),
            "model": [
                {"seed": seed, "rule": rule, **one.to_json()}
                for seed, by_rule in enumerate(self.models)
                for rule, one in by_rule.items()
            ],
            "ceiling": [
                {
                    "coder": one.coder,
                    "lines": one.human.n_pairable,
                    "human": one.human.to_json(),
                    "model": one.model.to_json(),
                    "difference": one.difference.to_json(),
                }
                for one in (*self.ceiling.coders, self.ceiling.mean)
            ],
            "alt_test": self.alt_tests,
        }


def _without_pairs(told: Any) -> Any:
    """Return the table of the coders without the kappas of every two of them, which fill hundreds of pages."""
    if isinstance(told, dict):
        return {name: _without_pairs(one) for name, one in told.items() if not name.startswith("kappa ")}
    return [_without_pairs(one) for one in told] if isinstance(told, list) else told


def folds(codings: Codings, lines: Transcripts, *, n_folds: int, learn: int, seed: int) -> Iterator[Fold]:
    """Yield each fold: documents dealt at random, and lines of the others, documents in random order, until `learn`."""
    names = [one.id for one in lines.interviews]
    order = np.random.default_rng(seed).permutation(len(names))
    judged = set(codings.lines)
    for k in range(n_folds):
        asked = frozenset(names[i] for place, i in enumerate(order) if place % n_folds == k)
        pool = (line.id for i in order if names[i] not in asked for line in lines.interviews[i].lines)
        yield Fold(asked=asked, learnt=tuple(line for line in pool if line in judged)[:learn])


def said_of_unseen(
    codings: Codings,
    lines: Transcripts,
    codebook: autocode.Codebook,
    *,
    among: frozenset[TranscriptId],
    n_folds: int,
    learn: int,
    seed: int,
    encoder: Embeddings | None,
    tell: Callable[[str], None],
) -> dict[str, Said]:
    """Return, by each rule, the codes that a suggester decides on for the lines of `among`, each document unseen."""
    said: dict[str, Said] = {rule: {} for rule in RULES}
    for number, fold in enumerate(folds(codings, lines, n_folds=n_folds, learn=learn, seed=seed), start=1):
        tell(f"seed {seed}, fold {number} of {n_folds}: learning from {len(fold.learnt)} lines")
        suggester = autocode.train(codings.on(fold.learnt), lines, codebook, encoder=encoder, seed=seed)
        asked = [line for line in lines if line.transcript in fold.asked & among]
        for rule, decided in _decided(suggester, asked).items():
            said[rule] |= decided
    return said


def _decided(suggester: autocode.Suggester, asked: Sequence[Line]) -> Mapping[str, Said]:
    codes = [code.id for code in suggester.codes]
    p = suggester.probabilities(asked)
    shown: dict[LineId, set[CodeId]] = {line.id: set() for line in asked}
    for one in suggester.suggest(asked).suggestions:
        shown[one.line].add(one.code)

    def where(yes: NDArray[np.bool_]) -> Said:
        return {
            line.id: frozenset(code for code, given in zip(codes, row, strict=True) if given)
            for line, row in zip(asked, yes, strict=True)
        }

    return {
        "would code": suggester.would_code(asked),
        "thresholds": where(p >= suggester.model.thresholds.codes),
        "one half": where(p >= 0.5),
        "suggested": {line: frozenset(given) for line, given in shown.items()},
    }


def masi_similarity(a: frozenset[str], b: frozenset[str]) -> float:
    """Return 1 less the MASI distance of two sets (Passonneau 2006)."""
    if a == b:
        return 1.0
    monotonicity = 2 / 3 if a <= b or b <= a else 1 / 3 if a & b else 0.0
    return monotonicity * len(a & b) / len(a | b)


def alt_tests(own: Codings, said: Said, lines: Transcripts) -> Iterator[dict[str, Any]]:
    """Yield the alternative annotator test with each handicap, over lines as its authors do and over documents.

    Where at least three coders judged a line, each coder is held against two others, as the test asks. The other rows
    take all lines of two coders or more, where one other coder must do. Coders of too few such lines are left out.
    """
    document = {line.id: line.transcript for line in lines}
    for least in (3, 2):
        many = [line for line in own.lines if len(own.of(line)) >= least]
        held = own.on(many)
        lines_of = Counter(one.coder for one in held)
        coders = [coder for coder in held.coders if lines_of[coder] >= ENOUGH]
        humans = {coder: {one.line: one.codes for one in held.by(coder)} for coder in coders}
        # what coders with few lines said is gone, so some lines may have lost their others
        if len(coders) < 2:
            continue
        for over, interviews in (("lines", None), ("documents", document)):
            for epsilon in EPSILONS:
                found = alt_test(
                    humans, said, epsilon=epsilon, similarity=masi_similarity, interviews=interviews
                )  # fmt: skip
                yield _told(found, least=least, over=over, lines=len(many), left_out=len(held.coders) - len(coders))


def _told(found: AltTest, **about: Any) -> dict[str, Any]:
    return {
        **about,
        "epsilon": found.epsilon,
        "winning_rate": found.winning_rate,
        "advantage_probability": found.advantage_probability,
        "passed": found.passed,
        "coders": dict(zip(found.coders, found.n_lines, strict=True)),
        "p_values": dict(zip(found.coders, found.p_values, strict=True)),
        "caution": found.caution,
    }


def study(
    folder: Path,
    *,
    learn: int,
    n_folds: int,
    seeds: int,
    resamples: int,
    encoder: Embeddings | None,
    tell: Callable[[str], None],
) -> Found:
    """Return the agreement of a corpus's coders, and of a suggester beside them."""
    codings, lines, codebook = autocode.read_corpus(folder)
    own = codings.independent()
    twice = [line for line in own.lines if len(own.of(line)) >= 2]
    held = own.on(twice)
    tell("the coders among themselves")
    coders = agreement_table(codings, codebook, lines, interval="interviews", resamples=resamples, seed=0)
    used = Counter(code for one in held for code in one.codes)
    codes = [code.id for code in codebook.values() if used[code.id]]
    among = frozenset(lines.line(line).transcript for line in twice)
    said = []
    for seed in range(seeds):
        everywhere = said_of_unseen(
            codings,
            lines,
            codebook,
            among=among,
            n_folds=n_folds,
            learn=learn,
            seed=seed,
            encoder=encoder,
            tell=tell,
        )
        said.append({rule: {line: decided[line] for line in twice} for rule, decided in everywhere.items()})
    tell("the suggester beside the coders")
    how: dict[str, Any] = {"interval": "interviews", "resamples": resamples, "seed": 0}
    enough = {coder for coder, n in Counter(one.coder for one in held).items() if n >= ENOUGH}
    found = Found(
        corpus=folder.resolve().name,
        counts={
            "lines": len(lines),
            "documents": len(lines.interviews),
            "lines of two coders or more": len(twice),
            "their documents": len(among),
            "lines of three coders or more": sum(len(own.of(line)) >= 3 for line in twice),
            "coders": len(held.coders),
            f"coders of {ENOUGH} such lines or more": len(enough),
            "codes": len(codes),
        },
        settings={"learn": learn, "folds": n_folds, "seeds": seeds, "resamples": resamples}
        | ({} if encoder is None else {"encoder": encoder.name}),
        coders=coders,
        models=[
            {rule: model_table(codings, one, lines, codes=codes, **how) for rule, one in by_rule.items()}
            for by_rule in said
        ],
        ceiling=human_ceiling(held.by(*enough), said[0][HEADLINE], lines, **how),
        alt_tests=list(alt_tests(held, said[0][HEADLINE], lines)),
    )
    _check(found, held, lines)
    return found


def _check(found: Found, held: Codings, lines: Transcripts) -> None:
    """Raise unless both ways to the alpha among coders agree: the table's, and that beside the model."""
    sets = krippendorff_alpha(autocode.ReliabilityData.for_sets(held, lines), interval=None).value
    for one in (found.coders.overall.alpha, *(table.sets.human for table in found.models[0].values())):
        if abs(one.value - sets) > 1e-9:
            raise AssertionError(f"alpha among coders is {sets}, and beside the model {one.value}")


def page(found: Found) -> Iterator[str]:
    """Yield the page, line by line."""
    settings, counts = found.settings, found.counts
    first = found.models[0][HEADLINE]
    yield f"# Agreement on `{found.corpus}`"
    yield ""
    encoder = settings.get("encoder")
    yield f"Written by `python -m evaluation.agreement_disapere{' --semantic' if encoder else ''}`; do not edit."
    if encoder:
        yield from ("", f"The suggester also heard by a sentence encoder: {encoder}.")
    yield from ("", *(f"- {what}: {n:,}" for what, n in counts.items()), "")
    yield (
        f"**Held out.** Documents are dealt at random into {settings['folds']} folds. For each, a suggester learns "
        f"from {settings['learn']:,} lines of the other documents (whole documents in random order, lines in order) "
        "and decides on the lines of the fold. So every line is decided on once, by a suggester that has seen nothing "
        "of its document. It learns from adjudicated codes where there are any, else from a strict majority; it is "
        "compared with independent codings only, and is never in the pool of coders. Intervals: 95 % percentile, "
        f"{settings['resamples']:,} bootstrap draws of documents; the suggesters stay as they are. Tables 2, 4 and 5 "
        f"are of seed 0 and of the rule *{HEADLINE}*: {RULES[HEADLINE]}."
    )
    yield from ("", "## 1. The coders among themselves", "")
    yield from _grid(
        ("code", "given", "applied", "agree", "P+", "P−", "alpha", "AC1", "verdict"),
        (
            (
                row.name,
                f"{row.applied}",
                f"{row.prevalence:.1%}",
                _value(row.coefficients["percent"].value),
                *(
                    _value(row.coefficients[name].value) if name in row.coefficients else ""
                    for name in ("positive", "negative")
                ),
                row.alpha.estimate,
                _value(row.coefficients["ac1"].value) if "ac1" in row.coefficients else "",
                row.verdict,
            )
            for row in (*found.coders.codes, *found.coders.themes, found.coders.overall)
            if row.applied
        ),
    )
    yield from ("", "## 2. The suggester beside the coders, same lines, same coefficient", "")
    yield "Coders: alpha among them. Suggester: alpha of the pairs (suggester, coder, line), every judgement once."
    yield ""
    named = [(f"{row.code}", row) for row in first.codes] + [("**mean over codes**", first.mean)]
    yield from _grid(
        ("code", "given by coders", "by suggester", "coders", "suggester", "difference", "ratio"),
        (_beside(name, row) for name, row in [*named, ("**sets of codes (MASI)**", first.sets)]),
    )
    yield from ("", "## 3. How far it comes", "")
    yield f"Alpha of the suggester over that of the coders; the aim with {LEARN:,} lines is {TARGET:.2f}. Codes by:"
    yield from ("", *(f"- *{rule}*: {what}" for rule, what in RULES.items()), "")
    yield from _grid(
        ("rule", "seed", "sets of codes (MASI)", "mean over codes"),
        (
            (rule, f"{seed}", by_rule[rule].sets.ratio.estimate, by_rule[rule].mean.ratio.estimate)
            for rule in RULES
            for seed, by_rule in enumerate(found.models)
        ),
    )
    yield ""
    for rule in RULES:
        of_sets, of_codes = means(found, rule)
        yield f"- Mean over seeds, *{rule}*: sets of codes {of_sets:.3f}, mean over codes {of_codes:.3f}."
    yield from ("", "## 4. The ceiling: each coder steps aside and the suggester takes the place", "")
    yield f"Sets of codes, MASI; coders of at least {ENOUGH} lines; the last row is their mean, each counted once."
    yield ""
    yield from _grid(
        ("coder", "lines", "coder with the others", "suggester with the same", "difference"),
        (
            (
                one.coder or "**mean**",
                f"{one.human.n_pairable}",
                one.human.estimate,
                one.model.estimate,
                one.difference.estimate,
            )
            for one in (*found.ceiling.coders, found.ceiling.mean)
        ),
    )
    yield from ("", "## 5. The alternative annotator test (Calderon, Reichart & Dror 2025)", "")
    yield (
        "Nearness is 1 less the MASI distance, the mean over the other coders of the line. The suggester may replace a "
        "coder where the winning rate is at least .5. *Over lines* is the authors' t test, which takes lines to be "
        "independent; *over documents* is cluster-robust. The test asks for three coders a line (each held against two "
        f"others): {counts['lines of three coders or more']} lines have them, and coders of fewer than {ENOUGH} of "
        "these are left out, so that a few of the lines keep one other coder only. The rows of two coders or more take "
        "every line, one other coder being enough: more coders and lines, coarser nearness."
    )
    yield ""
    yield from _grid(
        (
            "coders a line",
            "lines",
            "coders tested",
            "t test over",
            "epsilon",
            "winning rate",
            "advantage probability",
            "passed",
        ),
        (
            (
                f"at least {one['least']}",
                f"{one['lines']}",
                f"{len(one['coders'])}",
                one["over"],
                f"{one['epsilon']:.2f}",
                f"{one['winning_rate']:.2f}",
                f"{one['advantage_probability']:.3f}",
                "yes" if one["passed"] else "no",
            )
            for one in found.alt_tests
        ),
    )


def means(found: Found, rule: str) -> tuple[float, float]:
    """Return the mean over seeds of the ratio, of sets of codes and of the mean over codes."""
    tables = [by_rule[rule] for by_rule in found.models]
    return (
        float(np.mean([one.sets.ratio.value for one in tables])),
        float(np.mean([one.mean.ratio.value for one in tables])),
    )


def _beside(name: str, row: ModelAgreement) -> tuple[str, ...]:
    four = (row.human, row.model, row.difference, row.ratio)
    return (name, f"{row.applied}", f"{row.suggested}", *(one.estimate for one in four))


def _grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _value(value: float) -> str:
    return "–" if value != value else f"{value:.2f}"


def main() -> None:
    """Study a corpus and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="the folder of a plain corpus that several people coded")
    parser.add_argument("--learn", type=int, default=LEARN, help="lines to learn from (%(default)s)")
    parser.add_argument("--folds", type=int, default=FOLDS, help="parts that documents are dealt into (%(default)s)")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="times that they are dealt (%(default)s)")
    parser.add_argument("--resamples", type=int, default=RESAMPLES, help="bootstrap draws of documents (%(default)s)")
    parser.add_argument("--semantic", action="store_true", help="with the sentence encoder of autocode[semantic]")
    parser.add_argument("--out", type=Path, default=HERE, help="where the page and results/ are written")
    asked = parser.parse_args()
    found = study(
        asked.corpus,
        learn=asked.learn,
        n_folds=asked.folds,
        seeds=asked.seeds,
        resamples=asked.resamples,
        encoder=Embeddings(autocode.SentenceEncoder()) if asked.semantic else None,
        tell=lambda what: print(what, flush=True),
    )
    told = json.dumps(found.to_json(), indent=1, ensure_ascii=False, allow_nan=False)
    (asked.out / "results").mkdir(exist_ok=True)
    name = f"agreement_{found.corpus}{'_semantic' if asked.semantic else ''}"
    (asked.out / "results" / f"{name}.json").write_text(told + "\n", encoding="utf-8")
    (asked.out / f"{name}.md").write_text("\n".join(page(found)) + "\n", encoding="utf-8")
    for rule in RULES:
        first = found.models[0][rule]
        print(f"{rule}, seed 0: sets of codes (MASI): {first.sets}\n{rule}, seed 0: mean over codes: {first.mean}")
        of_sets, of_codes = means(found, rule)
        print(f"{rule}, {len(found.models)} seeds: mean ratio {of_sets:.3f} (sets), {of_codes:.3f} (mean over codes)")


if __name__ == "__main__":
    main()
