"""A suggester is trained on some interviews and asked about others, and so are the baselines and the humans."""

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from autocode.agreement import Agreement, ReliabilityData, krippendorff_alpha
from autocode.codebook import Codebook
from autocode.coding import Basis, Coding, Codings
from autocode.errors import TrainingError
from autocode.suggester import CodedLines, Embeddings, Encoding, fit
from autocode.transcripts import LineId, Transcripts
from autocode.validation._baselines import definitions, logistic
from autocode.validation._metrics import Answers, average_precision, measure, per_code
from autocode.validation._protocol import MIN_USES, TEST_CAP, TEST_SHARE, Split, eligible, split
from autocode.validation._results import METRICS, CodeScore, CurvePoint, Estimate, HumanCeiling, Validation

BASELINES = {"logistic": logistic, "definitions": definitions}
LEVEL = 0.95


def validate(
    codings: Codings,
    lines: Transcripts,
    codebook: Codebook,
    *,
    learn: Sequence[int | None] | None = None,
    seeds: int = 3,
    seed: int = 0,
    resamples: int = 500,
    min_uses: int = MIN_USES,
    language: str = "en",
    encoder: Encoding | None = None,
    corpus: str = "",
    n_jobs: int | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Validation:
    """Return how a suggester does on interviews held out whole, with the baselines and the humans beside it.

    Parameters
    ----------
    learn : numbers of coded lines to learn from, for a learning curve; None among them, or instead of them, is all of
        the training part. A number that no split can supply is left out of the curve.
    seeds : how many random splits, seeded `seed`, `seed + 1`, ...; every number is the mean over them.
    resamples : bootstrap draws of interviews behind each 95 % interval. The trained models stay as they are: the
        interval speaks of other interviews to be asked about, not of other interviews to learn from.
    n_jobs : how many models are fitted side by side, as joblib takes it; the result is the same for any number.
    encoder : what sentences mean beyond their words, as `train` takes it.
    progress : is told how many models are fitted, of how many.

    Raises
    ------
    TrainingError
        If too few lines, codes or interviews are coded to hold any out.
    ValueError
        If fewer than one line, seed or resample is asked for.

    Notes
    -----
    Test: interviews drawn at random until they hold 30 % of the lines (at most 1,500 lines kept). Training: the others
    in random order, lines in order, until N. The label of a line is the adjudicated one, else a strict majority's.
    """
    sizes: Sequence[int | None] = list(learn) if learn else [None]
    asked = {"learn": min((n for n in sizes if n is not None), default=1), "seeds": seeds, "resamples": resamples}
    for name, least in asked.items():
        if least < 1:
            raise ValueError(f"{name} must be at least 1, not {least}.")
    table = eligible(codings, lines, codebook, min_uses=min_uses)
    splits = [split(table, seed=seed + s) for s in range(seeds)]
    embeddings = None if encoder is None else Embeddings.from_encoder(encoder)
    draws = _draws(table, splits, resamples=resamples, seed=seed)
    points: list[CurvePoint] = []
    last = dict[int, Answers]()
    supplied = [[s for s, part in enumerate(splits) if n is None or len(part.pool) >= n] for n in sizes]
    answered = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(_answers)(
            table.take(splits[s].pool[:n]),
            table.take(splits[s].test),
            codebook,
            language=language,
            encoder=embeddings,
            seed=seed + s,
        )
        for n, able in zip(sizes, supplied, strict=True)
        for s in able
    )
    for k, (n, able) in enumerate(zip(sizes, supplied, strict=True)):
        runs: dict[int, dict[str, Answers]] = {}
        learnt = [len(splits[s].pool[:n]) for s in able]
        for s in range(len(splits)):
            if s in able:
                runs[s] = next(answered)
            if progress is not None:
                progress(k * len(splits) + s + 1, len(sizes) * len(splits))
        if not runs:
            continue
        metrics = {
            method: _estimates([(runs[s][method], draws[s]) for s in runs]) for method in ("autocode", *BASELINES)
        }
        points.append(
            CurvePoint(
                n=round(float(np.mean(learnt))),
                seeds=len(runs),
                metrics=metrics.pop("autocode"),
                baselines=metrics,
            )
        )
        last = {s: run["autocode"] for s, run in runs.items()}
    if not points:
        raise TrainingError(
            f"no split leaves {min(n or 0 for n in sizes)} coded lines to learn from (the largest leaves "
            f"{max(len(part.pool) for part in splits)}); ask for fewer with --learn."
        )
    codes, human = _codes(table, codebook, codings, splits, last, draws, seed=seed, resamples=resamples)
    return Validation(
        corpus=corpus,
        protocol=_protocol(
            table, seeds=seeds, seed=seed, resamples=resamples, min_uses=min_uses, embeddings=embeddings
        ),
        curve=tuple(points),
        codes=codes,
        human=human,
    )


def _answers(
    train: CodedLines,
    test: CodedLines,
    codebook: Codebook,
    *,
    language: str,
    encoder: Embeddings | None,
    seed: int,
) -> dict[str, Answers]:
    model = fit(train, codebook, language=language, encoder=encoder, seed=seed)
    # Ranked as suggestions are.
    p = model.probabilities(test.lines)
    own = Answers(truth=test.applied, scores=p, said=p >= model.thresholds.codes, probabilities=p)
    return {"autocode": own, **{name: ask(train, test, codebook) for name, ask in BASELINES.items()}}


def _draws(table: CodedLines, splits: Sequence[Split], *, resamples: int, seed: int) -> list[NDArray[np.float64]]:
    """Return for each split how often each test line was drawn, shape (1 + resamples, n_lines); row 0 is the sample.

    One draw of interviews serves all splits, because an interview may be in the test part of several.
    """
    names = sorted({table.lines[i].transcript for part in splits for i in part.test})
    drawn = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples)
    times = np.vstack([np.ones((1, len(names))), drawn])
    column = {name: d for d, name in enumerate(names)}
    return [times[:, [column[table.lines[i].transcript] for i in part.test]] for part in splits]


def _estimates(runs: Sequence[tuple[Answers, NDArray[np.float64]]]) -> dict[str, Estimate]:
    measured = [measure(answers, weights) for answers, weights in runs]
    return {name: _estimate(np.stack([m[name] for m in measured])) for name in METRICS}


def _estimate(values: NDArray[np.float64]) -> Estimate:
    """Return the mean over splits and its percentile interval; `values` has the shape (n_splits, 1 + resamples)."""
    known = ~np.isnan(values)
    if not known[:, 0].any():
        return Estimate(mean=np.nan, low=np.nan, high=np.nan)
    counted = known.sum(axis=0)
    means = np.divide(
        np.where(known, values, 0).sum(axis=0), counted, out=np.full(len(counted), np.nan), where=counted > 0
    )
    again = means[1:][~np.isnan(means[1:])]
    if not len(again):
        return Estimate(mean=float(means[0]), low=np.nan, high=np.nan)
    low, high = np.quantile(again, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(mean=float(means[0]), low=float(low), high=float(high))


def _codes(
    table: CodedLines,
    codebook: Codebook,
    codings: Codings,
    splits: Sequence[Split],
    runs: Mapping[int, Answers],
    draws: Sequence[NDArray[np.float64]],
    *,
    seed: int,
    resamples: int,
) -> tuple[tuple[CodeScore, ...], HumanCeiling | None]:
    said: dict[LineId, frozenset[str]] = {}
    for s, answers in runs.items():
        for i, row in zip(splits[s].test, answers.said, strict=True):
            given = frozenset(code.id for code, yes in zip(table.codes, row, strict=True) if yes)
            said.setdefault(table.lines[i].id, given)
    pairs = _Pairs(codings, table, said, seed=seed, resamples=resamples)
    by_code = {s: per_code(answers, draws[s]) for s, answers in runs.items()}
    scores = []
    for j, code in enumerate(table.codes):
        theme = codebook.theme_of(code.id)
        precision, recall, f1 = (_estimate(np.stack([by_code[s][m][:, j] for s in runs])) for m in range(3))
        ranked = np.stack([average_precision(a.truth[:, j], a.scores[:, j], draws[s]) for s, a in runs.items()])
        scores.append(
            CodeScore(
                code=code.id,
                name=code.name,
                theme=theme.name if theme else "",
                n=sum(int(a.truth[:, j].sum()) for a in runs.values()),
                precision=precision,
                recall=recall,
                f1=f1,
                average_precision=_estimate(ranked),
                human=pairs.human(code.id),
                model=pairs.model(code.id),
            )
        )
    return tuple(scores), pairs.ceiling()


class _Pairs:
    """Human-human and model-human agreement on the same held-out lines, each line once.

    The model is never one more coder: it is set against each coder in turn, and the pairs are pooled.
    """

    def __init__(
        self,
        codings: Codings,
        table: CodedLines,
        said: Mapping[LineId, frozenset[str]],
        *,
        seed: int,
        resamples: int,
    ) -> None:
        blind = codings.with_basis(Basis.INDEPENDENT).on(said)
        read = {line: blind.of(line) for line in blind.lines}
        self.lines = [line for line in said if len(read.get(line, ())) >= 2]
        self.coders = blind.coders
        self.read: dict[LineId, tuple[Coding, ...]] = read
        self.said = said
        known = frozenset(code.id for code in table.codes)
        self.known = known
        interview = {line.id: line.transcript for line in table.lines}
        self.interviews = [interview[line] for line in self.lines]
        self.how = {"seed": seed, "resamples": resamples}

    def human(self, code: str | None = None) -> Estimate | None:
        """Return alpha among the coders: of one code, or of sets of codes (MASI)."""
        if not self.lines:
            return None
        table = [
            [
                next((self._value(one.codes, code) for one in self.read[line] if one.coder == coder), None)
                for line in self.lines
            ]
            for coder in self.coders
        ]
        return self._alpha(table, self.interviews, code)

    def model(self, code: str | None = None) -> Estimate | None:
        """Return alpha between the model and the coders, each of them in turn."""
        if not self.lines:
            return None
        pairs = [
            (self._value(self.said[line], code), self._value(one.codes, code), interview)
            for line, interview in zip(self.lines, self.interviews, strict=True)
            for one in self.read[line]
        ]
        return self._alpha([[m for m, _, _ in pairs], [h for _, h, _ in pairs]], [i for _, _, i in pairs], code)

    def ceiling(self) -> HumanCeiling | None:
        """Return both for whole sets of codes, or None where no line was read twice."""
        human_human, model_human = self.human(), self.model()
        if human_human is None or model_human is None:
            return None
        where = f"{len(self.lines)} held-out lines of {len(set(self.interviews))} interviews"
        what = f"alpha of sets of codes (MASI) on {where}"
        return HumanCeiling(human_human=human_human, model_human=model_human, what=what)

    def _value(self, codes: frozenset[str], code: str | None) -> object:
        return codes & self.known if code is None else int(code in codes)

    def _alpha(self, table: list[list[object]], interviews: Sequence[str], code: str | None) -> Estimate:
        labels = None if code is None else [0, 1]
        data = ReliabilityData.from_table(table, interviews=interviews, labels=labels)
        found: Agreement = krippendorff_alpha(
            data, interval="interviews", seed=self.how["seed"], resamples=self.how["resamples"]
        )
        return Estimate(mean=found.value, low=found.low, high=found.high)


def _protocol(
    table: CodedLines, *, seeds: int, seed: int, resamples: int, min_uses: int, embeddings: Embeddings | None
) -> dict[str, object]:
    heard = {} if embeddings is None else {"encoder": embeddings.name}
    return heard | {
        "lines": len(table),
        "interviews": len({line.transcript for line in table.lines}),
        "codes": len(table.codes),
        "labels": str(table.consensus),
        "min_uses": min_uses,
        "test_share": TEST_SHARE,
        "test_cap": TEST_CAP,
        "held_out": "whole interviews",
        "seeds": list(range(seed, seed + seeds)),
        "interval": f"{LEVEL:.0%} percentile, bootstrap of interviews",
        "resamples": resamples,
        "versions": {name: version(name) for name in ("autocode", "numpy", "scikit-learn", "spacy")},
    }
