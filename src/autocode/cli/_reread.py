"""The lines that a coder reads again after the codebook or a transcript changed."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autocode.cli._main import AT_RANDOM, JSON, LIKELY, NO_BROWSER, PORT, SEED, STUDY, announce, dumped, main, working
from autocode.cli._plain import plain
from autocode.wording import count_of

if TYPE_CHECKING:
    from autocode.review import Rereading, RereadingSession


@main.command()
@STUDY
@click.option("--coder", required=True, help="Your initials or pseudonym; suggestions are never coders.")
@click.option("--list", "only_list", is_flag=True, help="Print what waits instead of opening the page.")
@click.option("--terminal", is_flag=True, help="Answer in the terminal instead of the page.")
@LIKELY
@AT_RANDOM
@SEED
@JSON
@PORT
@NO_BROWSER
def reread(
    study: Path,
    coder: str,
    only_list: bool,
    terminal: bool,
    likely: int,
    random: int,
    seed: int,
    as_json: bool,
    port: int,
    no_browser: bool,
) -> None:
    """Read lines again after a change.

    Only the lines that wait are shown, and only the codes in question. Nothing of other coders is.
    """
    from contextlib import ExitStack

    from autocode.study import open_rereading, serve_rereading

    remarks: list[str] = []
    opening = open_rereading(study, coders=[coder], likely=likely, random=random, seed=seed, remark=remarks.append)
    with ExitStack() as stack:
        with working("reading the study"):
            opened = stack.enter_context(opening)
        for sentence in remarks:
            announce(sentence)
        (session,) = opened.sessions.values()
        if as_json:
            click.echo(dumped(_to_json(session)))
        elif only_list or not session.waiting:
            click.echo(_listed(session))
        elif terminal:
            reread_in_terminal(session, read_key=click.getchar, say=click.echo)
        else:
            serve_rereading(opened, port=port, open_browser=not no_browser, announce=announce)


def _summary(session: "RereadingSession") -> str:
    """Return how much waits, or that nothing does and what is likely still unfound."""
    if session.waiting:
        lines = count_of(len({rereading.line for rereading in session.waiting}), "line")
        return f"{count_of(len(session.waiting), 'question')} on {lines} wait for {session.coder}."
    unfound = [f"{plain(session.codebook.label(code))}: {estimate}." for code, estimate in session.unfound().items()]
    return "\n".join([f"Nothing waits to be read again by {session.coder}.", *unfound])


def _listed(session: "RereadingSession") -> str:
    """Return what waits, the lines of each change together."""
    from autocode.tables import Table

    parts: dict[str, list[tuple[str, ...]]] = {}
    for rereading in session.waiting:
        about = (
            rereading.why if rereading.is_whole else f"{rereading.why} In question: {_question(session, rereading)}."
        )
        words = plain(session.lines.line(rereading.line).text)
        parts.setdefault(about, []).append((rereading.line, plain(", ".join(rereading.gave) or "no code"), words))
    head = ("line", "you gave", "words")
    tables = [f"{plain(about)}\n\n{Table(head=head, rows=tuple(rows)).text()}\n" for about, rows in parts.items()]
    return "\n".join([*tables, _summary(session)])


def _question(session: "RereadingSession", rereading: "Rereading") -> str:
    return ", ".join(_names(session, rereading))


def _names(session: "RereadingSession", rereading: "Rereading") -> list[str]:
    return [session.codebook.label(code) for code in rereading.codes]


def _to_json(session: "RereadingSession") -> dict[str, Any]:
    return {
        "coder": session.coder,
        "version": session.version,
        "done": session.progress.done,
        "waiting": [
            {
                "line": rereading.line,
                "codes": rereading.codes,
                "change": None if rereading.change is None else rereading.change.after,
                "why": rereading.why,
                "gave": rereading.gave,
                "drawn_at_random": rereading.is_drawn,
            }
            for rereading in session.waiting
        ],
        "unfound": {
            code: {"found": estimate.found, "drawn": estimate.n_drawn, "lines": estimate.n_lines,
                   "value": estimate.value, "low": estimate.low, "high": estimate.high, "level": estimate.level}
            for code, estimate in session.unfound().items()
        },
    }  # fmt: skip


def reread_in_terminal(
    session: "RereadingSession", *, read_key: Callable[[], str], say: Callable[[str], object]
) -> None:
    """
    Show what waits one by one and record what the coder answers, until nothing waits or the coder quits.

    Parameters
    ----------
    read_key : returns the next key, such as `click.getchar`; `KeyboardInterrupt` and `EOFError` quit.
    say : prints a text.
    """
    try:
        while session.waiting:
            rereading = session.waiting[0]
            say(_shown(session, rereading))
            if not _answered(session, rereading, read_key, say):
                break
    except (KeyboardInterrupt, EOFError):
        say("")
    say(_summary(session))


def _shown(session: "RereadingSession", rereading: "Rereading") -> str:
    line = session.lines.line(rereading.line)
    question = session.lines.question_before(line)
    options = [f"  [{number}] {name}" for number, name in enumerate(_names(session, rereading), start=1)]
    parts = [
        "",
        f"{line.id}  {rereading.why}",
        *([f"  {question.text}"] if question is not None else []),
        f"  {line.text}",
        f"  You gave: {', '.join(rereading.gave) or 'no code'}.",
        *options,
        "1 2 3 what applies  ·  N none of them  ·  U undo  ·  Q quit",
    ]
    return plain("\n".join(parts))


def _answered(
    session: "RereadingSession", rereading: "Rereading", read_key: Callable[[], str], say: Callable[[str], object]
) -> bool:
    """Take the keys for one question; return whether the coder goes on."""
    typed, is_none = "", False
    while (key := read_key().lower()) not in ("q", "\x03", "\x04"):
        if key == "u":
            line = session.undo()
            say("There is nothing to undo." if line is None else f"Undone: {line} waits again.")
            return True
        if key in ("\r", "\n"):
            numbers = [int(number) for number in typed.split()]
            if is_none or (numbers and all(1 <= number <= len(rereading.codes) for number in numbers)):
                chosen = [rereading.codes[number - 1] for number in numbers]
                session.answer(rereading.line, chosen, asked=rereading.codes)
                return True
            say("Press the number of each code that applies, or N, and then Enter.")
            typed = ""
        elif key == "n":
            typed, is_none = "", True
            say("None of them. Enter keeps it and goes on.")
        elif key.isdecimal() or key == " ":
            # with more than nine codes, numbers are written apart by spaces
            typed, is_none = typed + (key if len(rereading.codes) > 9 else f"{key} "), False
            say(f"Chosen: {typed.strip()}. Enter keeps it and goes on.")
    return False
