"""The arguments that several scripts share."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class CorporaAndSeeds(NamedTuple):
    """Where the corpora are, which splits are drawn, and whether the results are written or only printed."""

    corpora: Path
    seeds: tuple[int, ...]
    are_written: bool


def corpora_argument(parser: argparse.ArgumentParser) -> None:
    """Add the folder of the corpora to a parser's arguments."""
    parser.add_argument("corpora", type=Path, help="the folder that contains the corpora")


def corpora_and_seeds(description: str | None, seeds: Sequence[int]) -> CorporaAndSeeds:
    """Parse the command line of a script that runs on the corpora; the results of other seeds are not written."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    corpora_argument(parser)
    parser.add_argument("--seeds", help="other seeds, such as 10,11,12; their results are printed, not written")
    arguments = parser.parse_args()
    if arguments.seeds is None:
        return CorporaAndSeeds(arguments.corpora, tuple(seeds), are_written=True)
    return CorporaAndSeeds(arguments.corpora, tuple(map(int, arguments.seeds.split(","))), are_written=False)
