"""Write every page and table of this folder again from the stored results; nothing is measured.

    python -m evaluation.pages

For a change of wording. A test holds that the pages are those of the results.
"""

from evaluation import (
    agreement_coverage,
    agreement_disapere,
    agreement_speed,
    peers,
    suggester,
    suggester_scale,
    suggester_speed,
)
from evaluation._results import HERE, RESULTS, read_results, write_text


def write_agreement() -> None:
    """Write the tables of agreement.md, and the studies of agreement on a corpus."""
    agreement_coverage.write_page(HERE / "agreement.md", read_results(RESULTS / "agreement_coverage.json"))
    agreement_speed.write_page(HERE / "agreement.md", read_results(RESULTS / "agreement_speed.json"))
    for name in ("agreement_disapere", "agreement_disapere_semantic"):
        write_text(HERE / f"{name}.md", agreement_disapere.page(read_results(RESULTS / f"{name}.json")))


def main() -> None:
    """Write every page."""
    write_agreement()
    suggester.write_table()
    suggester_speed.write_table()
    suggester_scale.write_table()
    peers.write_page(HERE)


if __name__ == "__main__":
    main()
