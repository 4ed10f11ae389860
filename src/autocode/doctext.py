"""Parameters that many callables share: documented once here, inserted into each docstring.

A docstring names such a parameter in braces on a line of its own, `{interval}`, in its `Parameters` section;
`documented` replaces that line by the text below, with the default that the signature has. `{sample_study}` in an
`Examples` section stands for the lines that read the sample study.
"""

import inspect
import re
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["PARAMETERS", "documented"]

F = TypeVar("F", bound=Callable[..., Any])

PARAMETERS = {
    "interval": """\
interval : str or None{default}
    How the confidence interval is made, one of the following; None for no interval.

    - "cube-root": jackknife over interviews on the cube-root scale of 1 minus the coefficient, with Student's t.
    - "interviews": percentile cluster bootstrap over interviews (Efron & Tibshirani 1993).
    - "lines": percentile bootstrap over lines, for lines that are independent of each other.
    - "bca": bias-corrected and accelerated cluster bootstrap over interviews (Efron 1987).
    - "linearised": cluster-robust standard error by linearisation, with Student's t.
    - "jackknife": standard error by leaving out one interview at a time, with Student's t.
    - "gwet": the variance that Gwet (2008, 2014) published for the coefficient, for independent lines.
    - "asymptotic": the large-sample standard error of the coefficient's own paper, for independent lines.

    Where the interviews of the lines are not known, or only one interview was coded, lines are resampled instead of
    interviews, and the result says so.""",
    "level": """\
level : float{default}
    Confidence level of the interval, between 0 and 1.""",
    "resamples": """\
resamples : int{default}
    Number of bootstrap resamples, at least 1; used by bootstrap intervals only.""",
    "seed": """\
seed : int{default}
    Random seed; the same seed gives the same result.""",
    "weights": """\
weights : str or ndarray, shape (n_categories, n_categories){default}
    Agreement weights, 1 for identical categories: "unweighted", "linear", "quadratic", "ordinal", "radical", "ratio",
    "circular", "bipolar" (Gwet 2014), or a symmetric matrix in the order of `data.labels`.""",
    "spacing": """\
spacing : {{"values", "ranks"}}{default}
    Whether weights are computed from the numeric values of the categories or from their ranks 1, 2, ...""",
    "distance": """\
distance : str, callable or ndarray, shape (n_categories, n_categories){default}
    Distance between two categories, 0 for identical ones: "nominal", "ordinal", "interval", "ratio", "circular",
    "bipolar", for sets of codes "masi" or "jaccard"; a function of two labels; or a symmetric matrix in the order of
    `data.labels`.""",
    "category": """\
category : hashable{default}
    Compute the coefficient for this category against all others merged; None for all categories.""",
    "data": """\
data : ReliabilityData
    Coders by units, with units that a coder did not judge marked as missing.""",
    "codings": """\
codings : Codings
    Codings by human coders, at most one per coder, line and basis.""",
    "lines": """\
lines : Transcripts
    The interviews that the coded lines come from.""",
    "codebook": """\
codebook : Codebook
    The codes of the study.""",
    "n_jobs": """\
n_jobs : int or None{default}
    Number of parallel jobs, as in joblib: None for one, -1 for all cores.""",
    "sample_study": """\
With the sample study, from the root of the repository:

>>> from pathlib import Path
>>> import autocode as ac
>>> folder = Path("corpora/integration-barriers")
>>> codebook = ac.read_codebook(folder / "codebook.toml")
>>> lines = ac.read_transcripts(folder / "transcripts")
>>> sheets = sorted((folder / "codings").glob("*.csv"))
>>> codings = ac.Codings(c for sheet in sheets for c in ac.read_codings(sheet, lines=lines, codebook=codebook))""",
}

_PLACEHOLDER = re.compile(r"^([ \t]*)\{(\w+)\}[ \t]*$", re.MULTILINE)


def documented(function: F) -> F:
    """Return the function or class with each shared parameter that its docstring names in braces written out.

    Raises `KeyError` for a name that `PARAMETERS` lacks.
    """
    if function.__doc__ is None:  # python -OO
        return function
    parameters = inspect.signature(function).parameters

    def text_of(match: re.Match[str]) -> str:
        indent, name = match.groups()
        has_default = name in parameters and parameters[name].default is not inspect.Parameter.empty
        default = f", default {parameters[name].default!r}".replace("'", '"') if has_default else ""
        lines = PARAMETERS[name].format(default=default).splitlines()
        return "\n".join(f"{indent}{line}" if line else "" for line in lines)

    function.__doc__ = _PLACEHOLDER.sub(text_of, function.__doc__)
    return function
