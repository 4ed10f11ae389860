"""The codebook of a study as a tree, with how far each code is used, agreed on and read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autocode.agreement import Agreement, agreement_table
from autocode.arguments import no_single_text
from autocode.codebook import Code
from autocode.display import Tabular, displayed
from autocode.errors import AgreementError
from autocode.study._reading import StudyData
from autocode.tables import Table
from autocode.wording import count_of


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeUse:
    """
    A code or theme of a study, with how far it is used, agreed on and read.

    Attributes
    ----------
    code : Code
        The code or theme.
    depth : int
        Number of themes above it.
    n_lines, n_interviews : int
        Number of lines to which somebody gave it, or any code below it, and of their interviews.
    alpha : Agreement or None
        Krippendorff's alpha of the independent readings; None where nobody has read a line independently.
    n_open : int
        Number of readings that say nothing about it, as they wait to be read again or were made before it was added.
    """

    code: Code
    depth: int
    n_lines: int
    n_interviews: int
    alpha: Agreement | None
    n_open: int


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookOverview(Tabular):
    """
    The codes of a study, each after the theme that it belongs to.

    Attributes
    ----------
    version : str
        The version in force.
    codes : tuple of CodeUse
        The codes and themes.
    n_open : int
        Number of readings that say nothing about at least one code.
    """

    version: str
    codes: tuple[CodeUse, ...]
    n_open: int

    def to_json(self) -> dict[str, object]:
        """Return the overview as it is written in JSON."""
        return {
            "version": self.version,
            "readings_open": self.n_open,
            "codes": list(self._records()),
        }

    def _records(self) -> Iterable[dict[str, object]]:
        for use in self.codes:
            yield {
                "code": use.code.id,
                "name": use.code.name,
                "parent": use.code.parent,
                "codable": use.code.codable,
                "definition": use.code.definition,
                "lines": use.n_lines,
                "interviews": use.n_interviews,
                "alpha": None if use.alpha is None or use.alpha.undefined is not None else use.alpha.value,
                "readings_open": use.n_open,
            }

    def __str__(self) -> str:
        return f"{self._sentence()}\n\n{self._table().text()}"

    def _repr_html_(self) -> str:
        return self._table().html(caption=self._sentence())

    def _sentence(self) -> str:
        if not self.n_open:
            return f"Codebook version {self.version}."
        return f"Codebook version {self.version}; {count_of(self.n_open, 'reading', thousands=',')} with open codes."

    def _table(self) -> Table:
        rows = tuple(
            (
                "  " * use.depth + use.code.name,
                use.code.id,
                str(use.n_lines),
                str(use.n_interviews),
                "–" if use.alpha is None or use.alpha.undefined is not None else f"{use.alpha.value:.2f}",
                str(use.n_open) if use.n_open else "",
                " ".join(use.code.definition.split()),
            )
            for use in self.codes
        )
        head = ("code", "id", "lines", "interviews", "alpha", "open", "definition")
        return Table(head=head, rows=rows, numeric=frozenset({2, 3, 4, 5}))


def codebook_overview(study: StudyData) -> CodebookOverview:
    """
    Return the codes of a study as a tree: where each is used, how far coders agree on it, and what is left open.

    Parameters
    ----------
    study : StudyData
        The study or plain corpus.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import autocode as ac
    >>> from autocode.study import codebook_overview, create_study
    >>> with TemporaryDirectory() as folder:
    ...     create_study(Path(folder))
    ...     _ = Path(folder, "transcripts", "Bea.txt").write_text("Mara: And?\\nBea: It rings out.\\n")
    ...     overview = codebook_overview(ac.read_study(folder))
    >>> overview.version, [(use.depth, use.code.name, use.n_lines) for use in overview.codes]
    ('1', [(0, 'An example theme', 0), (1, 'An example subtheme', 0)])
    """
    alphas: dict[str, Agreement] = {}
    # while coders make own codes, nobody sees those of others, and there is nothing to agree on
    makes_own = study.settings.makes_own_codes
    if len(study.codings.independent()) and not makes_own:
        try:
            table = agreement_table(study.codings, study.lines, study.codebook, interval=None)
        except AgreementError:
            pass  # `check` says what is wrong
        else:
            alphas = {row.code: row.alpha for row in (*table.themes, *table.codes)}
    transcript_of = {line.id: line.transcript for line in study.lines}
    lines: dict[str, set[str]] = {code: set() for code in study.codebook}
    n_open = dict.fromkeys(study.codebook, 0)
    for coding in study.codings:
        for given in coding.codes:
            lines[given].add(coding.line)
        for silent in coding.unjudged:
            n_open[silent] += 1
    uses = []
    for depth, code in _tree((study.codebook.visible_to() if makes_own else study.codebook).values()):
        there = lines[code.id].union(*(lines[below] for below in study.codebook.descendants(code.id)))
        uses.append(
            CodeUse(
                code=code,
                depth=depth,
                n_lines=len(there),
                n_interviews=len({transcript_of[line] for line in there if line in transcript_of}),
                alpha=alphas.get(code.id),
                n_open=n_open[code.id],
            )
        )
    return CodebookOverview(
        version=study.codebook.version, codes=tuple(uses), n_open=len(study.codings.partly_judged())
    )


def _tree(codes: Iterable[Code]) -> Iterator[tuple[int, Code]]:
    """Yield each code after its parent, with its depth; siblings in the order of the codebook."""
    children: dict[str | None, list[Code]] = {}
    for code in codes:
        children.setdefault(code.parent, []).append(code)
    waiting = [(0, code) for code in reversed(children.get(None, []))]
    while waiting:
        depth, code = waiting.pop()
        yield depth, code
        waiting += [(depth + 1, child) for child in reversed(children.get(code.id, []))]
