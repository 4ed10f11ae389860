"""Do three laptops become one study, whatever the order, and is a merge all or nothing when it is killed?

    python -m evaluation.merging SAMPLE [--acts 200] [--kills 100]

The sample study is copied to three laptops. On each, somebody works through the review room: judges lines, proposes
codes, leaves lines for later, takes acts back, decides on suggestions, draws samples; an adjudicator rules on one of
them and renames a code, a code is added on another; and one coder works on all three, on the same lines. Then the
copies are merged in all six orders: the exports must be equal by bytes, every entry of every copy must be there once,
and a second merge must bring nothing. The same is tried with a study that is coded from zero, in which everybody makes
own codes, and one coder makes codes of the same names on all three laptops. A copy with one edited line must be refused
by that line. At last the merge is killed at random instants: its journal must hold all that the other copies hold, or
nothing of it. The exit code is 1 if anything of this does not hold. It needs POSIX.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import permutations
from pathlib import Path

import autocode as ac
from autocode.codebook import Added, Renamed, next_version
from autocode.coding import Band, BatchId, CoderId, Ruling, Suggestion, SuggestionBatch
from autocode.errors import AutocodeError
from autocode.journal import CodebookSeen, Journal, Undo
from autocode.review import AdjudicationSession, ReviewSession
from autocode.study import (
    StudyReview,
    add_files,
    change_codebook,
    create_study,
    draw_lines,
    open_journal,
    open_review,
    study_faults,
    unrecorded_digests,
)

LAPTOPS = {"first": "coder_a", "second": "coder_b", "third": "coder_c"}
EVERYWHERE, ADJUDICATOR = CoderId("coder_a"), CoderId("TW")


def begin(sample: Path, folder: Path, *, mode: str = "assisted", interviews: Sequence[str] = ()) -> None:
    """Make a study of the sample, or of some interviews of it, with suggestions for the lines that nobody has coded."""
    (folder / "transcripts").mkdir(parents=True)
    settings = (sample / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(f'{settings}\nmode = "{mode}"\nadjudicators = ["TW"]\n', encoding="utf-8")
    for name in ("codebook.toml", "participants.csv"):
        shutil.copy(sample / name, folder / name)
    for transcript in sorted((sample / "transcripts").iterdir()):
        if not interviews or transcript.stem in interviews:
            shutil.copy(transcript, folder / "transcripts")
    if not interviews:
        add_files(folder, sorted((sample / "codings").glob("*.csv")))
    study = ac.read_study(folder)
    with open_journal(folder) as journal:
        journal.append(*unrecorded_digests(journal, study.lines), invented_batch(study, "before"))


def begin_from_zero(sample: Path, folder: Path) -> None:
    """Make a study of the interviews of the sample that is coded from zero with own codes."""
    create_study(folder, inductive=True)
    for transcript in sorted((sample / "transcripts").iterdir()):
        shutil.copy(transcript, folder / "transcripts")
    settings = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(f'{settings}\ninterviewers = ["Interviewer"]\n', encoding="utf-8")
    study = ac.read_study(folder)
    with open_journal(folder) as journal:
        journal.append(*unrecorded_digests(journal, study.lines))


def invented_batch(study: ac.StudyData, name: str) -> SuggestionBatch:
    """Return suggestions that nobody learnt: two codes for each line without a coding, by its place."""
    codes = [code.id for code in study.codebook.subthemes]
    lines = study.codings.uncoded(study.lines.participant_lines)
    suggestions = [
        Suggestion(line=line.id, code=codes[(n + rank) % len(codes)], rank=rank, probability=0.9 / rank, band=Band.FAIR)
        for n, line in enumerate(lines)
        for rank in (1, 2)
    ]
    return SuggestionBatch(
        id=BatchId(name),
        model="sha256:00",
        codebook=study.codebook.digest,
        suggestions=tuple(suggestions),
        abstentions=(),
    )


def work(folder: Path, coder: str, *, acts: int, seed: int) -> Counter[str]:
    """Do a number of acts in a copy of a study, and return how many there were of each kind."""
    chance = random.Random(seed)
    done: Counter[str] = Counter()
    with suppress(AutocodeError):
        draw_lines(folder, 3 + seed, seed=seed)
    with open_review(folder, coders=[coder, EVERYWHERE], remark=lambda _: None) as review:
        for number in range(acts):
            session = review.sessions[EVERYWHERE if number % 3 == 0 else CoderId(coder)]
            done[one_act(session, chance, gesture=f"act {number}")] += 1
        is_inductive = review.study.settings.is_inductive
        if seed % 3 == 1 and not is_inductive:
            review.journal.append(invented_batch(review.study, f"on the laptop of {coder}"))
            done["batch"] += 1
            done["ruling"] += rule(review, chance, at_most=acts // 10)
    if seed % 3 and not is_inductive:
        (add_code if seed % 3 == 2 else rename_code)(folder)
        done["codebook change"] += 1
    return done


def add_code(folder: Path) -> None:
    """Add a code to the codebook of one copy."""
    codebook = ac.read_study(folder).codebook
    code = ac.Code(id=ac.CodeId("informal-fixers"), name="Informal fixers", parent=codebook.themes[0].id)
    after = next_version(codebook.version)
    change_codebook(folder, Added(before=codebook.version, after=after, by="TW", why="proposed often", code=code))


def rename_code(folder: Path) -> None:
    """Rename a code in another copy, apart from the one in which a code is added."""
    codebook = ac.read_study(folder).codebook
    code, after = codebook.subthemes[0], next_version(codebook.version)
    renamed = Renamed(before=codebook.version, after=after, by="TW", why="clearer", code=code.id, name=f"{code.name}!")
    change_codebook(folder, renamed)


def one_act(session: ReviewSession, chance: random.Random, *, gesture: str) -> str:
    """Do what a coder does; the idempotency keys are the same on all laptops, as those of no two browsers would be."""
    lines = session.lines_to_judge
    session.go_to(lines[chance.randrange(min(len(lines), 40))].id)
    codes = [code.id for code in session.codebook.subthemes]
    kind = chance.choices(["settle", "propose", "later", "undo"], [12, 2, 2, 3])[0]
    if kind == "undo":
        return "undo" if session.undo(gesture=gesture) is not None else "nothing"
    if kind == "later":
        session.later(gesture=gesture)
        return kind
    shown = [suggestion.code for suggestion in session.suggestions or ()]
    session.settle(
        [code for code in shown if chance.random() < 0.5],
        added=[code for code in codes if code not in shown and chance.random() < 0.2],
        proposed=[f"Code {chance.randrange(5)} of {session.coder}"] if kind == "propose" else [],
        memo="an invented memo" if chance.random() < 0.2 else "",
        gesture=gesture,
        milliseconds=chance.randrange(500, 9000),
    )
    return kind


def rule(review: StudyReview, chance: random.Random, *, at_most: int) -> int:
    """Settle lines on which coders differ, and take every fifth ruling back; return the number of rulings."""
    study = review.study
    coders = {coding.coder for coding in review.journal.codings()}
    session = AdjudicationSession(
        review.journal,
        lines=study.lines,
        codebook=study.codebook,
        coder=ADJUDICATOR,
        adjudicators={ADJUDICATOR},
        coders=coders,
    )
    rulings = 0
    for difference in session.open[:at_most]:
        left, right = difference.readings[:2]
        ruling = chance.choice([Ruling.LEFT, Ruling.RIGHT, Ruling.BOTH])
        session.settle(difference.line.id, ruling, left=left, right=right, reason="an invented reason")
        rulings += 1
        if not rulings % 5:
            session.undo()
    return rulings


def laptops(base: Path, folder: Path, *, acts: int) -> Iterator[Path]:
    """Yield three copies of a study after somebody worked on each."""
    for seed, (name, coder) in enumerate(LAPTOPS.items()):
        shutil.copytree(base, folder / name)
        done = work(folder / name, coder, acts=acts, seed=seed)
        print(f"{name}: {', '.join(f'{n} {kind}' for kind, n in sorted(done.items()))}")
        yield folder / name


def exported(study: Path) -> dict[str, bytes]:
    """Return the bytes of each file of a study's export."""
    data = ac.read_study(study)
    with tempfile.TemporaryDirectory() as folder:
        ac.write_corpus(folder, codings=data.codings, lines=data.lines, codebook=data.codebook, force=True)
        return {file.name: file.read_bytes() for file in sorted(Path(folder).iterdir())}


def ids_in(study: Path) -> list[str]:
    with Journal.open(study / "study.sqlite", read_only=True) as journal:
        return [entry.id for entry in journal.history()]


def kinds_in(study: Path) -> dict[str, str]:
    """Return the kind of each entry of a study's journal, by its identity."""
    with Journal.open(study / "study.sqlite", read_only=True) as journal:
        return {entry.id: type(entry.record).__name__ for entry in journal.history()}


def try_orders(copies: Sequence[Path], folder: Path) -> bool:
    """Merge copies in every order, and return whether it is the same study each time, and nothing is new afterwards."""
    everything = {identity: kind for copy in copies for identity, kind in kinds_in(copy).items()}
    outcomes = set()
    holds = True
    for number, order in enumerate(permutations(copies)):
        study = folder / f"merged {number}"
        shutil.copytree(order[0], study)
        # half of the orders one copy at a time
        plans = [ac.merge(study, *order[1:])] if number % 2 else [ac.merge(study, other) for other in order[1:]]
        again = ac.merge(study, *order)
        ids = ids_in(study)
        left_out = Counter(kind for identity, kind in everything.items() if identity not in set(ids))
        # two laptops may have taken the same judgement back, and each may have recorded the codebook that all began
        # with: one of these entries is kept
        is_once = len(ids) == len(set(ids)) and set(ids) <= everything.keys()
        holds &= is_once and left_out.keys() <= {Undo.__name__, CodebookSeen.__name__}
        outcomes.add(tuple(exported(study).items()))
        is_whole = not study_faults(study)
        kinds = "".join(f", {n} {kind}" for kind, n in sorted(left_out.items()))
        print(
            f"{' + '.join(copy.name for copy in order)}: {sum(plan.n_entries for plan in plans)} entries taken, "
            f"{again.n_entries} when merged again, {left_out.total()} said twice{kinds}, "
            f"{'whole' if is_whole else 'NOT WHOLE'}"
        )
        holds &= not again.n_entries and is_whole
    print(f"{len(outcomes)} different exports of {number + 1} orders")
    return holds and len(outcomes) == 1


def try_edited(copy: Path, study: Path) -> bool:
    """Edit one line of a copy; return whether merging it is refused by that line, and nothing was taken."""
    transcript = sorted((copy / "transcripts").iterdir())[0]
    lines = transcript.read_text(encoding="utf-8").splitlines(keepends=True)
    number = max(range(len(lines)), key=lambda place: len(lines[place]))
    lines[number] = lines[number].rstrip("\n") + " Indeed.\n"
    transcript.write_text("".join(lines), encoding="utf-8")
    before = ids_in(study)
    try:
        ac.merge(study, copy)
    except AutocodeError as error:
        print(f"edited: {error.faults[0]}")
        return f"{transcript}:{number + 1}: " in str(error) and ids_in(study) == before
    return False


def try_kill(study: Path, others: Sequence[Path], *, wait: float, writing: bool = False) -> str:
    """
    Merge in another process that is killed after a while, and return what became of the journal.

    The while begins with the process or, with `writing`, when it begins to write into the file of the journal.
    """
    before = ids_in(study)
    pid = os.fork()
    if not pid:
        try:
            ac.merge(study, *others)
        finally:
            os._exit(0)
    if writing:
        await_writing(study / "study.sqlite-journal", pid)
    time.sleep(wait)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    after = ids_in(study)
    if after == before:
        return "nothing"
    everything = {identity for copy in (study, *others) for identity in ids_in(copy)}
    return "all" if after[: len(before)] == before and set(after) == everything else "PART"


def await_writing(log: Path, pid: int) -> None:
    """Wait until a process has begun a transaction of SQLite that changes something, or has ended."""
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if log.exists() and log.stat().st_size:
            return
        time.sleep(0.001)


def try_kills(copies: Sequence[Path], folder: Path, n: int) -> bool:
    """Kill merges at random instants, most of them while they write, and return whether each took all or nothing."""
    study = folder / "to kill"
    shutil.copytree(copies[0], study)
    began = time.monotonic()
    ac.merge(study, *copies[1:])
    lasts = time.monotonic() - began
    complete = set(ids_in(study))
    found: Counter[str] = Counter()
    holds, drafts = True, 0
    for seed in range(n):
        shutil.rmtree(study)
        shutil.copytree(copies[0], study)
        writing, wait = seed % 4 != 0, random.Random(seed).uniform(0.0, lasts)
        found[try_kill(study, copies[1:], wait=wait, writing=writing)] += 1
        drafts += len(list(study.glob(".*.draft")))
        if seed % 10 == 0 or seed == n - 1:  # what was killed can be repeated
            ac.merge(study, *copies[1:])
            holds &= set(ids_in(study)) == complete
            for fault in study_faults(study):
                # a draft of codebook.toml counts for nothing, and `autocode check` says what to do with it
                holds &= Path(fault.path or "").suffix == ".draft"
                print(f"after kill {seed}: {fault}")
    kills = ", ".join(f"{times} {what}" for what, times in found.items())
    print(f"{n} merges of {lasts:.2f} s killed: {kills}; {drafts} drafts of codebook.toml left, which check names")
    return holds and not found["PART"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sample", type=Path, help="the folder of the sample study")
    parser.add_argument("--acts", type=int, default=200, help="acts on each laptop (default 200)")
    parser.add_argument("--kills", type=int, default=100, help="merges that are killed (default 100)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        begin(arguments.sample, folder / "base")
        copies = list(laptops(folder / "base", folder, acts=arguments.acts))
        holds = try_orders(copies, folder)
        print("coded from zero, with own codes:")
        begin_from_zero(arguments.sample, folder / "zero" / "base")
        holds &= try_orders(
            list(laptops(folder / "zero" / "base", folder / "zero", acts=arguments.acts)), folder / "zero"
        )
        holds &= try_kills(copies, folder, arguments.kills)
        holds &= try_edited(copies[1], copies[0])
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
