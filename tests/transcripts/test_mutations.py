"""What accidents leave of the files of the zoo: no word is lost unsaid, and nothing ends in a traceback.

2,000 mutations instead of a few hundred: `AUTOCODE_MUTATIONS=2000 pytest tests/transcripts/test_mutations.py`.
"""

import os
import random
import re
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from autocode.errors import TranscriptError
from autocode.transcripts import LeftOutKind, read_transcripts
from office_packing import pack
from speaker_labels import in_rich_text
from words_of_files import rich_text_of, rows_of_table, words_in, words_of_file

ZOO = Path(__file__).parent / "zoo"
N = int(os.environ.get("AUTOCODE_MUTATIONS", "240"))
FILES = sorted(
    path.name for path in ZOO.iterdir() if path.name not in ("expected.toml", "README.md", "mixed-bytes.txt")
)
# a label stands within so many letters of the beginning of a line or before its colon
HEAD = 60
ENCODINGS = {"cp1252.txt": "cp1252", "mac-roman.txt": "mac_roman", "utf-16.txt": "utf-16"}
MARKS = (
    *("\n", "\n\n", "\t", "\r", "\u200b", "\xa0", "\u2028", "\x0c", "  ", " " * 60),
    *(":", ": ", ";", "[", "]", "(", ")", "#", " - ", " – ", "<", ">", "“", '"', ",", "|", "*", "_", "\\"),
    *("[0:01]", "00:01 ", "-->", "&amp;"),
)


def mutated(text, chance):
    """Return a text as one to four accidents leave it."""
    for _ in range(chance.randint(1, 4)):
        text = chance.choice(ACCIDENTS)(text, chance)
    return text


def _at(text, chance):
    place = chance.randrange(len(text) + 1)
    return text[:place], text[place:]


def _piece_changed(text, chance):
    before, after = _at(text, chance)
    length = chance.randrange(12)
    return before + chance.choice(["", after[:length].swapcase()]) + after[length:]


def _mark_put_in(text, chance):
    return chance.choice([*MARKS, "Extra words here.\n"]).join(_at(text, chance))


def _line_lost_or_joined(text, chance):
    lines = text.split("\n")
    row = chance.randrange(len(lines))
    joined = chance.choice([[], [" ".join(lines[row : row + 2])]])
    return "\n".join([*lines[:row], *joined, *lines[row + 1 + len(joined) :]])


def _lines_shuffled(text, chance):
    lines = text.split("\n")
    return "\n".join(chance.sample(lines, len(lines)))


ACCIDENTS = (
    _piece_changed,
    _piece_changed,
    _mark_put_in,
    _mark_put_in,
    _line_lost_or_joined,
    _line_lost_or_joined,
    _lines_shuffled,
    lambda text, chance: chance.choice(_at(text, chance)),  # cut in two
    lambda text, _: text + text,
    lambda text, chance: text.replace("\n", chance.choice(["\r\n", "\r", "\n\n"])),
)


def mutated_parts(path, chance):
    """Mutate one part of an Office file: the words between two of its tags, or an element less or twice."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice([name for name in parts if re.fullmatch(r"(?:word|xl)/.*[a-z]\d?\.xml|content\.xml", name)])
    xml = parts[name].decode()
    words = [match.span() for match in re.finditer(r"(?<=>)[^<>]*\w[^<>]*(?=<)", xml)]
    whole = [
        match.span() for match in re.finditer(r"<(w:p|w:r|w:tr|text:p|row|c)\b(?:(?!<\1\b).)*?</\1>", xml, re.DOTALL)
    ]
    if whole and chance.random() < 0.4:
        start, end = chance.choice(whole)
        xml = xml[:start] + xml[start:end] * (0 if name.startswith("xl") else chance.choice([0, 2])) + xml[end:]
    elif words:
        start, end = chance.choice(words)
        xml = xml[:start] + re.sub(r"[&<>\x0b\x0c]", "", mutated(xml[start:end], chance)) + xml[end:]
    parts[name] = xml.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)


def written(name, folder, chance):
    """Write a mutation of a file of the zoo; return its path, and the encoding of its words or None if it is broken."""
    source, target = ZOO / name, folder / name
    if source.is_dir():
        pack(source, target)
        if chance.random() < 0.15:
            data = target.read_bytes()
            target.write_bytes(data[: chance.randrange(len(data))])
            return target, None
        mutated_parts(target, chance)
        return target, "utf-8"
    if target.suffix == ".rtf" and chance.random() < 0.6:
        in_rich_text(_without_controls(mutated(rich_text_of(source), chance)), target)
        return target, "utf-8"
    text = mutated(source.read_bytes().decode(ENCODINGS.get(name, "utf-8")).replace("\r", "\n"), chance)
    if target.suffix == ".rtf":
        target.write_bytes(text.encode("ascii", "ignore"))
        return target, None
    encoding = chance.choice(["utf-8"] * 4 + ["utf-8-sig", "utf-16", "cp1252", "mac_roman", "cp1250"])
    data = text.encode(encoding if target.suffix in (".txt", ".md") else "utf-8", "replace")
    target.write_bytes(data)
    if chance.random() < 0.05:
        at = chance.randrange(len(data) + 1)
        target.write_bytes(data[:at] + bytes([chance.randrange(128, 256)]) + data[at:])
        return target, None
    return target, encoding


def _without_controls(text):
    """Return a text without the signs that Rich Text cannot hold as words, and without accidents across an escape."""
    return "".join(letter for letter in text if letter in "\n\t" or (letter.isprintable() and ord(letter) < 0x8000))


def guessed_encoding(interviews):
    """Return the encoding that the account says was guessed, or None."""
    for note in (note for interview in interviews for note in interview.notes):
        if match := re.search(r"encoding was guessed to be ([\w-]+)", note):
            return match[1]
    return None


def words_of_names(names):
    """Return the words of labels, with and without blanks of width zero: two spellings with and without are one."""
    return {
        word for name in names for shown in (name, name.replace("\u200b", "")) for word in words_in(shown.casefold())
    }


def at_labels(path, interviews, encoding):
    """Return how often each word may stand in labels: where a turn begins, or before a colon, or in a column's cell."""
    speakers = {line.speaker for interview in interviews for line in interview.lines}
    speakers |= {piece.words for interview in interviews for piece in interview.left_out}
    words = words_of_names([*speakers, *(interview.id for interview in interviews)])
    if path.suffix in (".csv", ".xlsx"):
        rows = [[words_in(cell.casefold()) for cell in row] for row in rows_of_table(path) if any(map(str.strip, row))]
        headings = [cell for row in rows[:4] for cell in row]
        return sum([*headings, *(cell for row in rows[4:] for cell in row if set(cell) <= words)], Counter())
    if path.suffix not in (".txt", ".md"):
        return Counter(dict.fromkeys(words, 10**6))
    text = path.read_bytes().decode(encoding).casefold()
    heads = [line.lstrip()[:HEAD] for line in re.split(r"\r\n|[\r\n\x0b\x85\u2028\u2029]", text)]
    heads += [text[max(0, match.start() - HEAD) : match.start()] for match in re.finditer("[:：]", text)]
    return Counter({word: sum(words_in(head)[word] for head in heads) for word in words})


def lost(path, interviews, encoding):
    """Return the words of a file that are in no line, no label and not named as left out."""
    found: Counter[str] = Counter()
    labels = set()
    for interview in interviews:
        is_survey = any(line.speaker == "Question" for line in interview.lines)
        found += words_in(
            " ".join(line.text for line in interview.lines if not is_survey or line.speaker != "Question")
        )
        found += words_in(
            " ".join(piece.words for piece in interview.left_out if piece.kind is not LeftOutKind.UNANSWERED)
        )
        found += words_in(" ".join(interview.attributes.values())) if is_survey else Counter()
        labels |= words_of_names([interview.id, *(line.speaker for line in interview.lines)])
    if path.suffix in (".csv", ".xlsx"):
        rows = [row for row in rows_of_table(path) if any(cell.strip() for cell in row)]
        labels |= set(words_in(" ".join(cell for row in rows[:4] for cell in row).casefold()))
    missing: Counter[str] = Counter()
    for word, n in (words_of_file(path, encoding=encoding) - found).items():
        missing[word.casefold()] += n
    allowed = at_labels(path, interviews, encoding)
    return sorted(word for word, n in missing.items() if word not in labels or n > allowed[word])


@pytest.mark.parametrize("seed", range(N // 12 or 1))
def test_no_word_of_a_damaged_file_is_lost_unsaid_and_nothing_crashes(tmp_path, seed):
    for number in range(12):
        chance = random.Random(1000 * seed + number)
        path, encoding = written(chance.choice(FILES), tmp_path, chance)
        try:
            interviews = read_transcripts(path, speaker_name="P1").interviews
        except TranscriptError:
            continue
        if encoding is not None:
            missing = lost(path, interviews, guessed_encoding(interviews) or encoding)

            assert not missing, (1000 * seed + number, path.name, missing)
