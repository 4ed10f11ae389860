"""What a journal holds: one entry a judgement, proposal, decision or undo, each written as canonical JSON."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from autocode.codebook import CodeId
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
    Evidence,
    Mode,
    Neighbour,
    Paradata,
    Proposal,
    Reading,
    Reason,
    Ruling,
    Sample,
    Shown,
    Stage,
    Suggestion,
    SuggestionBatch,
    Verdict,
)
from autocode.transcripts import LineId, TranscriptId


class Kind(StrEnum):
    """What an entry tells."""

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
    UNDO = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """A coder takes back an own earlier coding, adjudication, decision, deferral or proposal; the entry stays."""

    entry: int
    coder: CoderId
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferral:
    """A coder leaves a line for later where no suggestion was shown on which a decision could say so."""

    line: LineId
    coder: CoderId
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptSeen:
    """The digest of a transcript at the time it was coded: a different one now means that its text was edited."""

    transcript: TranscriptId
    digest: str
    at: datetime | None = None


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
    | BlindDraw
    | Undo
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One record with its place in the journal, its time, and whether it was undone since.

    `gesture` is the id of the coder's gesture that made it, together with others perhaps; empty if none was given.
    """

    seq: int
    kind: Kind
    at: datetime
    record: Record
    undone: bool
    gesture: str = ""


def each(entries: Iterable[Record | Codings]) -> Iterator[Record]:
    """Yield one record an entry: several codings given as one are as many entries."""
    for entry in entries:
        if isinstance(entry, Codings):
            yield from entry
        else:
            yield entry


def written(record: Record) -> tuple[Kind, str]:
    """Return the kind and the canonical JSON of a record, its time aside."""
    for kind, (noun, to_json, _) in _FORMS.items():
        if isinstance(record, noun):
            # escapes keep file names that are not UTF-8 (lone surrogates) writable
            return kind, json.dumps(to_json(record), sort_keys=True, separators=(",", ":"), allow_nan=False)
    raise TypeError(f"a journal holds codings, suggestions, decisions and undos, not {type(record).__name__}.")


def read(kind: Kind, payload: str, at: datetime) -> Record:
    """Return the record that was written as this JSON; raises `KeyError`, `TypeError` or `ValueError` if foreign."""
    _, _, from_json = _FORMS[kind]
    return from_json(json.loads(payload), at)


def stamp(at: datetime) -> str:
    """Return a time as ISO 8601 in UTC; raises `ValueError` if it does not know its time zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone; give one, such as datetime.now(UTC).")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _coding_to(one: Coding) -> dict[str, Any]:
    said = {"line": one.line, "coder": one.coder, "codes": sorted(one.codes), "basis": one.basis}
    return {**said, "memo": one.memo} if one.memo else said


def _coding_from(said: Mapping[str, Any], at: datetime) -> Coding:
    return Coding(
        line=LineId(said["line"]),
        coder=CoderId(said["coder"]),
        codes=frozenset(map(CodeId, said["codes"])),
        basis=Basis(said["basis"]),
        memo=said.get("memo", ""),
        at=at,
    )


def _batch_to(batch: SuggestionBatch) -> dict[str, Any]:
    return {
        "id": batch.id,
        "model": batch.model,
        "codebook": batch.codebook,
        "suggestions": [
            {
                "line": one.line,
                "code": one.code,
                "rank": one.rank,
                "probability": one.probability,
                "band": one.band,
                "words": one.evidence.words,
                "definition": one.evidence.definition,
                "beside": one.evidence.beside,
                # the neighbours' words stay in the transcripts: a participant who withdraws can have them erased there
                "neighbours": [
                    {
                        "line": near.line,
                        "transcript": near.transcript,
                        "coders": near.coders,
                        "similarity": near.similarity,
                    }
                    for near in one.evidence.neighbours
                ],
            }
            for one in batch.suggestions
        ],
        "abstentions": [{"line": one.line, "reason": one.reason} for one in batch.abstentions],
    }


def _batch_from(said: Mapping[str, Any], at: datetime) -> SuggestionBatch:
    return SuggestionBatch(
        id=BatchId(said["id"]),
        model=said["model"],
        codebook=said["codebook"],
        suggestions=tuple(
            Suggestion(
                line=LineId(one["line"]),
                code=CodeId(one["code"]),
                rank=one["rank"],
                probability=one["probability"],
                band=Band(one["band"]),
                evidence=Evidence(
                    words=tuple((word, share) for word, share in one["words"]),
                    definition=one["definition"],
                    beside=one.get("beside", 0.0),  # written since evidence knows of the lines around
                    neighbours=tuple(
                        Neighbour(
                            line=LineId(near["line"]),
                            transcript=TranscriptId(near["transcript"]),
                            text="",
                            coders=tuple(map(CoderId, near["coders"])),
                            similarity=near["similarity"],
                        )
                        for near in one["neighbours"]
                    ),
                ),
            )
            for one in said["suggestions"]
        ),
        abstentions=tuple(
            Abstention(line=LineId(one["line"]), reason=Reason(one["reason"])) for one in said["abstentions"]
        ),
        at=at,
    )


def _decision_to(one: Decision) -> dict[str, Any]:
    shown = [
        {
            "code": each.code,
            "rank": each.rank,
            "probability": each.probability,
            "band": each.band,
            "verdict": each.verdict,
        }
        for each in one.shown
    ]
    return {"line": one.line, "coder": one.coder, "batch": one.batch, "shown": shown}


def _decision_from(said: Mapping[str, Any], at: datetime) -> Decision:
    return Decision(
        line=LineId(said["line"]),
        coder=CoderId(said["coder"]),
        batch=BatchId(said["batch"]),
        shown=tuple(
            Shown(
                code=CodeId(one["code"]),
                rank=one["rank"],
                probability=one["probability"],
                band=Band(one["band"]),
                verdict=Verdict(one["verdict"]),
            )
            for one in said["shown"]
        ),
        at=at,
    )


def _deferral_to(one: Deferral) -> dict[str, Any]:
    return {"line": one.line, "coder": one.coder}


def _deferral_from(said: Mapping[str, Any], at: datetime) -> Deferral:
    return Deferral(line=LineId(said["line"]), coder=CoderId(said["coder"]), at=at)


def _reading_to(one: Reading) -> dict[str, Any]:
    return {"coders": one.coders, "codes": sorted(one.codes)}


def _reading_from(said: Mapping[str, Any]) -> Reading:
    return Reading(coders=tuple(map(CoderId, said["coders"])), codes=frozenset(map(CodeId, said["codes"])))


def _adjudication_to(one: Adjudication) -> dict[str, Any]:
    return {
        "line": one.line,
        "coder": one.coder,
        "ruling": one.ruling,
        "left": _reading_to(one.left),
        "right": _reading_to(one.right),
        "names_hidden": one.names_hidden,
        "reason": one.reason,
        "milliseconds": one.milliseconds,
    }


def _adjudication_from(said: Mapping[str, Any], at: datetime) -> Adjudication:
    return Adjudication(
        line=LineId(said["line"]),
        coder=CoderId(said["coder"]),
        ruling=Ruling(said["ruling"]),
        left=_reading_from(said["left"]),
        right=_reading_from(said["right"]),
        names_hidden=said["names_hidden"],
        reason=said["reason"],
        milliseconds=said["milliseconds"],
        at=at,
    )


def _transcript_to(one: TranscriptSeen) -> dict[str, Any]:
    return {"transcript": one.transcript, "digest": one.digest}


def _transcript_from(said: Mapping[str, Any], at: datetime) -> TranscriptSeen:
    return TranscriptSeen(transcript=TranscriptId(said["transcript"]), digest=said["digest"], at=at)


def _sample_to(one: Sample) -> dict[str, Any]:
    alike: dict[float, list[LineId]] = {}
    for line, p in one.probabilities.items():
        alike.setdefault(p, []).append(line)
    frame = [{"probability": p, "lines": lines} for p, lines in alike.items()]
    return {"drawn": one.drawn, "frame": frame, "seed": one.seed, "enriched": one.enriched}


def _sample_from(said: Mapping[str, Any], at: datetime) -> Sample:
    return Sample(
        drawn=tuple(map(LineId, said["drawn"])),
        probabilities={LineId(line): part["probability"] for part in said["frame"] for line in part["lines"]},
        seed=said["seed"],
        enriched=said["enriched"],
        at=at,
    )


def _proposal_to(one: Proposal) -> dict[str, Any]:
    return {"name": one.name, "line": one.line, "coder": one.coder}


def _proposal_from(said: Mapping[str, Any], at: datetime) -> Proposal:
    return Proposal(name=said["name"], line=LineId(said["line"]), coder=CoderId(said["coder"]), at=at)


def _paradata_to(one: Paradata) -> dict[str, Any]:
    return {
        "line": one.line,
        "coder": one.coder,
        "mode": one.mode,
        "stage": one.stage,
        "before": None if one.before is None else sorted(one.before),
        "after": None if one.after is None else sorted(one.after),
        "revealed": one.revealed,
        "batch": one.batch,
        "milliseconds": one.milliseconds,
        "hurried": one.hurried,
        "model": one.model,
        "codebook": one.codebook,
    }


def _paradata_from(said: Mapping[str, Any], at: datetime) -> Paradata:
    return Paradata(
        line=LineId(said["line"]),
        coder=CoderId(said["coder"]),
        mode=Mode(said["mode"]),
        stage=Stage(said["stage"]),
        before=None if said["before"] is None else frozenset(map(CodeId, said["before"])),
        after=None if said["after"] is None else frozenset(map(CodeId, said["after"])),
        revealed=tuple(map(CodeId, said["revealed"])),
        batch=None if said["batch"] is None else BatchId(said["batch"]),
        milliseconds=said["milliseconds"],
        hurried=said["hurried"],
        model=said["model"],
        codebook=said["codebook"],
        at=at,
    )


def _blind_to(one: BlindDraw) -> dict[str, Any]:
    alike: dict[float, list[LineId]] = {}
    for line, p in one.probabilities.items():
        alike.setdefault(p, []).append(line)
    frame = [{"probability": p, "lines": lines} for p, lines in alike.items()]
    return {"drawn": sorted(one.drawn), "frame": frame, "seed": one.seed}


def _blind_from(said: Mapping[str, Any], at: datetime) -> BlindDraw:
    return BlindDraw(
        drawn=frozenset(map(LineId, said["drawn"])),
        probabilities={LineId(line): part["probability"] for part in said["frame"] for line in part["lines"]},
        seed=said["seed"],
        at=at,
    )


def _undo_to(one: Undo) -> dict[str, Any]:
    return {"entry": one.entry, "coder": one.coder}


def _undo_from(said: Mapping[str, Any], at: datetime) -> Undo:
    return Undo(entry=said["entry"], coder=CoderId(said["coder"]), at=at)


_FORMS: dict[Kind, tuple[type, Callable[[Any], dict[str, Any]], Callable[[Mapping[str, Any], datetime], Record]]] = {
    Kind.CODING: (Coding, _coding_to, _coding_from),
    Kind.BATCH: (SuggestionBatch, _batch_to, _batch_from),
    Kind.DECISION: (Decision, _decision_to, _decision_from),
    Kind.DEFERRAL: (Deferral, _deferral_to, _deferral_from),
    Kind.PROPOSAL: (Proposal, _proposal_to, _proposal_from),
    Kind.PARADATA: (Paradata, _paradata_to, _paradata_from),
    Kind.BLIND: (BlindDraw, _blind_to, _blind_from),
    Kind.TRANSCRIPT: (TranscriptSeen, _transcript_to, _transcript_from),
    Kind.SAMPLE: (Sample, _sample_to, _sample_from),
    Kind.ADJUDICATION: (Adjudication, _adjudication_to, _adjudication_from),
    Kind.UNDO: (Undo, _undo_to, _undo_from),
}
