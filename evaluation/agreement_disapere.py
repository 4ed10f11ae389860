"""A full study of agreement on a corpus that many people coded: the coders, and a suggester compared with them.

    python -m evaluation.agreement_disapere ../shared/corpora/disapere
    python -m evaluation.agreement_disapere ../shared/corpora/disapere --semantic

Writes `results/agreement_disapere.json` and `agreement_disapere.md`; takes about ten minutes on one core. The suggester
predicts only documents that it has not seen: documents are assigned to folds, and for each fold a suggester learns from
N lines of the other folds.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import autocode
from autocode.agreement import (
    AgreementTable,
    HumanCeiling,
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
from evaluation._results import HERE, read_results, write_results, write_text

LEARN, FOLDS, SEEDS, RESAMPLES = 1500, 5, 3, 2000
EPSILONS = (0.1, 0.15, 0.2)
LEAST_LINES = 30  # of a coder, as the alternative annotator test asks for
TARGET = 0.80  # of the suggester's alpha over that of the coders, as was asked for

RULES = {
    "would code": "the set of codes from which most agreement beyond chance with a coder is to be expected",
    "thresholds": "the thresholds of the suggester: each code as often as on its training lines, as in validation",
    "one half": "probability of at least one half",
    "suggested": "what a coder would be shown: at most three codes, or none where the suggester abstains",
}
HEADLINE = "would code"

CodesOfLines = dict[LineId, frozenset[CodeId]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Documents to predict, and the lines to learn from, none of which is in these documents."""

    documents: frozenset[TranscriptId]
    training: tuple[LineId, ...]


def folds(codings: Codings, lines: Transcripts, *, n_folds: int, learn: int, seed: int) -> Iterator[Fold]:
    """Yield each fold: documents assigned at random, and `learn` lines of the others, documents in random order."""
    names = [interview.id for interview in lines.interviews]
    order = np.random.default_rng(seed).permutation(len(names))
    coded = set(codings.lines)
    for k in range(n_folds):
        documents = frozenset(names[i] for place, i in enumerate(order) if place % n_folds == k)
        pool = (line.id for i in order if names[i] not in documents for line in lines.interviews[i].lines)
        yield Fold(documents=documents, training=tuple(line for line in pool if line in coded)[:learn])


def predict_unseen(
    codings: Codings,
    lines: Transcripts,
    codebook: autocode.Codebook,
    *,
    documents: frozenset[TranscriptId],
    n_folds: int,
    learn: int,
    seed: int,
    encoder: Embeddings | None,
    report: Callable[[str], None],
) -> dict[str, CodesOfLines]:
    """Return, by each rule, the codes that a suggester gives the lines of documents that it has not seen."""
    predicted: dict[str, CodesOfLines] = {rule: {} for rule in RULES}
    for number, fold in enumerate(folds(codings, lines, n_folds=n_folds, learn=learn, seed=seed), start=1):
        report(f"seed {seed}, fold {number} of {n_folds}: learning from {len(fold.training)} lines")
        suggester = autocode.train(codings.on(fold.training), lines, codebook, encoder=encoder, seed=seed)
        of_fold = [line for line in lines if line.transcript in fold.documents & documents]
        for rule, codes in _codes_by_rule(suggester, of_fold).items():
            predicted[rule] |= codes
    return predicted


def _codes_by_rule(suggester: autocode.Suggester, lines: Sequence[Line]) -> Mapping[str, CodesOfLines]:
    codes = [code.id for code in suggester.codes]
    p = suggester.probabilities(lines)
    suggested: dict[LineId, set[CodeId]] = {line.id: set() for line in lines}
    for suggestion in suggester.suggest(lines).suggestions:
        suggested[suggestion.line].add(suggestion.code)

    def where(is_given: NDArray[np.bool_]) -> CodesOfLines:
        return {
            line.id: frozenset(code for code, given in zip(codes, row, strict=True) if given)
            for line, row in zip(lines, is_given, strict=True)
        }

    return {
        "would code": suggester.would_code(lines),
        "thresholds": where(p >= suggester.model.thresholds.codes),
        "one half": where(p >= 0.5),
        "suggested": {line: frozenset(given) for line, given in suggested.items()},
    }


def masi_similarity(a: frozenset[str], b: frozenset[str]) -> float:
    """Return 1 minus the MASI distance of two sets (Passonneau 2006)."""
    if a == b:
        return 1.0
    monotonicity = 2 / 3 if a <= b or b <= a else 1 / 3 if a & b else 0.0
    return monotonicity * len(a & b) / len(a | b)


def alt_tests(independent: Codings, predicted: CodesOfLines, lines: Transcripts) -> Iterator[dict[str, Any]]:
    """Yield the alternative annotator test with each handicap, over lines as its authors do and over documents.

    Where at least three coders coded a line, each coder is compared with two others, as the test asks. The other tests
    take all lines of two coders or more, where a single other coder must do. Coders of too few such lines are left out.
    """
    document = {line.id: line.transcript for line in lines}
    for least_coders in (3, 2):
        shared = [line for line in independent.lines if len(independent.of(line)) >= least_coders]
        codings = independent.on(shared)
        n_lines = Counter(coding.coder for coding in codings)
        coders = [coder for coder in codings.coders if n_lines[coder] >= LEAST_LINES]
        # Without the coders of few lines, some lines may have no other coder left.
        humans = {coder: {coding.line: coding.codes for coding in codings.by(coder)} for coder in coders}
        if len(coders) < 2:
            continue
        for over, interviews in (("lines", None), ("documents", document)):
            for epsilon in EPSILONS:
                test = alt_test(humans, predicted, epsilon=epsilon, similarity=masi_similarity, interviews=interviews)
                yield {
                    "least": least_coders,
                    "over": over,
                    "lines": len(shared),
                    "left_out": len(codings.coders) - len(coders),
                    "epsilon": test.epsilon,
                    "winning_rate": test.winning_rate,
                    "advantage_probability": test.advantage_probability,
                    "passed": test.passed,
                    "coders": dict(zip(test.coders, test.n_lines, strict=True)),
                    "p_values": dict(zip(test.coders, test.p_values, strict=True)),
                    "caution": test.caution,
                }


def study(
    folder: Path,
    *,
    learn: int,
    n_folds: int,
    seeds: int,
    resamples: int,
    encoder: Embeddings | None,
    report: Callable[[str], None],
) -> dict[str, Any]:
    """Return the agreement of a corpus's coders with each other, and with a suggester."""
    codings, lines, codebook = autocode.read_corpus(folder)
    independent = codings.independent()
    shared = [line for line in independent.lines if len(independent.of(line)) >= 2]
    of_shared = independent.on(shared)
    documents = frozenset(lines.line(line).transcript for line in shared)
    report("agreement among the coders")
    coders = agreement_table(codings, lines, codebook, interval="interviews", resamples=resamples, seed=0)
    predicted = []
    for seed in range(seeds):
        by_rule = predict_unseen(
            codings,
            lines,
            codebook,
            documents=documents,
            n_folds=n_folds,
            learn=learn,
            seed=seed,
            encoder=encoder,
            report=report,
        )
        predicted.append({rule: {line: codes[line] for line in shared} for rule, codes in by_rule.items()})
    report("agreement of the suggester with the coders")
    n_given = Counter(code for coding in of_shared for code in coding.codes)
    codes = [code.id for code in codebook.values() if n_given[code.id]]
    options: dict[str, Any] = {"interval": "interviews", "resamples": resamples, "seed": 0}
    models = [
        {rule: model_table(codings, given, lines, codes=codes, **options) for rule, given in by_rule.items()}
        for by_rule in predicted
    ]
    n_lines = Counter(coding.coder for coding in of_shared)
    enough = {coder for coder, n in n_lines.items() if n >= LEAST_LINES}
    headline = predicted[0][HEADLINE]
    ceiling = human_ceiling(of_shared.by(*enough), headline, lines, **options)
    _check(coders, models[0].values(), of_shared, lines)
    return {
        "corpus": folder.resolve().name,
        "counts": {
            "lines": len(lines),
            "documents": len(lines.interviews),
            "lines of two coders or more": len(shared),
            "their documents": len(documents),
            "lines of three coders or more": sum(len(independent.of(line)) >= 3 for line in shared),
            "coders": len(of_shared.coders),
            f"coders of {LEAST_LINES} such lines or more": len(enough),
            "codes": len(codes),
        },
        "settings": {"learn": learn, "folds": n_folds, "seeds": seeds, "resamples": resamples}
        | ({} if encoder is None else {"encoder": encoder.name}),
        "coders": _without_pairs(_table_json(coders)),
        "model": [
            {"seed": seed, "rule": rule, **table.to_json()}
            for seed, by_rule in enumerate(models)
            for rule, table in by_rule.items()
        ],
        "ceiling": _ceiling_json(ceiling),
        "alt_test": list(alt_tests(of_shared, headline, lines)),
    }


def _check(coders: AgreementTable, models: Iterable[ModelTable], codings: Codings, lines: Transcripts) -> None:
    """Raise unless all ways to alpha among the coders agree: the coders' table, and the tables of the models."""
    alpha = krippendorff_alpha(autocode.ReliabilityData.for_sets(codings, lines), interval=None).value
    for other in (coders.overall.alpha, *(table.sets.human for table in models)):
        if abs(other.value - alpha) > 1e-9:
            raise AssertionError(f"alpha among coders is {alpha}, and in the tables {other.value}")


def _table_json(table: AgreementTable) -> dict[str, Any]:
    """Return the table of the coders with the name and the number of judgements of each code."""
    results: dict[str, Any] = table.to_json()
    for stored, row in (
        *zip(results["codes"], table.codes, strict=True),
        *zip(results["overall"]["themes"], table.themes, strict=True),
        (results["overall"], table.overall),
    ):
        stored |= {"name": row.name, "applied": row.applied}
    return results


def _without_pairs(value: Any) -> Any:
    """Return the table of the coders without the kappa of each pair of coders, which would fill hundreds of pages."""
    if isinstance(value, dict):
        return {name: _without_pairs(entry) for name, entry in value.items() if not name.startswith("kappa ")}
    return [_without_pairs(entry) for entry in value] if isinstance(value, list) else value


def _ceiling_json(ceiling: HumanCeiling) -> list[dict[str, Any]]:
    return [
        {
            "coder": row.coder,
            "lines": row.human.n_pairable,
            "human": row.human.to_json(),
            "model": row.model.to_json(),
            "difference": row.difference.to_json(),
        }
        for row in (*ceiling.coders, ceiling.mean)
    ]


def page(results: Mapping[str, Any]) -> str:
    """Return the page, in Markdown, from the results alone."""
    return "\n".join([*_head(results), *_coders(results), *_models(results), *_alt_tests(results)]) + "\n"


def _head(results: Mapping[str, Any]) -> Iterator[str]:
    settings = results["settings"]
    encoder = settings.get("encoder")
    yield f"# Agreement on `{results['corpus']}`"
    yield ""
    yield f"Written by `python -m evaluation.agreement_disapere{' --semantic' if encoder else ''}`; do not edit."
    if encoder:
        yield from ("", f"The suggester was trained with a sentence encoder: {encoder}.")
    yield from ("", *(f"- {name}: {n:,}" for name, n in results["counts"].items()), "")
    yield (
        f"**Held out.** Documents are assigned at random to {settings['folds']} folds. For each, a suggester learns "
        f"from {settings['learn']:,} lines of the other documents (whole documents in random order, lines in order) "
        "and decides on the lines of the fold. So every line is decided on once, by a suggester that has seen nothing "
        "of its document. It learns from adjudicated codes where there are any, else from a strict majority; it is "
        "compared with independent codings only, and is never in the pool of coders. Intervals: 95 % percentile, "
        f"cluster bootstrap of documents, {settings['resamples']:,} resamples; the suggesters are not trained again. "
        f"Tables 2, 4 and 5 are of seed 0 and of the rule *{HEADLINE}*: {RULES[HEADLINE]}."
    )


def _coders(results: Mapping[str, Any]) -> Iterator[str]:
    table = results["coders"]
    rows = [row for row in (*table["codes"], *table["overall"]["themes"], table["overall"]) if row["applied"]]
    yield from ("", "## 1. Agreement among the coders", "")
    yield from _grid(
        ("code", "given", "applied", "agree", "P+", "P−", "alpha", "AC1", "verdict"),
        (
            (
                row["name"],
                f"{row['applied']}",
                f"{row['prevalence']:.1%}",
                *(_value(row["coefficients"], name) for name in ("percent", "positive", "negative")),
                _estimate(row["coefficients"]["alpha"]),
                _value(row["coefficients"], "ac1"),
                row["verdict"],
            )
            for row in rows
        ),
    )


def _models(results: Mapping[str, Any]) -> Iterator[str]:
    first = next(table for table in results["model"] if table["rule"] == HEADLINE)
    yield from ("", "## 2. The suggester and the coders, same lines, same coefficient", "")
    yield "Coders: alpha among them. Suggester: alpha of the pairs (suggester, coder, line), each judgement once."
    yield ""
    named = [(row["code"], row) for row in first["codes"]] + [("**mean over codes**", first["mean"])]
    yield from _grid(
        ("code", "given by coders", "by suggester", "coders", "suggester", "difference", "ratio"),
        (
            (
                name,
                f"{row['applied']}",
                f"{row['suggested']}",
                *(_estimate(row[part]) for part in ("human", "model", "difference", "ratio")),
            )
            for name, row in [*named, ("**sets of codes (MASI)**", first["sets"])]
        ),
    )
    yield from ("", "## 3. The suggester's alpha relative to the coders'", "")
    yield f"Alpha of the suggester over that of the coders; the aim with {LEARN:,} lines is {TARGET:.2f}. Codes by:"
    yield from ("", *(f"- *{rule}*: {description}" for rule, description in RULES.items()), "")
    yield from _grid(
        ("rule", "seed", "sets of codes (MASI)", "mean over codes"),
        (
            (rule, f"{table['seed']}", _estimate(table["sets"]["ratio"]), _estimate(table["mean"]["ratio"]))
            for rule in RULES
            for table in results["model"]
            if table["rule"] == rule
        ),
    )
    yield ""
    for rule in RULES:
        of_sets, of_codes = mean_ratios(results, rule)
        yield f"- Mean over seeds, *{rule}*: sets of codes {of_sets:.3f}, mean over codes {of_codes:.3f}."
    yield from ("", "## 4. The ceiling: each coder steps aside and the suggester takes the place", "")
    yield (
        f"Sets of codes, MASI; coders of at least {LEAST_LINES} lines; the last row is their mean, each counted once."
    )
    yield ""
    yield from _grid(
        ("coder", "lines", "coder with the others", "suggester with the same", "difference"),
        (
            (
                row["coder"] or "**mean**",
                f"{row['lines']}",
                *(_estimate(row[part]) for part in ("human", "model", "difference")),
            )
            for row in results["ceiling"]
        ),
    )


def _alt_tests(results: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "## 5. The alternative annotator test (Calderon, Reichart & Dror 2025)", "")
    yield (
        "Similarity is 1 minus the MASI distance, the mean over the other coders of the line. The suggester may "
        "replace a coder where the winning rate is at least .5. *Over lines* is the authors' t test, which takes lines "
        "to be independent; *over documents* is cluster-robust. The test asks for three coders per line (each compared "
        f"with two others): {results['counts']['lines of three coders or more']} lines have them, and coders of fewer "
        f"than {LEAST_LINES} of these are left out, so that a few of the lines keep a single other coder. The rows of "
        "two coders or more take every line, one other coder being enough: more coders and lines, coarser similarity."
    )
    yield ""
    yield from _grid(
        (
            "coders per line",
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
                f"at least {test['least']}",
                f"{test['lines']}",
                f"{len(test['coders'])}",
                test["over"],
                f"{test['epsilon']:.2f}",
                f"{test['winning_rate']:.2f}",
                f"{test['advantage_probability']:.3f}",
                "yes" if test["passed"] else "no",
            )
            for test in results["alt_test"]
        ),
    )


def mean_ratios(results: Mapping[str, Any], rule: str) -> tuple[float, float]:
    """Return the mean over seeds of the ratio of alphas, of sets of codes and of the mean over codes."""
    tables = [table for table in results["model"] if table["rule"] == rule]
    of_sets, of_codes = (np.mean([table[part]["ratio"]["value"] for table in tables]) for part in ("sets", "mean"))
    return float(of_sets), float(of_codes)


def _grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _value(coefficients: Mapping[str, Any], name: str) -> str:
    """Return the value of a coefficient, or nothing where the table does not have it."""
    if name not in coefficients:
        return ""
    value = coefficients[name]["value"]
    return "–" if value is None else f"{value:.2f}"


def _estimate(agreement: Mapping[str, Any]) -> str:
    """Return a value with its interval."""
    if agreement["undefined"] is not None:
        return "undefined"
    interval = "" if agreement["low"] is None else f" [{agreement['low']:.2f}, {agreement['high']:.2f}]"
    return f"{agreement['value']:.2f}{interval}"


def main() -> None:
    """Study a corpus and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="the folder of a plain corpus that several people coded")
    parser.add_argument("--learn", type=int, default=LEARN, help="number of lines to learn from (%(default)s)")
    parser.add_argument("--folds", type=int, default=FOLDS, help="number of folds of documents (%(default)s)")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="number of random assignments (%(default)s)")
    parser.add_argument("--resamples", type=int, default=RESAMPLES, help="bootstrap resamples (%(default)s)")
    parser.add_argument("--semantic", action="store_true", help="with the sentence encoder of autocode[semantic]")
    parser.add_argument("--out", type=Path, default=HERE, help="where the page and results/ are written")
    arguments = parser.parse_args()
    results = study(
        arguments.corpus,
        learn=arguments.learn,
        n_folds=arguments.folds,
        seeds=arguments.seeds,
        resamples=arguments.resamples,
        encoder=Embeddings(autocode.SentenceEncoder()) if arguments.semantic else None,
        report=lambda message: print(message, flush=True),
    )
    name = f"agreement_{results['corpus']}{'_semantic' if arguments.semantic else ''}"
    path = arguments.out / "results" / f"{name}.json"
    write_results(path, results)
    results = read_results(path)
    write_text(arguments.out / f"{name}.md", page(results))
    for rule in RULES:
        first = next(table for table in results["model"] if table["rule"] == rule)
        for part, title in (("sets", "sets of codes (MASI)"), ("mean", "mean over codes")):
            print(f"{rule}, seed 0: {title}: {_estimate(first[part]['ratio'])}")
        of_sets, of_codes = mean_ratios(results, rule)
        print(f"{rule}, {arguments.seeds} seeds: mean ratio {of_sets:.3f} (sets), {of_codes:.3f} (mean over codes)")


if __name__ == "__main__":
    main()
