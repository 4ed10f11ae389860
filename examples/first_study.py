"""A first study in twenty lines: python examples/first_study.py [JOURNAL], in the root of a clone."""

import sys
import tempfile
from pathlib import Path

import autocode as ac

study = ac.read_study("corpora/integration-barriers")
lines, codebook = study.lines, study.codebook
path = sys.argv[1] if len(sys.argv) > 1 else Path(tempfile.mkdtemp()) / "study.sqlite"

with ac.Journal.open(path) as journal:
    if not journal.codings():  # a new journal: take in what the coders wrote
        for sheet in sorted((study.folder / "codings").glob("*.csv")):
            journal.append(ac.read_codings(sheet, lines=lines, codebook=codebook))
    codings = journal.codings()  # each coder's judgement in force

    for code in codebook.subthemes:  # 1. do the humans agree, before any machine is involved?
        data = ac.ReliabilityData.for_code(code.id, codings.independent(), lines)
        print(code.name, ac.krippendorff_alpha(data))

    print(ac.validate(codings, lines, codebook, seed=7))  # 2. would a suggester be right about unseen interviews?

    suggester = ac.train(codings, lines, codebook, seed=7)  # 3. suggest for lines nobody has judged, on the record
    batch = suggester.suggest(codings.uncoded(lines))
    journal.append(batch)
    print(batch)

# 4. the coders decide, in a study folder: autocode review STUDY --coder NAME
