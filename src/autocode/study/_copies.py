"""Whether two copies of a study are about the same lines and codes, so that what was coded in one fits the other."""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from pathlib import Path

from autocode.codebook import Code, Codebook
from autocode.errors import Fault
from autocode.study._folder import CODEBOOK, PARTICIPANTS
from autocode.transcripts import Line, Transcript, TranscriptId, Transcripts
from autocode.wording import count_of, listing

_SHOWN = 20  # lines of one interview that are named


def differing_transcripts(here: Transcripts, there: Transcripts) -> Iterator[Fault]:
    """
    Yield a fault for each line of another copy's interviews that is not as it is here.

    Interviews that only this copy has are let pass: nobody can have coded them there.

    Parameters
    ----------
    here, there : Transcripts
        The interviews of this copy and of the other.
    """
    known = {transcript.id: transcript for transcript in here.interviews}
    for transcript in there.interviews:
        mine = known.get(transcript.id)
        if mine is None:
            yield Fault(
                f"{transcript.id} is not among the interviews here; add it first with: autocode add STUDY "
                f"{Path(transcript.source).name}.",
                transcript.source or None,
            )
        elif mine.digest != transcript.digest:
            yield from _differing_lines(mine, transcript)


def _differing_lines(here: Transcript, there: Transcript) -> Iterator[Fault]:
    faults = list(_faults_of_lines(here, there)) or [
        Fault(
            f"its lines are the same, but what stands between or before them is not as in {here.source}; copy one file "
            "over the other.",
            there.source or None,
        )
    ]
    yield from faults[:_SHOWN]
    if len(faults) > _SHOWN:
        yield Fault(f"and {count_of(len(faults) - _SHOWN, 'more line')} of {there.id} differ.", there.source or None)


def _faults_of_lines(here: Transcript, there: Transcript) -> Iterator[Fault]:
    old, new = ([(line.speaker, line.role, line.text) for line in side.lines] for side in (here, there))
    for kind, i, i_end, j, j_end in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        pairs = min(i_end - i, j_end - j)
        if kind == "equal":
            for mine, line in zip(here.lines[i:i_end], there.lines[j:j_end], strict=True):
                if mine.id != line.id:
                    yield _fault(there, line, f"is {mine.id} in {_place(here, mine)}")
            continue
        for mine, line in zip(here.lines[i : i + pairs], there.lines[j : j + pairs], strict=True):
            yield _fault(there, line, f"has other {_what(mine, line)} than {mine.id} in {_place(here, mine)}")
        for line in there.lines[j + pairs : j_end]:
            yield _fault(there, line, f"is not in {here.source}")
        for mine in here.lines[i + pairs : i_end]:
            yield Fault(f"lacks {mine.id}, which is in {_place(here, mine)}.", there.source or None)


def _what(mine: Line, line: Line) -> str:
    differing = {
        "words": mine.text != line.text,
        "speakers": mine.speaker != line.speaker,
        "roles of speakers": mine.role is not line.role,
    }
    return listing(name for name, differs in differing.items() if differs)


def _fault(transcript: Transcript, line: Line, what: str) -> Fault:
    return Fault(f"{line.id} {what}.", transcript.source or None, _number(transcript, line))


def _place(transcript: Transcript, line: Line) -> str:
    number = _number(transcript, line)
    return transcript.source if number is None else f"{transcript.source}:{number}"


def _number(transcript: Transcript, line: Line) -> int | None:
    """Return the number of a line in its file; None where the file does not consist of lines."""
    if Path(transcript.source).suffix.casefold() != ".txt":
        return None
    return transcript.text.count("\n", 0, line.start) + 1


def differing_codebooks(here: Codebook, there: Codebook, *, folder: Path) -> Iterator[Fault]:
    """
    Yield a fault for each code that another copy's codebook has otherwise.

    Parameters
    ----------
    here, there : Codebook
        The codebooks of this copy and of the other.
    folder : Path
        The folder of the other copy.
    """
    path = folder / CODEBOOK
    if here.version != there.version:
        yield Fault(f"is version {there.version!r}, and here is version {here.version!r}.", path)
    for code in there:
        if code not in here:
            yield Fault(f"has the code {code!r}, which the codebook here lacks.", path)
        elif there[code] != here[code]:
            yield Fault(f"has the code {code!r} with another {_fields(here[code], there[code])}.", path)
    for code in here:
        if code not in there:
            yield Fault(f"lacks the code {code!r}, which the codebook here has.", path)
    if list(here) != list(there) and set(here) == set(there):
        yield Fault("has the codes in another order.", path)


def _fields(mine: Code, other: Code) -> str:
    words = {
        "name": mine.name != other.name,
        "theme": mine.parent != other.parent,
        "level": mine.codable != other.codable,
        "definition": mine.definition != other.definition,
    }
    return listing(name for name, differs in words.items() if differs) or "use or examples"


def differing_participants(here: Transcripts, there: Transcripts, *, folder: Path) -> Iterator[Fault]:
    """
    Yield a fault for each attribute of a participant that both copies know, and know otherwise.

    Parameters
    ----------
    here, there : Transcripts
        The interviews of this copy and of the other.
    folder : Path
        The folder of the other copy.
    """
    known: Mapping[TranscriptId, Transcript] = {transcript.id: transcript for transcript in here.interviews}
    for transcript in there.interviews:
        mine = known[transcript.id].attributes if transcript.id in known else {}
        for name, value in transcript.attributes.items():
            if value and mine.get(name) and mine[name] != value:
                yield Fault(
                    f"says {name} {value!r} of {transcript.id}, and {PARTICIPANTS} here says {mine[name]!r}.",
                    folder / PARTICIPANTS,
                )
