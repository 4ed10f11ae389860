"""Train the suggester of the sample study again.

python -m models.make
"""

from pathlib import Path

import autocode

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "corpora" / "integration-barriers"


def main() -> None:
    """Train on every coded line of the sample and replace models/integration-barriers."""
    codebook = autocode.read_codebook(SAMPLE / "codebook.toml")
    lines = autocode.read_transcripts(SAMPLE / "transcripts", interviewers=["Interviewer"])
    sheets = sorted((SAMPLE / "codings").glob("*.csv"))
    codings = autocode.Codings(
        coding for sheet in sheets for coding in autocode.read_codings(sheet, lines=lines, codebook=codebook)
    )
    suggester = autocode.train(codings, lines, codebook, seed=0)
    autocode.save_suggester(suggester, HERE / "integration-barriers", force=True, made_by="python -m models.make")
    print(f"{suggester!r}, digest {suggester.digest}")


if __name__ == "__main__":
    main()
