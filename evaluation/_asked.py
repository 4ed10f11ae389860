"""What a run over the corpora is asked on the command line."""

import argparse
from collections.abc import Sequence
from pathlib import Path


def corpora_and_seeds(about: str | None, seeds: Sequence[int]) -> tuple[Path, tuple[int, ...], bool]:
    """Return the folder of the corpora, the seeds, and whether they are those whose results are written."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, help="the folder that holds the corpora")
    parser.add_argument("--seeds", help="other seeds, such as 10,11,12: printed, not written")
    asked = parser.parse_args()
    if asked.seeds is None:
        return asked.corpora, tuple(seeds), True
    return asked.corpora, tuple(map(int, asked.seeds.split(","))), False
