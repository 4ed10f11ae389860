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
    Method of the confidence interval; None for no interval.

    Methods that take interviews to be independent, but not the lines of one interview:

    - "cube-root": leaving out one interview at a time (jackknife), on the scale of the cube root of 1 minus the
      coefficient, with Student's t (Wilson & Hilferty 1931; Bell & McCaffrey 2002). Where nobody disagreed, the lower
      bound is the coefficient with as many disagreements as the sample may miss (Hanley & Lippman-Hand 1983).
    - "interviews": percentiles of a cluster bootstrap over interviews (Efron & Tibshirani 1993).
    - "bca": bias-corrected and accelerated cluster bootstrap over interviews (Efron 1987).
    - "linearised": symmetric, by exact linearisation (infinitesimal jackknife, Jaeckel 1972), with Student's t.
    - "jackknife": symmetric, by leaving out one interview at a time, with Student's t.

    Methods that take all lines to be independent:

    - "lines": percentiles of a bootstrap over lines.
    - "gwet": the variance that Gwet published for some of the coefficients (2008, 2014), with Student's t, to compare
      with other software; mostly too large where some lines were judged once.
    - "asymptotic": large-sample standard error by exact linearisation, with the normal distribution.

    Where interviews are not known, or only one of them has lines that two coders judged, lines stand in for interviews,
    and the result says so; the standard error of "cube-root" is then by exact linearisation.""",
    "level": """\
level : float{default}
    Confidence level of the interval, greater than 0 and less than 1.""",
    "resamples": """\
resamples : int{default}
    Number of bootstrap resamples, at least 1; only bootstrap intervals use it.""",
    "seed": """\
seed : int{default}
    Random seed; the same seed gives the same result.""",
    "language": """\
language : str{default}
    A language that spaCy can tokenize.""",
    "encoder": """\
encoder : Encoder, spaCy pipeline, Embeddings or None{default}
    Sentence encoder; None for words alone.""",
    "resamples_of_interviews": """\
resamples : int{default}
    Number of bootstrap resamples of interviews behind each 95 % interval.""",
    "weights": """\
weights : str, ndarray of shape (n_categories, n_categories) or callable{default}
    Agreement weight of two categories, 1 for full and 0 for no agreement: "unweighted" (1 for the same category, else
    0), "linear", "quadratic", "ordinal", "radical", "ratio", "circular" or "bipolar" (Gwet 2014, section 3.5); a matrix
    in the order of `data.labels`; or a function of two labels.""",
    "spacing": """\
spacing : {{"values", "ranks"}}{default}
    With "values", weights are computed from the values of the categories if all of them are numbers. Otherwise, and
    with "ranks", they are computed from their ranks 1, 2, ... in the order of `data.labels`.""",
    "distance": """\
distance : str, ndarray of shape (n_categories, n_categories), callable or None{default}
    Distance between two categories, 0 for the same: "nominal", "ordinal" (categories in the order of `data.labels`),
    "interval", "ratio", "circular" or "bipolar" (Krippendorff 2011); for sets of codes "masi" (Passonneau 2006),
    "jaccard", "dice", "passonneau2004" (the scale before MASI) or "dkpro_masi" (MASI as DKPro computes it); a matrix in
    the order of `data.labels`; or a function of two labels. None for "masi" if categories are sets of codes, else
    "nominal".""",
    "category": """\
category : hashable{default}
    Compute the coefficient for this category against all others merged; None for all categories.""",
    "data": """\
data : ReliabilityData
    The category that each coder gave each unit, or that the coder did not judge it.""",
    "codings": """\
codings : Codings
    Codings by human coders, at most one per coder, line and basis.""",
    "lines_or_none": """\
lines : Transcripts or None{default}
    The interviews that the coded lines come from. Without them it is not known which lines belong to the same
    interview: intervals then take all lines to be independent and are too narrow, and each result says so.""",
    "lines": """\
lines : Transcripts
    The interviews that the coded lines come from.""",
    "codebook": """\
codebook : Codebook
    The codes of the study.""",
    "codebook_or_none": """\
codebook : Codebook, collection of CodeId or None{default}
    The codes of the study. A code in it may be one that nobody gave; without it, such a code is refused, since it may
    be a typo.""",
    "frame_or_rows": """\
frame_or_rows : data frame or iterable of mappings
    A frame of pandas, polars or pyarrow, or plain rows such as a list of dicts.""",
    "interview_column": """\
interview : str or None{default}
    Name of the column with the interview; None where interviews are not known.""",
    "categories": """\
categories : sequence of hashable or None{default}
    The categories, in their order; None for the observed ones, sorted.""",
    "places": """\
places : sequence of (path, int) or None{default}
    File and line of each row, for error messages; None to number the rows.""",
    "X": """\
X : list, array or Series of str, or two columns
    Texts, or texts and their speakers.""",
    "columns": """\
text : str, default "text"
    Column of the texts.
speaker : str or None, default None
    Column of the speakers; it matters where several kinds of people speak (GP1 and GP2 are of one kind).
transcript : str or None, default None
    Column of the transcripts; rows are in the order of the interview, and neighbouring rows are each other's context.
interviewers : collection of str, default `autocode.transcripts.INTERVIEWERS`
    Speakers who are interviewers, in upper or lower case.""",
    "n_jobs": """\
n_jobs : int or None{default}
    Number of parallel jobs, as in joblib: -1 for all cores, None for one unless `joblib.parallel_config` is set.""",
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
    """Return the function or class with each shared text that its docstring names in braces written out.

    Parameters
    ----------
    function : callable
        A function, method or class; its docstring is replaced.

    Raises
    ------
    KeyError
        For a name that `PARAMETERS` lacks.

    Examples
    --------
    >>> from autocode.doctext import documented
    >>> def draw(n, *, seed=7): ...
    >>> draw.__doc__ = "Return n lines.\\n\\n{seed}"
    >>> print(documented(draw).__doc__)
    Return n lines.
    <BLANKLINE>
    seed : int, default 7
        Random seed; the same seed gives the same result.
    """
    if function.__doc__ is None:  # python -OO
        return function
    parameters = inspect.signature(function).parameters

    def text_of(match: re.Match[str]) -> str:
        indent, name = match.groups()
        parameter = parameters.get(PARAMETERS[name].partition(" : ")[0])
        default = ""
        if parameter is not None and parameter.default is not inspect.Parameter.empty:
            default = f", default {parameter.default!r}".replace("'", '"')
        lines = PARAMETERS[name].format(default=default).splitlines()
        return "\n".join(f"{indent}{line}" if line else "" for line in lines)

    function.__doc__ = _PLACEHOLDER.sub(text_of, function.__doc__)
    return function
