"""Measure cells of one corpus and one method, each in a process of its own: `evaluation.peers` starts this.

    python -m evaluation.peers_apart CORPUS METHOD MINILM N:SEED:TARGET [N:SEED:TARGET ...]

Libraries and corpus are loaded once; every cell is then measured in a copy of this process (a fork). For each cell a
line of JSON: what went wrong, or an empty text.
"""

import json
import os
import sys
from pathlib import Path


class WithoutTorch:
    """Says of torch that it is not installed.

    spaCy loads it wherever it is; a method that has no use for it should not pay for it in memory.
    """

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raise `ModuleNotFoundError` for torch, and leave every other module to those who find it."""
        if name == "torch":
            raise ModuleNotFoundError(f"{name} is not needed here.", name=name)


def main(arguments: list[str]) -> None:
    """Measure and write."""
    corpus, method, minilm, *cells = arguments
    if method != "SetFit":
        sys.meta_path.insert(0, WithoutTorch())
    from evaluation.peers import Cell, coded, measured, write
    from evaluation.peers_methods import METHODS

    coded(Path(corpus))
    for told in cells:
        n, seed, target = told.split(":", 2)
        said, answer = os.pipe()
        child = os.fork()
        if not child:
            # What goes wrong is told as Python tells it, to the process that waits.
            os.dup2(answer, sys.stderr.fileno())
            cell = Cell(corpus=Path(corpus), method=METHODS[method], n=int(n), seed=int(seed))
            write(Path(target), measured(cell, Path(minilm) if minilm else None))
            os._exit(0)
        os.close(answer)
        with os.fdopen(said, encoding="utf-8", errors="replace") as reader:
            why = reader.read().strip().splitlines()
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(json.dumps((why or [f"ended with {ended}"])[-1] if ended else ""), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
