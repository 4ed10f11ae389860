"""Review in the terminal: a line, what is suggested for it, and one key per decision."""

import re
from collections import deque
from collections.abc import Callable, Iterable
from difflib import get_close_matches

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from autocode.cli._plain import plain as _plain
from autocode.codebook import Code, CodeId
from autocode.coding import Band, Stage, Suggestion
from autocode.review import ReviewSession
from autocode.transcripts import Line, LineId
from autocode.unicode import well_formed
from autocode.wording import count_of

KEYS = {
    "1 2 3": "choose a suggestion, or drop it again",
    "Enter": "keep the chosen codes and go on to the next line",
    "N": "none fits: the line is read and gets no code",
    "F": "find another code by a part of its name",
    "M": "write a memo on the line",
    "S": "leave the line for later",
    "U": "undo the latest decision and go back to its line",
    "?": "show these keys",
    "Q": "quit; every decision is already stored",
}

_DOTS = {Band.STRONG: "●●●", Band.FAIR: "●●○", Band.WEAK: "●○○"}
_PICKS = 9  # as many codes as there are digits to pick one by


def review_in_terminal(
    session: ReviewSession,
    *,
    console: Console,
    read_key: Callable[[], str],
    read_line: Callable[[str], str] | None = None,
    resume: str = "",
    sample: str = "",
) -> None:
    """
    Show the session's lines one by one and record what the coder decides, until the coder quits.

    Parameters
    ----------
    read_key : returns the next key, such as `click.getchar`; `KeyboardInterrupt` and `EOFError` quit.
    read_line : asks for a part of a name or a memo; by default the console does.
    resume : the command that opens this review again, to be shown on quitting.
    sample : the name of the sample whose lines the session is about; empty for all lines to judge.
    """
    ask = read_line or (lambda prompt: console.input(prompt, markup=False))
    _Screen(session, console, read_key, ask, resume, sample).run()


class _Screen:
    def __init__(
        self,
        session: ReviewSession,
        console: Console,
        read_key: Callable[[], str],
        read_line: Callable[[str], str],
        resume: str,
        sample: str,
    ) -> None:
        self._session = session
        self._console = console
        self._read_key = read_key
        self._read_line = read_line
        self._resume = resume
        self._sample = sample
        self._ahead: deque[str] = deque()
        self._memos: dict[LineId, str] = {}  # not stored yet, because their lines are not decided
        self._begin_line()
        self._acts: dict[str, Callable[[], None]] = {
            "\r": self._keep,
            "\n": self._keep,
            "n": self._none_fits,
            "f": self._find,
            "/": self._find,
            "m": self._write_memo,
            "s": self._leave,
            "u": self._undo,
            "?": self._help,
        }

    def run(self) -> None:
        """Read keys until the coder quits."""
        try:
            self._show()
            while (key := self._next_key()) != "q":
                if key.isdecimal():
                    self._toggle(int(key))
                elif key in self._acts:
                    self._acts[key]()
                elif key.isprintable():
                    self._say("That key does nothing here; press ? for the keys.")
        except (KeyboardInterrupt, EOFError):
            self._console.print()
        self._farewell()

    def _next_key(self) -> str:
        """Return one key: what is typed fast may arrive as several, and an arrow as one that starts with an escape."""
        while not self._ahead:
            typed = self._read_key()
            self._ahead.extend([typed] if typed.startswith("\x1b") else typed)
        key = self._ahead.popleft()
        if key in ("\x03", "\x04"):
            raise KeyboardInterrupt
        return key.lower()

    def _begin_line(self) -> None:
        self._chosen: set[CodeId] = set()
        self._added: list[CodeId] = list(self._own)
        self._ahead.clear()  # what was pressed before this line showed was not about this line

    @property
    def _own(self) -> tuple[CodeId, ...]:
        """The codes of the coder's own reading, where the suggestions differ from it and are looked at now."""
        line = self._session.current
        if line is None or self._session.stage is not Stage.SECOND_LOOK or line.id not in self._session.judged:
            return ()
        return tuple(sorted(self._session.judged[line.id].codes))

    @property
    def _shown(self) -> tuple[Suggestion, ...]:
        return self._session.suggestions or ()

    # what the coder sees

    def _show(self) -> None:
        self._console.print()
        line = self._line()
        if line is None:
            return
        progress = self._session.progress
        interview = self._session.lines.interview(line.transcript)
        who = ", ".join(filter(None, (line.speaker, *interview.attributes.values())))
        title = Text(_plain(f"{line.transcript}  "), style="bold")
        title.append(_plain(f"{who}  line {line.order}"), style="not bold")
        self._console.print(Rule(title, align="left", style="dim"))
        of = f" of {self._sample}" if self._sample else ""
        self._console.print(Text(f"{progress.done} of {count_of(progress.total, 'line')}{of} decided", style="dim"))
        if self._session.question is not None:
            self._print(Text(_plain(self._session.question.text), style="italic dim"), above=1)
        self._print(self._text_of(line), above=1)
        before = self._session.judged.get(line.id)
        if before is not None:
            sentence = f"You judged this line before: {self._names(before.codes)}."
            if self._session.stage is Stage.SECOND_LOOK:
                sentence = f"Your reading is stored: {self._names(before.codes)}. The suggestions differ."
            self._print(Text(sentence, style="dim"), above=1)
        if line.id in self._memos:
            self._print(Text(f"Memo: {_plain(self._memos[line.id])}", style="dim"), above=1)
        self._show_suggestions()
        self._console.print()
        self._prompt()

    def _text_of(self, line: Line) -> Text:
        """Return the text of a line, with the words underlined that suggestions rest on."""
        text = Text(_plain(line.text), style="bold")
        words = {re.escape(_plain(word)) for suggestion in self._shown for word, _ in suggestion.evidence.words}
        if words:
            text.highlight_regex(rf"(?i)\b(?:{'|'.join(sorted(words))})\b", style="underline")
        return text

    def _show_suggestions(self) -> None:
        abstention = self._session.abstention
        if not self._shown and abstention is not None:
            self._print(Text(f"No suggestion: {abstention.reason}."), above=1)
        for number, suggestion in enumerate(self._shown, start=1):
            code = self._session.codebook[suggestion.code]
            head = Text.assemble((f"[{number}] ", "bold"), (_plain(self._session.codebook.label(code.id)), "bold cyan"))
            self._print(head, above=1)
            if code.definition:
                self._print(Text(_plain(code.definition)), indent=6)
            evidence = Text(f"{_DOTS[suggestion.band]} {suggestion.band} match")
            if suggestion.evidence.words:
                evidence.append(" on " + ", ".join(f"“{_plain(word)}”" for word, _ in suggestion.evidence.words))
            self._print(evidence, indent=6)
            for near in suggestion.evidence.neighbours[:1]:
                by = f"{', '.join(near.coders)} coded like this in {near.transcript}: "
                self._print(Text.assemble((_plain(by), "dim"), (_plain(near.text or near.line), "italic")), indent=6)

    def _prompt(self) -> None:
        keys = ["N none fits", "F another code", "M memo", "S later", "U undo", "? keys", "Q quit"]
        if self._shown:
            keys.insert(0, "1 choose" if len(self._shown) == 1 else f"1–{len(self._shown)} choose")
        self._console.print(Text("  ·  ".join(keys), style="dim"))

    def _say(self, sentence: str) -> None:
        self._console.print(Text(_plain(sentence)))

    def _print(self, text: Text, *, above: int = 0, indent: int = 2) -> None:
        self._console.print(Padding(text, (above, 2, 0, indent)))

    def _names(self, codes: Iterable[CodeId]) -> str:
        book = self._session.codebook
        return ", ".join(_plain(book.label(code) if code in book else code) for code in codes) or "none fits"

    # what the coder does

    @property
    def _kept(self) -> tuple[CodeId, ...]:
        chosen = (suggestion.code for suggestion in self._shown if suggestion.code in self._chosen)
        return (*chosen, *self._added)

    def _line(self) -> Line | None:
        """Return the present line, or say that there is none."""
        if self._session.current is None:
            self._say(f"{self._all_decided}. Press U to undo the latest decision, or Q to quit.")
        return self._session.current

    @property
    def _all_decided(self) -> str:
        n = self._session.progress.total
        if not self._sample:
            return "Every line is decided"
        return f"The line of {self._sample} is decided" if n == 1 else f"All {n} lines of {self._sample} are decided"

    def _toggle(self, number: int) -> None:
        if self._line() is None:
            return
        if not 1 <= number <= len(self._shown):
            self._say(f"There is no suggestion {number} for this line; press F to find another code.")
            return
        self._chosen ^= {self._shown[number - 1].code}
        self._show_choice()

    def _show_choice(self) -> None:
        if self._kept:
            self._say(f"Chosen: {self._names(self._kept)}. Enter keeps it and goes on.")
        else:
            self._say("Nothing is chosen.")

    def _keep(self) -> None:
        line = self._line()
        if line is None:
            return
        if not self._kept:
            self._say("Nothing is chosen, so nothing is decided: choose a code first, or press N if none fits.")
            return
        self._settle(line)

    def _none_fits(self) -> None:
        line = self._line()
        if line is None:
            return
        if self._kept and self._kept == self._own:
            self._settle(line)  # none of the suggestions: the coder's own reading stays as it is
            return
        if self._kept:
            self._say(f"{self._names(self._kept)} is chosen: press Enter to keep it, or drop it before pressing N.")
            return
        self._settle(line)

    def _settle(self, line: Line) -> None:
        kept = self._names(self._kept)
        accepted = tuple(suggestion.code for suggestion in self._shown if suggestion.code in self._chosen)
        self._session.settle(accepted, added=self._added, memo=self._memos.get(line.id, ""))
        self._memos.pop(line.id, None)
        self._say(f"Stored: {kept}.")
        self._go_on()

    def _leave(self) -> None:
        if self._line() is None:
            return
        self._session.later()
        self._say("Left for later.")
        self._go_on()

    def _undo(self) -> None:
        judged = self._session.judged
        line = self._session.undo()
        if line is None:
            self._say("There is nothing to undo.")
            return
        if line.id in judged and judged[line.id].memo:
            self._memos[line.id] = judged[line.id].memo
        self._say(f"Undone: back to line {line.id}.")
        self._go_on()

    def _go_on(self) -> None:
        self._begin_line()
        self._show()

    def _help(self) -> None:
        table = Table.grid(padding=(0, 3))
        for key, does in KEYS.items():
            table.add_row(Text(key, style="bold"), Text(does))
        self._console.print(table)

    def _ask(self, prompt: str) -> str:
        """Return what the coder wrote, or nothing if the coder broke off."""
        self._ahead.clear()
        try:
            # a terminal in another encoding sends bytes that are no UTF-8, which Python reads as halves of characters
            return well_formed(self._read_line(prompt)).strip()
        except EOFError:
            self._console.print()
            return ""

    def _write_memo(self) -> None:
        line = self._line()
        if line is None:
            return
        memo = self._ask("Memo: ")
        if memo:
            self._memos[line.id] = memo
            self._say("The memo is stored with your decision on this line.")
        else:
            self._say("The memo stays as it was.")

    def _find(self) -> None:
        if self._line() is None:
            return
        part = self._ask("Part of the code's name: ")
        if not part:
            self._say("No code is added.")
            return
        found = self._named_like(part)
        if not found:
            self._refuse(part)
            return
        code = found[0] if len(found) == 1 else self._pick(found)
        if code is None:
            return
        if code.id in {suggestion.code for suggestion in self._shown}:
            self._chosen.add(code.id)
        elif code.id in self._added:
            self._added.remove(code.id)
        else:
            self._added.append(code.id)
        self._show_choice()

    def _named_like(self, part: str) -> list[Code]:
        """Return the codes of exactly this name, else those whose name or theme's name contains it."""
        book, wanted = self._session.codebook, part.casefold()
        exact = [code for code in book.named(part) if code.codable]
        if exact:
            return exact

        def matches(code: Code) -> bool:
            theme = book.theme_of(code.id)
            names = (code.name, code.id, book.path(code.id), theme.name if theme else "")
            return any(wanted in name.casefold() for name in names)

        return [code for code in book.subthemes if matches(code)]

    def _pick(self, found: list[Code]) -> Code | None:
        for number, code in enumerate(found[:_PICKS], start=1):
            self._print(Text.assemble((f"{number} ", "bold"), _plain(self._session.codebook.label(code.id))))
        if len(found) > _PICKS:
            self._say(
                f"{len(found) - _PICKS} more have that in their name; any other key, and then F, to write more of it."
            )
        else:
            self._say("Press its number; any other key adds none.")
        key = self._next_key()
        if key.isdecimal() and 1 <= int(key) <= min(len(found), _PICKS):
            return found[int(key) - 1]
        self._say("No code is added.")
        return None

    def _refuse(self, part: str) -> None:
        names = {code.name.casefold(): code.name for code in self._session.codebook.labelled().subthemes}
        words = {word: name for name in names.values() for word in name.casefold().split()}
        close = get_close_matches(part.casefold(), [*names, *words], n=6, cutoff=0.6)
        near = list(dict.fromkeys(names.get(word) or words[word] for word in close))[:3]
        hint = f"near it: {', '.join(near)}" if near else "press F and write another part"
        self._say(f"No code is called “{part}”; {hint}. A new code is added to the codebook first.")

    def _farewell(self) -> None:
        if self._memos:
            self._say(f"Memos on lines that are not decided are not stored: {', '.join(self._memos)}.")
        command = self._resume or f"open the review again as {self._session.coder}"
        self._say(f"{self._session.progress}; all of it is stored.")
        if self._sample and self._session.current is None:
            self._say(f"{self._all_decided}.")
            return
        self._console.print(Text(f"To go on: {command}"), soft_wrap=True)  # a command is copied as one line
