"""Samples and blind draws by the lines of today, where an amendment replaced the lines that were drawn."""

from dataclasses import replace

from autocode.coding import BlindDraw, Sample
from autocode.conduct import LineChanges


def inherited_sample(sample: Sample, changes: LineChanges) -> Sample:
    """Return a sample by the lines of today."""
    if changes.retired.isdisjoint(sample.probabilities):
        return sample
    drawn = frozenset(sample.drawn)
    frame = changes.inherited({line: (p, line in drawn) for line, p in sample.probabilities.items()})
    return replace(
        sample,
        drawn=tuple(line for line, (_, is_drawn) in frame.items() if is_drawn),
        probabilities={line: p for line, (p, _) in frame.items()},
    )


def inherited_draw(draw: BlindDraw, changes: LineChanges) -> BlindDraw:
    """Return a draw of blind lines by the lines of today."""
    if changes.retired.isdisjoint(draw.probabilities):
        return draw
    frame = changes.inherited({line: (p, line in draw.drawn) for line, p in draw.probabilities.items()})
    return replace(
        draw,
        drawn=frozenset(line for line, (_, is_drawn) in frame.items() if is_drawn),
        probabilities={line: p for line, (p, _) in frame.items()},
    )
