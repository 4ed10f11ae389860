"""Serve an invented study for the tests in a browser, as one JSON argument says, and print each coder's address."""

import json
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from autocode.codebook import Code, Codebook
from autocode.coding import Abstention, Band, Evidence, Mode, Neighbour, Reason, Suggestion, SuggestionBatch
from autocode.journal import CodebookSeen, Journal
from autocode.review import ReviewSession
from autocode.transcripts import Line, Role, Transcript, Transcripts
from autocode.web import Learning, adjudication_page, review_page, serve

HARD = [
    "word " * 5000,
    "كان الموعد في الصباح ولم يأت أحد، ثم انتظرنا حتى المساء.",
    "👩‍⚕️🚑 emoji, flags 🇬🇧 and skin tones 👍🏽 " * 6,
    "Donaudampfschifffahrtsgesellschaftskapitän" * 12,
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
]


SUGGESTED = ("logistics", "awareness", "meetings")
GROUP = ["Moderator", "Anna", "Anna", "بن", "Anna"]  # who speaks in a focus group, in turn


def interviews(lines: int, *, hard: bool, many: int = 2, group: bool = False) -> Iterator[Transcript]:
    for number in range(1, many + 1):
        made: list[Line] = []
        for order in range(1, (lines if number == 1 else 4) + 1):
            asks = order % 5 == 1
            name = GROUP[(order - 1) % 5] if group else "INT" if asks else f"GP{number}"
            said = "And how was that for you?" if asks else f"Parking there is a day's work, number {order}."
            if hard and not asks:
                said = HARD[(order - (order + 4) // 5 - 1) % len(HARD)]  # all of them, in turn, between the questions
            made.append(
                Line(
                    id=f"GP{number}:{order}",
                    transcript=f"GP{number}",
                    order=order,
                    speaker=name,
                    role=Role.INTERVIEWER if asks else Role.PARTICIPANT,
                    text=said,
                    start=0,
                    end=len(said),
                )
            )
        yield Transcript(
            id=f"GP{number}",
            text="",
            lines=tuple(made),
            digest="0",
            attributes={"role": "<b>GP</b>" if hard else "GP", "borough": "Lambeth"},
        )


def codebook_of(codes: int, *, hard: bool) -> Codebook:
    more = (
        Code(
            id=f"code-{n}",
            name=f"<i>Subtheme</i> number {n} with a long name" if hard else f"Subtheme {n}",
            parent="t2",
        )
        for n in range(codes)
    )
    return Codebook(
        [
            Code(id="t1", name="Accessing services", codable=False),
            Code(id="t2", name="Working together", codable=False),
            Code(id="logistics", name="Logistical issues", parent="t1", definition="The work of getting there."),
            Code(id="awareness", name="Lack of awareness", parent="t1", definition="Nobody knows what there is."),
            Code(
                id="meetings",
                name="Inefficient meetings",
                parent="t2",
                definition="Meetings without the people.",
                use_when="A meeting is named.",
                not_when="They met by chance.",
                examples=("They begin without us.",),
            ),
            *more,
        ]
    )


def batch_of(lines: Transcripts, book: Codebook, name: str, codes: tuple[str, ...]) -> SuggestionBatch:
    near = Neighbour(line="GP2:2", transcript="GP2", text="", coders=("coder_z",), similarity=0.5)

    def suggestions() -> Iterator[Suggestion]:
        for line in lines.participant_lines:
            strong = Band.STRONG if line.order % 5 == 2 else Band.FAIR
            for rank, code in enumerate(codes if line.order % 5 == 2 else codes[:1], start=1):
                if line.order % 5 != 0:
                    yield Suggestion(
                        line=line.id,
                        code=code,
                        rank=rank,
                        probability=0.7 / rank,
                        band=strong if rank == 1 else Band.WEAK,
                        evidence=Evidence(words=(("parking", 1.0),), neighbours=(near,)),
                    )

    silent = (
        Abstention(line=one.id, reason=Reason.NOTHING_FITS) for one in lines.participant_lines if one.order % 5 == 0
    )
    return SuggestionBatch(
        id=name, model="sha256:00", codebook=book.digest, suggestions=tuple(suggestions()), abstentions=tuple(silent)
    )


def delayed(app, seconds):
    async def answer(scope, receive, send):
        import anyio

        if scope["type"] == "http" and scope["path"] == "/review/submit":
            await anyio.sleep(seconds)
        await app(scope, receive, send)

    return answer


def main(journal: str, port: int, mode: str, lines: int, **how: object) -> None:
    if how.get("delay"):
        from autocode.web import _serve

        made = _serve.make_app
        _serve.make_app = lambda *given, **more: delayed(made(*given, **more), how["delay"])
    told = Transcripts(
        interviews(lines, hard=bool(how.get("hard")), many=int(how.get("interviews", 2)), group=bool(how.get("group")))
    )
    book = codebook_of(int(how.get("codes", 200 if how.get("hard") else 0)), hard=bool(how.get("hard")))
    covered = Transcripts(list(told.interviews)[: how.get("covered")])  # those with suggestions
    fresh = not Path(journal).exists()
    with Journal.open(journal) as kept:
        if fresh:
            kept.append(
                CodebookSeen(codebook=book), batch_of(covered, book, "b1", SUGGESTED[: how.get("suggested", 2)])
            )
        learning = None
        if "every" in how:

            def learn() -> None:
                time.sleep(0.1)
                kept.append(batch_of(told, book, "b2", ("meetings",)))

            learning = Learning(learn, every=int(how["every"]))
        sessions = {
            coder: ReviewSession(kept, lines=told, codebook=book, coder=coder, mode=Mode(mode))
            for coder in how.get("coders", ["MO"])
        }
        # a test that is killed takes its server with it
        threading.Thread(target=_end_with_the_test, daemon=True).start()
        serve(
            [
                review_page(sessions, learning=learning),
                adjudication_page(
                    kept,
                    lines=told,
                    codebook=book,
                    adjudicators=how.get("adjudicators", []),
                    coding_closed=True,
                ),
            ],
            coders=list(dict.fromkeys([*sessions, *how.get("adjudicators", [])])),
            port=port,
            open_browser=False,
            announce=lambda address: print(address, flush=True),
        )


def _end_with_the_test() -> None:
    import os

    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
