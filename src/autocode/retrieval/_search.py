"""Words in all interviews, found by their forms."""

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from autocode.arguments import no_single_text
from autocode.display import Tabular, displayed
from autocode.doctext import documented
from autocode.frames import Kind
from autocode.frozen import FrozenMapping
from autocode.retrieval._reference import reference
from autocode.retrieval._word_forms import forms_of
from autocode.tables import Table, csv_text, spreadsheet_cell
from autocode.transcripts import Line, Role, TranscriptId, Transcripts
from autocode.wording import count_of, listing

_TERM = re.compile(r'(-?)"([^"]*)"?|(\S+)')
_WORD = re.compile(r"[^ \n']+(?:'[^ \n']+)*")
# of scripts that put no blanks between words: a word is found anywhere
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_BEGINS, _ENDS = r"(?<![^ \n])", r"(?![^ \n])"
_COLUMNS = ("reference", "line", "transcript", "order", "speaker", "text", "found")
_AROUND = 70  # letters before and after the words that a table shows


class _Folding(dict[int, str]):
    """What letters become when texts are compared: lower case without accents, one for one; all else is a blank."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if letter in "'’ʼ":
            folded = "'"
        elif letter.isalnum() or unicodedata.category(letter).startswith("M"):
            plain = unicodedata.normalize("NFKD", letter).casefold() or letter
            folded = plain[0]
        else:
            folded = " "
        self[code] = folded
        return folded


_FOLDING = _Folding()


def folded(text: str) -> str:
    """Return a text as it is compared: as long as it is, in lower case, without accents and punctuation."""
    return text.translate(_FOLDING)


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    """
    A line with words that were searched for.

    Attributes
    ----------
    line : Line
        The line.
    reference : str
        Where it stands, for a citation: "GP3, line 12".
    text : str
        Its words, with composed letters.
    spans : tuple of (int, int)
        Where in `text` the words stand: first letter, and the one after the last.
    attributes : mapping of str to str
        What is known of the participant, such as role or borough.
    """

    line: Line
    reference: str
    text: str
    spans: tuple[tuple[int, int], ...]
    attributes: Mapping[str, str]

    @property
    def quotation(self) -> str:
        """The words in quotation marks, with where they stand."""
        return f"“{self.line.text}” ({self.reference})"

    @property
    def pieces(self) -> tuple[tuple[str, bool], ...]:
        """The words in pieces, each with whether it was searched for."""
        pieces, last = [], 0
        for start, end in self.spans:
            pieces += [(self.text[last:start], False), (self.text[start:end], True)]
            last = end
        return tuple(piece for piece in (*pieces, (self.text[last:], False)) if piece[0])

    @property
    def excerpt(self) -> str:
        """The first of the words, with some before and after it."""
        start, end = self.spans[0]
        before, after = max(start - _AROUND, 0), min(end + _AROUND, len(self.text))
        return (
            f"{'...' if before else ''}{' '.join(self.text[before:after].split())}"
            f"{'...' if after < len(self.text) else ''}"
        )


@displayed
@no_single_text
@dataclass(frozen=True, kw_only=True, eq=False)
class FoundLines(Tabular):
    """
    The lines with words that were searched for, in the order of the interviews; made by `LineSearch.find`.

    Attributes
    ----------
    query : str
        What was searched for.
    lines : tuple of FoundLine
        The lines.
    """

    query: str
    lines: tuple[FoundLine, ...]

    def __len__(self) -> int:
        return len(self.lines)

    @cached_property
    def forms(self) -> Mapping[str, int]:
        """The forms of the words that were found, each with how often, most frequent first."""
        counts = Counter(folded(line.text[start:end]) for line in self.lines for start, end in line.spans)
        return FrozenMapping(dict(counts.most_common()))

    @cached_property
    def by_interview(self) -> Mapping[TranscriptId, int]:
        """Number of lines in each interview with one."""
        return FrozenMapping(dict(Counter(found.line.transcript for found in self.lines)))

    def by_attribute(self, attribute: str) -> Mapping[str, int]:
        """
        Return the number of lines by the value of an attribute of the participants, sorted by value.

        Parameters
        ----------
        attribute : str
            The attribute, such as "role"; where it is not known, the value is empty.
        """
        return FrozenMapping(dict(sorted(Counter(found.attributes.get(attribute, "") for found in self.lines).items())))

    @no_single_text
    def where(
        self, *, interviews: Collection[TranscriptId] = (), attributes: Mapping[str, str] = FrozenMapping({})
    ) -> "FoundLines":
        """
        Return the lines of some interviews.

        Parameters
        ----------
        interviews : collection of TranscriptId, default ()
            The interviews; empty for all.
        attributes : mapping of str to str, default empty
            What the participants have, such as the role "GP".
        """
        kept = (
            found
            for found in self.lines
            if (not interviews or found.line.transcript in interviews)
            and all(found.attributes.get(name, "") == value for name, value in attributes.items())
        )
        return replace(self, lines=tuple(kept))

    def _rows(self) -> Iterator[dict[str, Any]]:
        for found in self.lines:
            yield {
                "reference": found.reference,
                "line": found.line.id,
                "transcript": found.line.transcript,
                "order": found.line.order,
                "speaker": found.line.speaker,
                "text": found.line.text,
                "found": [found.text[start:end] for start, end in found.spans],
                **{f"participant_{name}": value for name, value in found.attributes.items()},
            }

    def _records(self) -> Iterable[dict[str, object]]:
        return self._rows()

    def _kinds(self) -> dict[str, Kind]:
        kinds: dict[str, Kind] = dict.fromkeys(_COLUMNS, "text")
        return {**kinds, "order": "count", "found": "texts"}

    def to_csv(self) -> str:
        """Return the lines as a table in CSV, one row per line, in which no spreadsheet takes words for a formula."""
        rows = [{**row, "found": "; ".join(row["found"])} for row in self._rows()]
        header = list(dict.fromkeys([*_COLUMNS, *(name for row in rows for name in row)]))
        return csv_text(header, ([spreadsheet_cell(str(row.get(name, ""))) for name in header] for row in rows))

    def to_json(self) -> dict[str, Any]:
        """Return the lines and their counts as JSON holds them."""
        return {
            "query": self.query,
            "n_lines": len(self),
            "forms": dict(self.forms),
            "by_interview": dict(self.by_interview),
            "lines": list(self._rows()),
        }

    def table(self) -> Table:
        """Return the lines as a table: where they stand, and the words with some around them."""
        return Table(head=("line", "words"), rows=tuple((found.reference, found.excerpt) for found in self.lines))

    def __str__(self) -> str:
        if not self.lines:
            return f"{self.query}: no line."
        forms = listing((f"{form} ({n})" for form, n in self.forms.items()), at_most=12)
        interviews = ", ".join(f"{name} {n}" for name, n in self.by_interview.items())
        return f"{self.table().text()}\n\n{count_of(len(self), 'line')}: {interviews}.\nForms: {forms}."


class _Term(NamedTuple):
    """One word or phrase of a query: where it may stand, and which of the words that stand there are it."""

    pattern: re.Pattern[str]
    is_form: Any  # of a word: whether it is one of its forms; None for all that the pattern finds


@documented
class LineSearch:
    """
    Words of interviews, ready to be searched.

    Parameters
    ----------
    {lines}
    language : str, default "en"
        Two-letter code of the language of the interviews, by which the forms of a word are known.
    questions : bool, default False
        Whether the lines of interviewers are searched, too.

    Examples
    --------
    >>> from autocode.retrieval import LineSearch
    >>> from autocode.transcripts import Transcripts
    >>> texts = ["I referred her in May.", "A referral takes weeks.", "Referring is no help."]
    >>> lines = Transcripts.from_frame([{"transcript": "GP1", "speaker": "GP1", "text": text} for text in texts])
    >>> search = LineSearch(lines)
    >>> dict(search.find("refer").forms), [found.reference for found in search.find("refer* -referral").lines]
    ({'referred': 1, 'referring': 1}, ['GP1, line 1', 'GP1, line 3'])
    """

    def __init__(self, lines: Transcripts, *, language: str = "en", questions: bool = False) -> None:
        self._interviews = lines
        self._language = language
        self._lines = [line for line in lines if questions or line.role is Role.PARTICIPANT]
        self._texts = [
            line.text if line.text.isascii() else unicodedata.normalize("NFC", line.text) for line in self._lines
        ]
        # one text, as one search of a long text is much faster than many of short ones
        self._folded = "\n".join(map(folded, self._texts))
        self._starts = [0]
        for text in self._texts[:-1]:
            self._starts.append(self._starts[-1] + len(text) + 1)

    def __repr__(self) -> str:
        return f"<LineSearch: {count_of(len(self._lines), 'line')}>"

    def find(self, query: str) -> FoundLines:
        """
        Return the lines with all words of a query, in any order, each word in any of its forms.

        Parameters
        ----------
        query : str
            Words. In quotation marks, words are searched as they are written, next to each other; `refer*` is any word
            that begins so; `-referral` leaves out this form. Case, accents and punctuation do not matter.
        """
        terms, left_out = self._terms(query)
        spans: dict[int, list[tuple[int, int]]] = {}
        for number, term in enumerate(terms):
            found: dict[int, list[tuple[int, int]]] = {}
            for start, end in self._occurrences(term, left_out):
                line = bisect_right(self._starts, start) - 1
                if not number or line in spans:
                    found.setdefault(line, []).append((start - self._starts[line], end - self._starts[line]))
            spans = {line: [*spans.get(line, []), *found[line]] for line in found}
        return FoundLines(query=query, lines=tuple(self._found(line, spans[line]) for line in sorted(spans)))

    def _found(self, place: int, spans: list[tuple[int, int]]) -> FoundLine:
        line = self._lines[place]
        apart: list[tuple[int, int]] = []
        for start, end in sorted(set(spans)):
            if apart and start < apart[-1][1]:
                apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
            else:
                apart.append((start, end))
        return FoundLine(
            line=line,
            reference=reference(self._interviews, line),
            text=self._texts[place],
            spans=tuple(apart),
            attributes=self._interviews.interview(line.transcript).attributes,
        )

    def _terms(self, query: str) -> tuple[list[_Term], frozenset[str]]:
        terms: list[_Term] = []
        left_out: set[str] = set()
        for match in _TERM.finditer(unicodedata.normalize("NFC", query)):
            minus, phrase, word = match[1], match[2], match[3]
            if phrase is not None:
                words = folded(phrase).split()
                if minus:
                    left_out.add(" ".join(words))
                elif words:
                    pattern = _BEGINS + "[ ]+".join(map(re.escape, words)) + _ENDS
                    terms.append(_Term(re.compile(pattern), None))
                continue
            if word.startswith("-") and len(word) > 1:
                left_out |= set(_WORD.findall(folded(word[1:])))
                continue
            begins_so = word.endswith("*")
            words = _WORD.findall(folded(word))
            terms += [self._term(part, begins_so=begins_so and part == words[-1]) for part in words]
        return terms, frozenset(left_out)

    def _term(self, word: str, *, begins_so: bool) -> _Term:
        if _UNSPACED.search(word):
            return _Term(re.compile(re.escape(word)), None)
        if begins_so:
            return _Term(re.compile(f"{_BEGINS}{re.escape(word)}[^ \n]*"), None)
        begin, irregular, is_form = forms_of(word, self._language)
        others = "".join(f"|{re.escape(form)}{_ENDS}" for form in sorted(irregular))
        return _Term(re.compile(f"{_BEGINS}(?:{re.escape(begin)}[^ \n]*{others})"), is_form)

    def _occurrences(self, term: _Term, left_out: frozenset[str]) -> Iterator[tuple[int, int]]:
        """Yield where a term stands in all texts; quotation marks around a word are none of it."""
        known: dict[str, bool] = {}
        for match in term.pattern.finditer(self._folded):
            word = match[0].rstrip("'")
            if word not in known:
                known[word] = word not in left_out and (term.is_form is None or term.is_form(word))
            if known[word]:
                yield match.start(), match.start() + len(word)
