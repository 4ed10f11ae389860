"""What changes of a codebook do to a study, in numbers and in words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Any

from autocode.agreement import Agreement, AlphaChange, MergeComparison
from autocode.arguments import no_single_text
from autocode.codebook import Change, Codebook, CodeId
from autocode.coding import code_asked_for, leaves_most_open
from autocode.display import Tabular, displayed
from autocode.study.codebook_changes._readings import CoderReadings
from autocode.tables import Table
from autocode.transcripts import LineId
from autocode.wording import count_of, listing

_NONE = "–"  # a code that does not exist, or an alpha that is undefined


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDraw:
    """
    The lines to read again for one code that is new or wider: those likely to have it, and others drawn at random.

    Attributes
    ----------
    code : CodeId
        The code.
    n_lines : int
        Number of lines on which somebody's reading says nothing about it.
    likely, random : int
        How many to draw at most because they are likely to have it, and at random.
    seed : int
        Random seed.
    is_drawn : bool
        Whether they are drawn when the change is made; else when coders begin to read again.
    """

    code: CodeId
    n_lines: int
    likely: int
    random: int
    seed: int
    is_drawn: bool

    @property
    def n_drawn(self) -> int:
        """Number of lines that will wait; fewer where fewer share a word with the codebook's texts of the code."""
        return min(self.n_lines, self.likely + self.random)

    def sentence(self, name: str) -> str:
        """
        Return what is drawn.

        Parameters
        ----------
        name : str
            The name of the code.
        """
        of = count_of(self.n_lines, "line", thousands=",")
        if not self.is_drawn:
            return f"Of the {of} open for {name!r}, autocode reread draws some when coders begin to read again."
        if self.n_drawn == self.n_lines:
            return f"All {of} open for {name!r} wait to be read again."
        return (
            f"Of the {of} open for {name!r}, {self.n_drawn} wait to be read again: {self.likely} that are likely to "
            f"have it, and {self.random} drawn at random when the change is made, with seed {self.seed}. The others "
            "stay open."
        )


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePlan(Tabular):
    """
    What changes of a codebook do to a study, or would do.

    Attributes
    ----------
    folder : Path
        The study's folder.
    changes : tuple of Change
        The changes, in order, each by a person in the spelling that the study knows.
    sentences : tuple of str
        Each change in words, with the names of codes.
    before, after : Codebook
        The codebook before the first and after the last of them.
    coders : tuple of CoderReadings
        What becomes of the readings of each coder, and, last, of the rulings of adjudicators; only those that the
        viewer may see.
    n_left : int
        How many lines the viewer has yet to read before they may see how others read; 0 where `coders` is complete.
    alphas : tuple of AlphaChange
        Agreement on the codes and themes that change, and on all codes together; of independent readings.
    draws : tuple of PlannedDraw
        The lines to read again for codes that are new or wider; none where the viewer may not see how others read.
    merges : tuple of MergeComparison
        Each merge of codes, beside all others that are possible.
    withheld : tuple of CodeId
        Codes that are not suggested until a model is trained again, as they end or mean something else.
    n_suggestions : int
        Number of suggestions of these codes in the latest batch.
    has_model : bool
        Whether the study has a model.
    """

    folder: Path
    changes: tuple[Change, ...]
    sentences: tuple[str, ...]
    before: Codebook
    after: Codebook
    coders: tuple[CoderReadings, ...]
    n_left: int
    alphas: tuple[AlphaChange, ...]
    draws: tuple[PlannedDraw, ...]
    merges: tuple[MergeComparison, ...]
    withheld: tuple[CodeId, ...]
    n_suggestions: int
    has_model: bool

    @property
    def new_codes(self) -> tuple[CodeId, ...]:
        """The codes that lines can be given after the changes, and could not before."""
        before = {code.id for code in self.before.subthemes}
        return tuple(code.id for code in self.after.subthemes if code.id not in before)

    @property
    def lines_to_read_again(self) -> tuple[LineId, ...]:
        """The different lines that somebody has to read again."""
        return tuple(dict.fromkeys(line for readings in self.coders for line in readings.again))

    def to_json(self) -> dict[str, object]:
        """Return the plan as it is written in JSON."""
        return {
            "study": str(self.folder),
            "version": {"before": self.before.version, "after": self.after.version},
            "changes": [
                {"what": sentence, "by": change.by, "why": change.why} for change, sentence in self._in_words()
            ],
            "coders": [
                asdict(readings) | {"before": dict(readings.before), "after": dict(readings.after)}
                for readings in self.coders
            ],
            "lines_left_to_read": self.n_left,
            "lines_to_read_again": len(self.lines_to_read_again),
            "draws": [asdict(draw) | {"drawn": draw.n_drawn} for draw in self.draws],
            "alpha": [
                {
                    "code": change.code,
                    "theme": change.is_theme,
                    "name": change.name,
                    "before": _alpha_as_json(change.before),
                    "before_on_same_lines": _alpha_as_json(change.before_on_same_lines),
                    "after": _alpha_as_json(change.after),
                }
                for change in self.alphas
            ],
            "merges": [
                {
                    "codes": list(merge.codes),
                    "alpha_of_codes": [_number(alpha) for alpha in merge.parts],
                    "alpha_merged": _number(merge.merged),
                    "rise": _number(merge.rise),
                    "rank": merge.rank,
                    "merges": merge.n_merges,
                }
                for merge in self.merges
            ],
            "withheld": list(self.withheld),
            "suggestions_withheld": self.n_suggestions,
            "model": self.has_model,
        }

    def _in_words(self) -> Iterator[tuple[Change, str]]:
        return zip(self.changes, self.sentences, strict=True)

    def _records(self) -> Iterable[dict[str, object]]:
        for change, sentence in self._in_words():
            versions = {"before": change.before, "after": change.after}
            yield {"change": sentence, **versions, "by": change.by, "why": change.why, "at": change.at}

    def __str__(self) -> str:
        blocks = [part if isinstance(part, str) else part.text() for part in self.parts()]
        return "\n\n".join(filter(None, blocks))

    def _repr_html_(self) -> str:
        parts = (_paragraphs(part) if isinstance(part, str) else part.html() for part in self.parts())
        return "".join(parts)

    def parts(self) -> Iterator[str | Table]:
        """Yield the tables of the plan, and the sentences before, between and after them, each on a line."""
        yield "\n".join(
            f"{sentence} (version {change.before} to {change.after})." for change, sentence in self._in_words()
        )
        if (table := self._readings_table()) is not None:
            yield table
        yield "\n".join(self._of_readings())
        if self.alphas:
            yield self._alpha_table()
        yield "\n".join(self._of_agreement())
        yield "\n".join(self._of_what_was_made())

    def _readings_table(self) -> Table | None:
        """Return how many readings give each code that changes, by coder; None if nothing becomes of any reading."""
        rows = []
        codes = dict.fromkeys(code for readings in self.coders for code in (*readings.before, *readings.after))
        for code in codes:
            counts = (f"{_count(readings.before, code)} → {_count(readings.after, code)}" for readings in self.coders)
            rows.append((self._name(code), *counts))
        lines = {
            "to be read again": [len(readings.again) for readings in self.coders],
            "silent about it": [len(readings.silent) for readings in self.coders],
            "left without a code": [len(readings.emptied) for readings in self.coders],
        }
        rows += [(what, *map(str, counts)) for what, counts in lines.items() if any(counts)]
        if not rows:
            return None
        rows.append(("all readings", *(str(readings.n_readings) for readings in self.coders)))
        head = ("readings", *map(_heading, self.coders))
        return Table(head=head, rows=tuple(rows), numeric=frozenset(range(1, len(head))))

    def _of_readings(self) -> Iterator[str]:
        """Yield what is read again, what is left open, and which proposals are taken up."""
        if self.n_left:
            yield (
                "What becomes of the readings of others, and of agreement, is shown after "
                f"{count_of(self.n_left, 'more line', thousands=',')} of your own, or once study.toml says "
                'independent_coding = "closed" or, if you do not code, names the coders.'
            )
        again = {_heading(readings): len(readings.again) for readings in self.coders if readings.again}
        if again:
            n_lines = count_of(len(self.lines_to_read_again), "different line", thousands=",")
            yield f"To be read again, with autocode reread: {_listed(again)}; {n_lines}."
        elif not self.n_left:
            yield "Nothing has to be read again."
        yield from self._of_silence()
        proposed = {_heading(readings): len(readings.proposed) for readings in self.coders if readings.proposed}
        if proposed:
            yield f"Proposed before, so that these lines get the code: {_listed(proposed)}. Others read them again."

    def _of_silence(self) -> Iterator[str]:
        silent = {_heading(readings): len(readings.silent) for readings in self.coders if readings.silent}
        if silent:
            codes = (code_asked_for(change) for change in self.changes if leaves_most_open(change))
            names = (
                listing(repr(self._name(code)) for code in codes if code is not None and code in self.after)
                or "the code"
            )
            total = count_of(sum(silent.values()), "earlier reading", thousands=",")
            yield (
                f"{total} {'says' if sum(silent.values()) == 1 else 'say'} nothing about {names}: {_listed(silent)}. "
                "They count in no number about it until these lines are read for it."
            )
        for draw in self.draws:
            yield draw.sentence(self._name(draw.code))
        for change in self.alphas:
            if change.n_unknown and change.is_theme and change.code:
                n_unknown = count_of(change.n_unknown, "reading", thousands=",")
                yield f"The theme {change.name!r} is unknown in {n_unknown} that gave none of its codes."

    def _alpha_table(self) -> Table:
        rows = []
        for change in self.alphas:
            alphas = (change.before, change.before_on_same_lines, change.after)
            lines = dict.fromkeys(str(alpha.n_pairable) for alpha in (change.before, change.after) if alpha is not None)
            rows.append((change.name, *map(_alpha, alphas), " → ".join(lines)))
        head = ("alpha", "before", "on the same lines", "after", "lines")
        return Table(head=head, rows=tuple(rows), numeric=frozenset(range(1, len(head))))

    def _of_agreement(self) -> Iterator[str]:
        for merge in self.merges:
            yield self._of_merge(merge)
        reasons: dict[str, list[str]] = {}
        for change in self.alphas:
            if change.after is not None and change.after.undefined is not None:
                lines = (
                    f" ({count_of(change.after.n_pairable, 'line', thousands=',')})" if change.after.n_pairable else ""
                )
                reasons.setdefault(change.after.undefined.sentence, []).append(f"{change.name}{lines}")
        for reason, names in reasons.items():
            yield f"Alpha is undefined after the change for {listing(names)}: {reason}."

    def _of_merge(self, merge: MergeComparison) -> str:
        parts = listing(
            f"{self._name(code)} ({alpha:.3f})" for code, alpha in zip(merge.codes, merge.parts, strict=True)
        )
        if merge.rank is None:
            return f"How {parts} compare with other merges is not known: alpha of one of them is undefined."
        rise = f"{abs(merge.rise):.3f} {'above' if merge.rise >= 0 else 'below'}"
        return (
            f"Alpha of the merged code is {merge.merged:.3f}, {rise} the mean of {parts}. Any merge tends to raise "
            "alpha, as coders who took one code for another agree after it: this is number "
            f"{merge.rank} of the {merge.n_merges:,} possible merges of as many codes, by that rise."
        )

    def _of_what_was_made(self) -> Iterator[str]:
        """Yield which model, suggestions and reports are affected."""
        withheld = listing(repr(self._name(code)) for code in self.withheld)
        if self.has_model and (self.withheld or self.new_codes):
            sentences = [f"suggests {withheld} no more"] if self.withheld else []
            if self.new_codes:
                sentences.append(f"does not know {listing(repr(self._name(code)) for code in self.new_codes)}")
            yield f"The model learnt under version {self.before.version}: it {' and '.join(sentences)}; train it again."
        if self.n_suggestions:
            yield f"{count_of(self.n_suggestions, 'suggestion', thousands=',')} of {withheld} withheld."
        yield f"Reports that were written before are about version {self.before.version}; write them again."

    def _name(self, code: CodeId) -> str:
        return (self.after if code in self.after else self.before).label(code)


def _paragraphs(sentences: str) -> str:
    return "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences.splitlines())


def _heading(readings: CoderReadings) -> str:
    return f"{readings.coder} (adjudicated)" if readings.adjudicated else readings.coder


def _count(counts: Mapping[CodeId, int], code: CodeId) -> str:
    return str(counts[code]) if code in counts else _NONE


def _listed(counts: Mapping[str, int]) -> str:
    return listing(f"{coder} {n:,}" for coder, n in counts.items())


def _alpha(alpha: Agreement | None) -> str:
    return _NONE if alpha is None or alpha.undefined is not None else f"{alpha.value:.3f}"


def _alpha_as_json(alpha: Agreement | None) -> dict[str, Any] | None:
    if alpha is None:
        return None
    undefined = None if alpha.undefined is None else alpha.undefined.value
    return {"value": _number(alpha.value), "lines": alpha.n_pairable, "undefined": undefined}


def _number(value: float) -> float | None:
    return None if value != value else value  # JSON has no NaN
