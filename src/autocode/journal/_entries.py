"""The entries of a journal, one for each coding, batch, decision or undo, and their canonical JSON."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from autocode.arguments import no_single_text
from autocode.codebook import Change, CodeId
from autocode.coding import (
    Abstention,
    Adjudication,
    Band,
    Basis,
    BatchId,
    BlindDraw,
    CoderId,
    Coding,
    Codings,
    Decision,
    Design,
    Evidence,
    Mode,
    Neighbour,
    Paradata,
    Proposal,
    Reading,
    Reason,
    Ruling,
    Sample,
    SampleEnd,
    Shown,
    Stage,
    Suggestion,
    SuggestionBatch,
    Verdict,
)
from autocode.conduct import Amendment, Replacement
from autocode.display import displayed
from autocode.errors import CodingError
from autocode.journal._codebook_entries import CodebookSeen, codebook_record_from, codebook_record_to
from autocode.transcripts import LineId, Role, Transcript, TranscriptId, fingerprints_of
from autocode.unicode import well_formed


class Kind(StrEnum):
    """The kinds of entries."""

    CODING = "coding"
    BATCH = "batch"
    DECISION = "decision"
    DEFERRAL = "deferral"
    PROPOSAL = "proposal"
    PARADATA = "paradata"
    BLIND = "blind"
    TRANSCRIPT = "transcript"
    SAMPLE = "sample"
    ADJUDICATION = "adjudication"
    AMENDMENT = "amendment"
    UNDO = "undo"
    ERASURE = "erasure"
    CODEBOOK = "codebook"
    LOOK = "look"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """
    A coder takes back an earlier coding, adjudication, decision, deferral or proposal, which stays in the journal.

    Attributes
    ----------
    entry : int
        The number of the entry that is taken back; it must be by the same coder.
    coder : CoderId
        Who takes it back.
    at : datetime or None, default None
        When; None for the time of appending.
    """

    entry: int
    coder: CoderId
    at: datetime | None = None


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """
    Somebody erases the free text of entries: memos, reasons and the words of evidence. The acts stay.

    Attributes
    ----------
    entries : tuple of int
        The numbers of the entries whose text is erased.
    coder : CoderId
        Who erases it.
    why : str
        Why, such as the wish of a participant. It is free text too, so leave out what is to be erased.
    at : datetime or None, default None
        When; None for the time of appending.

    Raises
    ------
    CodingError
        If no entry is named, or no reason is given.
    """

    entries: tuple[int, ...]
    coder: CoderId
    why: str
    at: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "why", well_formed(self.why))
        if not self.entries:
            raise CodingError("an erasure names the entries whose text is erased; name at least one.")
        if not self.why.strip():
            raise CodingError("an erasure says why; write the reason, without the words that are erased.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferral:
    """
    A coder leaves a line for later. Where suggestions were shown, a `Decision` that skips them says so instead.

    Attributes
    ----------
    line : LineId
        The line.
    coder : CoderId
        The coder.
    at : datetime or None, default None
        When; None for the time of appending.
    """

    line: LineId
    coder: CoderId
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingsShown:
    """
    Others' codings were shown to a coder: lines that they had coded by then are not coded independently afterwards.

    Attributes
    ----------
    coder : CoderId
        The coder.
    at : datetime or None, default None
        When; None for the time of appending.
    """

    coder: CoderId
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChecked:
    """
    Somebody looked at a line with a possible label issue, and its codings stay as they are.

    Attributes
    ----------
    line : LineId
        The line.
    coder : CoderId
        Who looked at it.
    codings : str
        A digest of the codings of the line; when they change, the line is to be looked at again.
    at : datetime or None, default None
        When; None for the time of appending.
    """

    line: LineId
    coder: CoderId
    codings: str
    at: datetime | None = None


@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptSeen:
    """
    The digest of a transcript when it was coded; if its digest differs now, the transcript was edited.

    Attributes
    ----------
    transcript : TranscriptId
        The transcript.
    digest : str
        Its digest at that time.
    fingerprints : tuple of str, default empty
        The fingerprint of each of its lines, see `fingerprints_of`; empty if they are not known.
    lines : tuple of LineId, default ()
        The lines of participants, which are those that may be coded; empty if they are not known.
    at : datetime or None, default None
        When; None for the time of appending.
    """

    transcript: TranscriptId
    digest: str
    fingerprints: tuple[str, ...] = ()
    lines: tuple[LineId, ...] = ()
    at: datetime | None = None

    @classmethod
    def of(cls, transcript: Transcript) -> "TranscriptSeen":
        """
        Return the record of a transcript as it is now.

        Parameters
        ----------
        transcript : Transcript
            The transcript.
        """
        return cls(
            transcript=transcript.id,
            digest=transcript.digest,
            fingerprints=fingerprints_of(transcript.lines),
            lines=tuple(line.id for line in transcript.lines if line.role is Role.PARTICIPANT),
        )


Record = (
    Coding
    | Adjudication
    | SuggestionBatch
    | Decision
    | Deferral
    | Proposal
    | Paradata
    | TranscriptSeen
    | Sample
    | SampleEnd
    | BlindDraw
    | Amendment
    | Undo
    | Erasure
    | CodebookSeen
    | Change
    | CodingsShown
    | LineChecked
)


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One record in a journal.

    Attributes
    ----------
    seq : int
        The number of the entry, from 1.
    kind : Kind
        What the record is.
    at : datetime
        When it was made.
    record : Coding, Decision, SuggestionBatch, ...
        The record.
    undone : bool
        Whether it was taken back since.
    gesture : str, default ""
        The idempotency key under which it was appended, perhaps with other entries; empty for none.
    id : str, default ""
        The identity of the entry, 32 hexadecimal digits: the same in every copy of the journal, and greater than those
        of the entries that were appended before it.
    erased : tuple of str, default ()
        The fields of the record whose text was erased, such as "memo"; they are empty in the record.
    """

    seq: int
    kind: Kind
    at: datetime
    record: Record
    undone: bool
    gesture: str = ""
    id: str = ""
    erased: tuple[str, ...] = ()


def records_in(entries: Iterable[Record | Codings]) -> Iterator[Record]:
    """Yield one record for each entry: a `Codings` becomes one entry for each coding."""
    for entry in entries:
        if isinstance(entry, Codings):
            yield from entry
        else:
            yield entry


def serialized(record: Record, **more: Any) -> tuple[Kind, str, dict[str, str]]:
    """
    Return the kind of a record, the canonical JSON of its act, without its time, and its free text by field.

    Parameters
    ----------
    record : Record
        The record.
    **more : object
        Further fields of the JSON.
    """
    for kind, (noun, to_json, _) in _FORMS.items():
        if isinstance(record, noun):
            fields = {**to_json(record), **more}
            texts = {field: fields.pop(field, "") for field in _TEXTS.get(kind, ())}
            payload = json.dumps(fields, sort_keys=True, separators=(",", ":"), allow_nan=False)
            _refuse_surrogates(record, payload)
            return kind, payload, {field: text for field, text in texts.items() if text}
    raise TypeError(f"a journal stores codings, suggestions, decisions and undos, not {type(record).__name__}.")


def _refuse_surrogates(record: Record, payload: str) -> None:
    """Raise a `CodingError` if an id or a name holds half a character: every later page and file would fail on it."""
    if "\\ud" not in payload:  # JSON in ASCII, in which other characters beyond the first 65,536 have it too
        return
    try:
        json.dumps(json.loads(payload), ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise CodingError(
            f"a {type(record).__name__} holds {well_formed(str(error.object[error.start : error.end]))!r}, half a "
            "character, which cannot be written as UTF-8; correct the id or the name."
        ) from error


def deserialized(
    kind: Kind, payload: str, at: datetime, *, texts: Mapping[str, str], reaches: tuple[int, ...] = ()
) -> Record:
    """
    Return the record written as this JSON with this free text.

    Parameters
    ----------
    kind : Kind
        What the record is.
    payload : str
        The JSON of its act.
    at : datetime
        When it was made.
    texts : mapping of str to str
        The free text by field; what is missing was empty or erased.
    reaches : tuple of int, default ()
        The numbers of the entries that an undo takes back or an erasure erases.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is not a record.
    """
    _, _, from_json = _FORMS[kind]
    fields = dict.fromkeys(_TEXTS.get(kind, ()), "") | json.loads(payload) | texts
    return from_json({**fields, "entries": reaches}, at)


def utc_timestamp(at: datetime) -> str:
    """Return a time as ISO 8601 in UTC; raises `ValueError` if it has no time zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone; give one, such as datetime.now(UTC).")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _coding_to(coding: Coding) -> dict[str, Any]:
    fields = {
        "line": coding.line,
        "coder": coding.coder,
        "codes": sorted(coding.codes),
        "basis": coding.basis,
        "memo": coding.memo,
    }
    open_codes = {
        "version": coding.version,
        "unjudged": sorted(coding.unjudged),
        "waiting_parts": sorted(map(sorted, coding.waiting_parts)),
    }
    return {**fields, **{name: value for name, value in open_codes.items() if value}}


def _coding_from(fields: Mapping[str, Any], at: datetime) -> Coding:
    return Coding(
        line=LineId(fields["line"]),
        coder=CoderId(fields["coder"]),
        codes=frozenset(map(CodeId, fields["codes"])),
        basis=Basis(fields["basis"]),
        memo=fields["memo"],
        at=at,
        version=fields.get("version", ""),
        unjudged=frozenset(map(CodeId, fields.get("unjudged", ()))),
        waiting_parts=frozenset(frozenset(map(CodeId, parts)) for parts in fields.get("waiting_parts", ())),
    )


def _batch_to(batch: SuggestionBatch) -> dict[str, Any]:
    return {
        "id": batch.id,
        "model": batch.model,
        "codebook": batch.codebook,
        "suggestions": [
            {
                "line": suggestion.line,
                "code": suggestion.code,
                "rank": suggestion.rank,
                "probability": suggestion.probability,
                "band": suggestion.band,
                "definition": suggestion.evidence.definition,
                "beside": suggestion.evidence.beside,
                # the neighbours' words stay in the transcripts: a participant who withdraws can have them erased there
                "neighbours": [
                    {
                        "line": neighbour.line,
                        "transcript": neighbour.transcript,
                        "coders": neighbour.coders,
                        "similarity": neighbour.similarity,
                    }
                    for neighbour in suggestion.evidence.neighbours
                ],
            }
            for suggestion in batch.suggestions
        ],
        "abstentions": [{"line": abstention.line, "reason": abstention.reason} for abstention in batch.abstentions],
        "words": _words_to([suggestion.evidence.words for suggestion in batch.suggestions]),
    }


def _words_to(words: Sequence[Sequence[tuple[str, float]]]) -> str:
    """Return the words of evidence as one text: any of them may have been said by a participant who withdraws."""
    return json.dumps(words, separators=(",", ":")) if any(words) else ""


def _words_from(text: str, n_suggestions: int) -> list[tuple[tuple[str, float], ...]]:
    words = json.loads(text) if text else [[]] * n_suggestions
    return [tuple((word, share) for word, share in of_suggestion) for of_suggestion in words]


def _batch_from(fields: Mapping[str, Any], at: datetime) -> SuggestionBatch:
    return SuggestionBatch(
        id=BatchId(fields["id"]),
        model=fields["model"],
        codebook=fields["codebook"],
        suggestions=tuple(
            Suggestion(
                line=LineId(suggestion["line"]),
                code=CodeId(suggestion["code"]),
                rank=suggestion["rank"],
                probability=suggestion["probability"],
                band=Band(suggestion["band"]),
                evidence=Evidence(
                    words=words,
                    definition=suggestion["definition"],
                    beside=suggestion.get("beside", 0.0),  # older journals do not have it
                    neighbours=tuple(
                        Neighbour(
                            line=LineId(neighbour["line"]),
                            transcript=TranscriptId(neighbour["transcript"]),
                            text="",
                            coders=tuple(map(CoderId, neighbour["coders"])),
                            similarity=neighbour["similarity"],
                        )
                        for neighbour in suggestion["neighbours"]
                    ),
                ),
            )
            for suggestion, words in zip(
                fields["suggestions"], _words_from(fields["words"], len(fields["suggestions"])), strict=True
            )
        ),
        abstentions=tuple(
            Abstention(line=LineId(abstention["line"]), reason=Reason(abstention["reason"]))
            for abstention in fields["abstentions"]
        ),
        at=at,
    )


def _decision_to(decision: Decision) -> dict[str, Any]:
    shown = [
        {
            "code": suggestion.code,
            "rank": suggestion.rank,
            "probability": suggestion.probability,
            "band": suggestion.band,
            "verdict": suggestion.verdict,
        }
        for suggestion in decision.shown
    ]
    return {"line": decision.line, "coder": decision.coder, "batch": decision.batch, "shown": shown}


def _decision_from(fields: Mapping[str, Any], at: datetime) -> Decision:
    return Decision(
        line=LineId(fields["line"]),
        coder=CoderId(fields["coder"]),
        batch=BatchId(fields["batch"]),
        shown=tuple(
            Shown(
                code=CodeId(suggestion["code"]),
                rank=suggestion["rank"],
                probability=suggestion["probability"],
                band=Band(suggestion["band"]),
                verdict=Verdict(suggestion["verdict"]),
            )
            for suggestion in fields["shown"]
        ),
        at=at,
    )


def _deferral_to(deferral: Deferral) -> dict[str, Any]:
    return {"line": deferral.line, "coder": deferral.coder}


def _deferral_from(fields: Mapping[str, Any], at: datetime) -> Deferral:
    return Deferral(line=LineId(fields["line"]), coder=CoderId(fields["coder"]), at=at)


def _look_to(look: CodingsShown | LineChecked) -> dict[str, Any]:
    if isinstance(look, CodingsShown):
        return {"coder": look.coder}
    return {"line": look.line, "coder": look.coder, "codings": look.codings}


def _look_from(fields: Mapping[str, Any], at: datetime) -> CodingsShown | LineChecked:
    coder = CoderId(fields["coder"])
    if "line" not in fields:
        return CodingsShown(coder=coder, at=at)
    return LineChecked(line=LineId(fields["line"]), coder=coder, codings=fields["codings"], at=at)


def _reading_to(reading: Reading) -> dict[str, Any]:
    fields = {"coders": reading.coders, "codes": sorted(reading.codes)}
    return {**fields, "unjudged": sorted(reading.unjudged)} if reading.unjudged else fields


def _reading_from(fields: Mapping[str, Any]) -> Reading:
    return Reading(
        coders=tuple(map(CoderId, fields["coders"])),
        codes=frozenset(map(CodeId, fields["codes"])),
        unjudged=frozenset(map(CodeId, fields.get("unjudged", ()))),
    )


def _adjudication_to(adjudication: Adjudication) -> dict[str, Any]:
    return {
        "line": adjudication.line,
        "coder": adjudication.coder,
        "ruling": adjudication.ruling,
        "left": _reading_to(adjudication.left),
        "right": _reading_to(adjudication.right),
        "names_hidden": adjudication.names_hidden,
        "reason": adjudication.reason,
        "milliseconds": adjudication.milliseconds,
    }


def _adjudication_from(fields: Mapping[str, Any], at: datetime) -> Adjudication:
    return Adjudication(
        line=LineId(fields["line"]),
        coder=CoderId(fields["coder"]),
        ruling=Ruling(fields["ruling"]),
        left=_reading_from(fields["left"]),
        right=_reading_from(fields["right"]),
        names_hidden=fields["names_hidden"],
        reason=fields["reason"],
        milliseconds=fields["milliseconds"],
        at=at,
    )


def _transcript_to(seen: TranscriptSeen) -> dict[str, Any]:
    known = {"fingerprints": seen.fingerprints, "lines": seen.lines}
    return {
        "transcript": seen.transcript,
        "digest": seen.digest,
        **{field: values for field, values in known.items() if values},
    }


def _transcript_from(fields: Mapping[str, Any], at: datetime) -> TranscriptSeen:
    return TranscriptSeen(
        transcript=TranscriptId(fields["transcript"]),
        digest=fields["digest"],
        fingerprints=tuple(fields.get("fingerprints", ())),  # older journals have neither of the two
        lines=tuple(map(LineId, fields.get("lines", ()))),
        at=at,
    )


def _amendment_to(amendment: Amendment) -> dict[str, Any]:
    return {
        "transcript": amendment.transcript,
        "before": amendment.before,
        "after": amendment.after,
        "lines": amendment.lines,
        "fingerprints": amendment.fingerprints,
        "changed": amendment.changed,
        "replaced": [{"before": replacement.before, "after": replacement.after} for replacement in amendment.replaced],
        "by": amendment.by,
        "reason": amendment.reason,
    }


def _amendment_from(fields: Mapping[str, Any], at: datetime) -> Amendment:
    return Amendment(
        transcript=TranscriptId(fields["transcript"]),
        before=fields["before"],
        after=fields["after"],
        lines=tuple(map(LineId, fields["lines"])),
        fingerprints=tuple(fields["fingerprints"]),
        changed=tuple(map(LineId, fields["changed"])),
        replaced=tuple(
            Replacement(
                before=tuple(map(LineId, replacement["before"])), after=tuple(map(LineId, replacement["after"]))
            )
            for replacement in fields["replaced"]
        ),
        by=fields["by"],
        reason=fields["reason"],
        at=at,
    )


def _frame_to(probabilities: Mapping[LineId, float]) -> list[dict[str, Any]]:
    """Return inclusion probabilities with the lines that have each of them: most lines share a few."""
    lines_by_probability: dict[float, list[LineId]] = {}
    for line, probability in probabilities.items():
        lines_by_probability.setdefault(probability, []).append(line)
    return [{"probability": probability, "lines": lines} for probability, lines in lines_by_probability.items()]


def _frame_from(frame: Iterable[Mapping[str, Any]]) -> dict[LineId, float]:
    return {LineId(line): stratum["probability"] for stratum in frame for line in stratum["lines"]}


def _sample_to(record: Sample | SampleEnd) -> dict[str, Any]:
    """Return a sample, or its end as a sample of no lines, which an autocode that knows no ends counts as nothing."""
    if isinstance(record, SampleEnd):
        nothing: dict[str, Any] = {"drawn": [], "frame": [], "seed": 0, "enriched": ""}
        about = {"sample": record.entry} if record.entry else {}
        return {**nothing, "ends": record.sample, "reason": record.reason, **about}
    return {
        "drawn": record.drawn,
        "frame": _frame_to(record.probabilities),
        "seed": record.seed,
        "enriched": record.enriched,
        "name": record.name,
        "design": record.design,
        **({"change": record.change} if record.change else {}),
    }


def _sample_from(fields: Mapping[str, Any], at: datetime) -> Sample | SampleEnd:
    if "ends" in fields:
        return SampleEnd(sample=fields["ends"], reason=fields["reason"], at=at, entry=fields.get("sample", ""))
    enriched = fields["enriched"]
    # older journals do not have the design; only a chosen sample was described like this
    older = Design.ACTIVE if enriched.endswith(" selected as most informative") else Design.RANDOM
    return Sample(
        drawn=tuple(map(LineId, fields["drawn"])),
        probabilities=_frame_from(fields["frame"]),
        seed=fields["seed"],
        enriched=enriched,
        name=fields.get("name", ""),
        design=Design(fields.get("design", older)),
        change=fields.get("change", ""),
        at=at,
    )


def _proposal_to(proposal: Proposal) -> dict[str, Any]:
    fields = {"name": proposal.name, "line": proposal.line, "coder": proposal.coder}
    return {**fields, "version": proposal.version} if proposal.version else fields


def _proposal_from(fields: Mapping[str, Any], at: datetime) -> Proposal:
    return Proposal(
        name=fields["name"],
        line=LineId(fields["line"]),
        coder=CoderId(fields["coder"]),
        at=at,
        version=fields.get("version", ""),  # older journals do not have it
    )


def _paradata_to(paradata: Paradata) -> dict[str, Any]:
    return {
        "line": paradata.line,
        "coder": paradata.coder,
        "mode": paradata.mode,
        "stage": paradata.stage,
        "before": None if paradata.before is None else sorted(paradata.before),
        "after": None if paradata.after is None else sorted(paradata.after),
        "revealed": paradata.revealed,
        "batch": paradata.batch,
        "milliseconds": paradata.milliseconds,
        "hurried": paradata.hurried,
        "model": paradata.model,
        "codebook": paradata.codebook,
    }


def _paradata_from(fields: Mapping[str, Any], at: datetime) -> Paradata:
    return Paradata(
        line=LineId(fields["line"]),
        coder=CoderId(fields["coder"]),
        mode=Mode(fields["mode"]),
        stage=Stage(fields["stage"]),
        before=None if fields["before"] is None else frozenset(map(CodeId, fields["before"])),
        after=None if fields["after"] is None else frozenset(map(CodeId, fields["after"])),
        revealed=tuple(map(CodeId, fields["revealed"])),
        batch=None if fields["batch"] is None else BatchId(fields["batch"]),
        milliseconds=fields["milliseconds"],
        hurried=fields["hurried"],
        model=fields["model"],
        codebook=fields["codebook"],
        at=at,
    )


def _blind_to(draw: BlindDraw) -> dict[str, Any]:
    return {"drawn": sorted(draw.drawn), "frame": _frame_to(draw.probabilities), "seed": draw.seed}


def _blind_from(fields: Mapping[str, Any], at: datetime) -> BlindDraw:
    return BlindDraw(
        drawn=frozenset(map(LineId, fields["drawn"])),
        probabilities=_frame_from(fields["frame"]),
        seed=fields["seed"],
        at=at,
    )


def _undo_to(undo: Undo) -> dict[str, Any]:
    return {"coder": undo.coder}  # the entry that it takes back is a column, as numbers differ between merged journals


def _undo_from(fields: Mapping[str, Any], at: datetime) -> Undo:
    (entry,) = fields["entries"]
    return Undo(entry=entry, coder=CoderId(fields["coder"]), at=at)


def _erasure_to(erasure: Erasure) -> dict[str, Any]:
    return {"coder": erasure.coder, "n_entries": len(set(erasure.entries)), "why": erasure.why}


def _erasure_from(fields: Mapping[str, Any], at: datetime) -> Erasure:
    if len(fields["entries"]) != fields["n_entries"]:
        raise ValueError("an erasure and the table of erasures differ")
    why = fields["why"] or "(erased)"
    return Erasure(entries=tuple(fields["entries"]), coder=CoderId(fields["coder"]), why=why, at=at)


_Form = tuple[type | tuple[type, ...], Callable[[Any], dict[str, Any]], Callable[[Mapping[str, Any], datetime], Record]]

_FORMS: dict[Kind, _Form] = {
    Kind.CODING: (Coding, _coding_to, _coding_from),
    Kind.BATCH: (SuggestionBatch, _batch_to, _batch_from),
    Kind.DECISION: (Decision, _decision_to, _decision_from),
    Kind.DEFERRAL: (Deferral, _deferral_to, _deferral_from),
    Kind.PROPOSAL: (Proposal, _proposal_to, _proposal_from),
    Kind.PARADATA: (Paradata, _paradata_to, _paradata_from),
    Kind.BLIND: (BlindDraw, _blind_to, _blind_from),
    Kind.TRANSCRIPT: (TranscriptSeen, _transcript_to, _transcript_from),
    Kind.SAMPLE: ((Sample, SampleEnd), _sample_to, _sample_from),
    Kind.ADJUDICATION: (Adjudication, _adjudication_to, _adjudication_from),
    Kind.AMENDMENT: (Amendment, _amendment_to, _amendment_from),
    Kind.UNDO: (Undo, _undo_to, _undo_from),
    Kind.ERASURE: (Erasure, _erasure_to, _erasure_from),
    Kind.CODEBOOK: ((CodebookSeen, Change), codebook_record_to, codebook_record_from),
    Kind.LOOK: ((CodingsShown, LineChecked), _look_to, _look_from),
}

# what is free text, stored apart from the acts so that it can be erased
_TEXTS: dict[Kind, tuple[str, ...]] = {
    Kind.CODING: ("memo",),
    Kind.BATCH: ("words",),
    Kind.SAMPLE: ("reason",),
    Kind.ADJUDICATION: ("reason",),
    Kind.AMENDMENT: ("reason",),
    Kind.ERASURE: ("why",),
    Kind.CODEBOOK: ("why",),
}
