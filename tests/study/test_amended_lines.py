"""Random corrections: lines whose boundaries stand keep their codings, and exactly the others are read again.

All text is invented: lines of words that mean nothing together.
"""

import random
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import autocode as ac
from autocode.agreement import ReliabilityData
from autocode.coding import Codings
from autocode.journal import Journal
from autocode.study import amend_study, plan_amendment, unrecorded_digests
from studies import coding_of

WORDS = (
    "the and of to that we they it is was for on with at by not but from this have council phone nurse surgery letter "
    "meeting record garden bus form queue weekly patient carer hospital computer Monday desk winter borough team ward "
    "driver office page ring answer number waiting centre school doctor daughter street summer visit"
)
OTHER = "zebra quartz violin harbour lantern mosaic thunder pepper saddle velvet walnut yonder"
SHORT = ("Yes.", "Right.", "I see.", "Yes, yes.")
PER_STUDY, STUDIES = 10, 20


class Turn(NamedTuple):
    """A line as its author knows it: a name that stays while the line does, who speaks, and the words."""

    name: int
    speaker: str
    text: str


class Author:
    """Writes an interview and corrects it at random, knowing which lines a correction touches."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.names = 0
        self.turns = [self.turn() for _ in range(24)]

    def turn(self, speaker: str = "", text: str = "") -> Turn:
        self.names += 1
        speaker = speaker or self.random.choice(["Interviewer", "GP1", "GP1", "GP1"])
        return Turn(self.names, speaker, text or self.words())

    def words(self) -> str:
        if self.random.random() < 0.2:
            return self.random.choice(SHORT)
        return " ".join(self.random.choices(WORDS.split(), k=self.random.randint(6, 18))) + "."

    def file(self) -> str:
        return "".join(f"{turn.speaker}: {turn.text}\n" for turn in self.turns)

    def correct(self) -> set[int]:
        """Make one correction, and return the lines that are no longer the same ones."""
        return self.random.choice(
            [self.misspelt, self.punctuated, self.reworded, self.cut, self.joined, self.inserted, self.taken_out,
             self.moved, self.other_speaker]
        )()  # fmt: skip

    def pick(self, least: int, speaker: str = "GP1") -> int:
        long = [k for k, turn in enumerate(self.turns) if len(turn.text.split()) >= least]
        return self.random.choice([k for k in long if self.turns[k].speaker == speaker] or long)

    def put(self, place: int, *texts: str) -> None:
        old = self.turns[place]
        self.turns[place : place + 1] = [self.turn(old.speaker, text) for text in texts]

    def misspelt(self) -> set[int]:
        place = self.pick(6, self.random.choice(["GP1", "Interviewer"]))
        words = self.turns[place].text.split()
        k = self.random.choice([k for k, word in enumerate(words) if len(word) > 4])
        letter = self.random.randrange(1, 3)
        words[k] = words[k][:letter] + self.random.choice(["", "x", words[k][letter] * 2]) + words[k][letter + 1 :]
        self.turns[place] = self.turns[place]._replace(text=" ".join(words))
        return set()

    def punctuated(self) -> set[int]:
        place = self.pick(1)
        turn = self.turns[place]
        self.turns[place] = turn._replace(text=turn.text.rstrip(".").upper() + "!")
        return set()

    def reworded(self) -> set[int]:
        place = self.pick(1)
        touched = {self.turns[place].name}
        self.put(place, " ".join(self.random.sample(OTHER.split(), k=self.random.randint(5, 12))) + ".")
        return touched

    def cut(self) -> set[int]:
        place = self.pick(6)
        touched = {self.turns[place].name}
        words = self.turns[place].text.split()
        k = self.random.randint(1, len(words) - 1)
        self.put(place, " ".join(words[:k]), " ".join(words[k:]))
        return touched

    def pair(self) -> int:
        """Return the first of two lines in a row of the participant."""
        pairs = [
            k
            for k, pair in enumerate(zip(self.turns, self.turns[1:], strict=False))
            if all(turn.speaker == "GP1" and len(turn.text.split()) >= 6 for turn in pair)
        ]
        return self.random.choice(pairs) if pairs else -1

    def joined(self) -> set[int]:
        place = self.pair()
        if place < 0:
            return self.cut()
        one, two = self.turns[place : place + 2]
        self.turns[place : place + 2] = [self.turn("GP1", f"{one.text} {two.text}")]
        return {one.name, two.name}

    def moved(self) -> set[int]:
        """Move words from the end of a line to the beginning of the next."""
        place = self.pair()
        if place < 0:
            return self.reworded()
        one, two = self.turns[place : place + 2]
        words = one.text.split()
        k = self.random.randint(1, len(words) - 2)
        self.turns[place : place + 2] = [
            self.turn("GP1", " ".join(words[:-k])), self.turn("GP1", " ".join([*words[-k:], two.text]))
        ]  # fmt: skip
        return {one.name, two.name}

    def inserted(self) -> set[int]:
        words = " ".join(self.random.sample(OTHER.split(), k=6))
        self.turns.insert(self.random.randint(1, len(self.turns)), self.turn("GP1", words))
        return set()

    def taken_out(self) -> set[int]:
        place = self.pick(6)
        return {self.turns.pop(place).name}

    def other_speaker(self) -> set[int]:
        """Give a line of the participant to the interviewer, by whom it is not coded."""
        place = self.pick(6)
        turn = self.turns[place]
        self.turns[place] = self.turn("Interviewer", turn.text)
        return {turn.name}


@pytest.fixture
def study(tmp_path: Path) -> Callable[[Author], Path]:
    def made(author: Author) -> Path:
        folder = tmp_path / "study"
        (folder / "transcripts").mkdir(parents=True)
        (folder / "study.toml").write_text('title = "Nothing"\nunit = "paragraph"\ninterviewers = ["Interviewer"]\n')
        (folder / "codebook.toml").write_text(
            'version = "1"\n[[themes]]\nname = "T"\n[[themes.subthemes]]\nid = "x"\nname = "X"\n'
        )
        (folder / "transcripts" / "GP1.txt").write_text(author.file())
        code(folder, author)
        return folder

    return made


def code(folder: Path, author: Author) -> None:
    """Let two coders judge every line that they have not judged."""
    study = ac.read_study(folder)
    fresh = [
        coding_of(line.id, coder, *(["x"] if author.random.random() < 0.5 else []))
        for line in study.codings.uncoded(study.lines.participant_lines)
        for coder in ("MO", "JB")
    ]
    with Journal.open(folder / "study.sqlite") as journal:
        journal.append(*unrecorded_digests(journal, study.lines), Codings(fresh))


def read(folder: Path, author: Author) -> tuple[dict[int, str], Codings]:
    """Return the id of each line by the author's name for it, and the codings in force."""
    study = ac.read_study(folder)
    lines = study.lines.interview("GP1").lines
    assert [line.text for line in lines] == [turn.text for turn in author.turns]
    return {turn.name: line.id for turn, line in zip(author.turns, lines, strict=True)}, study.codings


def texts_now(after: dict[int, str], author: Author) -> dict[str, str]:
    return {after[turn.name]: turn.text for turn in author.turns if turn.speaker == "GP1"}


def alpha(codings: Codings) -> float:
    return ac.krippendorff_alpha(ReliabilityData.for_code("x", codings), interval=None).value


def correct(folder: Path, author: Author, *, in_place: bool) -> set[int]:
    """Correct the interview at random and amend the study, with the corrected file or after an edit in the study."""
    touched = author.correct()
    file = folder / "transcripts" / "GP1.txt" if in_place else folder.parent / "GP1.txt"
    file.write_text(author.file())
    files = [] if in_place else [file]
    amend_study(plan_amendment(folder, files, by="TW", reason="a correction"))
    return touched


@pytest.mark.parametrize("in_place", [False, True], ids=["a corrected file", "edited in the study"])
@pytest.mark.parametrize("seed", range(STUDIES // 2))
def test_exactly_the_lines_that_a_correction_touches_are_to_be_read_again(study, seed, in_place):
    author = Author(seed + 1000 * in_place)
    folder = study(author)
    texts: dict[str, str] = {}
    for _ in range(PER_STUDY):
        before, known = read(folder, author)
        texts |= {before[turn.name]: turn.text for turn in author.turns}
        coded = set(known.lines)
        touched = correct(folder, author, in_place=in_place)
        after, codings = read(folder, author)
        replaced = {before[name] for name in touched}

        assert {name: after[name] for name in before if name in after} == {
            name: line for name, line in before.items() if name not in touched
        }
        assert replaced.isdisjoint(after.values())
        # a correction that happens to take an earlier one back brings the codings of that text back
        back = {line: text for line, text in texts_now(after, author).items() if line not in coded | replaced}
        assert {line: texts[line] for line in set(codings.lines) - coded} == {
            line: text for line, text in back.items() if line in texts
        }
        assert codings.on(coded) == known.on(coded - replaced)
        assert alpha(codings.on(coded)) == alpha(known.on(coded - replaced))
        code(folder, author)
