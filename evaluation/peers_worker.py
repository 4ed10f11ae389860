"""Measure cells of one corpus and one method, each in a process of its own; started by `evaluation.peers`.

    python -m evaluation.peers_worker CORPUS METHOD MINILM N:SEED:TARGET [N:SEED:TARGET ...]

Libraries and corpus are loaded once; every cell is then measured in a copy of this process (a fork). Prints for each
cell a line of JSON: why it failed, or an empty text.
"""

import json
import os
import sys
from pathlib import Path


class WithoutTorch:
    """An import hook by which torch appears not to be installed.

    spaCy loads torch wherever it is installed; a method without a use for it should not pay for it in memory.
    """

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raise `ModuleNotFoundError` for torch, and leave every other module to the other import hooks."""
        if name == "torch":
            raise ModuleNotFoundError(f"{name} is not needed here.", name=name)


def main(arguments: list[str]) -> None:
    """Measure and write."""
    corpus, method, minilm, *cells = arguments
    if method != "SetFit":
        sys.meta_path.insert(0, WithoutTorch())
    from evaluation.peers import Cell, coded_lines, measure_cell, write_cell
    from evaluation.peers_methods import METHODS

    coded_lines(Path(corpus))
    for argument in cells:
        n, seed, target = argument.split(":", 2)
        errors, errors_end = os.pipe()
        child = os.fork()
        if not child:
            # The process that waits reads the traceback of an error.
            os.dup2(errors_end, sys.stderr.fileno())
            cell = Cell(corpus=Path(corpus), method=METHODS[method], n=int(n), seed=int(seed))
            write_cell(Path(target), measure_cell(cell, Path(minilm) if minilm else None))
            os._exit(0)
        os.close(errors_end)
        with os.fdopen(errors, encoding="utf-8", errors="replace") as reader:
            lines = reader.read().strip().splitlines()
        exit_code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(json.dumps((lines or [f"ended with {exit_code}"])[-1] if exit_code else ""), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
