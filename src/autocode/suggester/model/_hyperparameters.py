"""The numbers that a model is fitted with and that are not learnt from a study's own lines."""

from dataclasses import dataclass, field

from autocode.display import displayed
from autocode.suggester.features._inputs import DEFAULT_INPUTS, InputWeights
from autocode.suggester.model._context import ContextWindow


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class BlendGrid:
    """The weights that a study chooses among, and the choice that is preferred where few lines decide.

    Attributes
    ----------
    codebook_weights : tuple of float
        Candidate weights of the similarity to the codebook, in log-odds at a similarity of 1.
    embedding_weights : tuple of float
        Candidate weights of the similarity by sentence vectors.
    default_weights : tuple of (float, float, float)
        The preferred blend: index into `Hyperparameters.line_contexts`, codebook weight, embedding weight.
    cold_start_weight : tuple of (float, float)
        Codebook and embedding weight where no line has a code, so that nothing can be chosen.
    """

    codebook_weights: tuple[float, ...]
    embedding_weights: tuple[float, ...]
    default_weights: tuple[float, float, float]
    cold_start_weight: tuple[float, float]


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Hyperparameters:
    """The numbers that a model is fitted with.

    The defaults were chosen on splits of the evaluation corpora that are not the reported ones (seeds 10 to 19; the
    reported ones have seeds 0 to 2) and on the invented sample study, except for those that are said below to be a
    prior. `python -m evaluation.choose_constants` makes the choice again, and `evaluation/constants.md` shows what it
    found beside each default.

    Attributes
    ----------
    inputs : InputWeights
        Weights of the groups of features.
    C : float, default 10.0
        Inverse strength of the L2 penalty of each code's logistic regression.
    codebook_examples : float, default 3.0
        Weight of the codebook's texts as examples of their own code, in lines: what the codebook says counts as much
        as three coded lines.
    codebook_counterexamples : float, default 0.3
        Weight of each other code's texts as examples without the code, in lines.
    slope_sd, intercept_sd : float, defaults 0.3 and 1.0
        Standard deviation of a code's calibration slope and intercept around those of all codes together. A prior:
        slopes differ little between codes, their odds (intercepts) by a factor of e and more.
    calibration_interviews : float, default 16.0
        Number of interviews beyond the first at which a code's own calibration curve counts one half. How often a code
        occurs depends on the interview, so that few interviews do not show how often it occurs in others.
    cold_start_slope : float, default 0.25
        Calibration slope where nothing is coded. A prior: flat, so that no probability is high, because nothing is
        known yet about how often a similarity to the codebook is right.
    threshold_shrinkage : float, default 1.0
        Number of lines with a code at which the code's own threshold counts one half, and that of all codes the rest.
    line_contexts : tuple of ContextWindow
        Candidate contexts of the scores that are learnt from coded lines.
    codebook_context : ContextWindow
        Context of the similarity to the codebook. It is wide: few words of a definition occur in the line that the
        definition fits, and more in the lines around it.
    grid, grid_with_encoder : BlendGrid
        The weights that a study chooses among without and with a sentence encoder. With one, fewer codebook weights
        are tried, because each is tried with each embedding weight.
    prior_strength : float, default 1.0
        Reciprocal ranks that a blend must gain for each doubling of a weight away from `default_weights`: as much as
        one line whose code moves from last to first place.
    """

    inputs: InputWeights = DEFAULT_INPUTS
    C: float = 10.0
    codebook_examples: float = 3.0
    codebook_counterexamples: float = 0.3
    slope_sd: float = 0.3
    intercept_sd: float = 1.0
    calibration_interviews: float = 16.0
    cold_start_slope: float = 0.25
    threshold_shrinkage: float = 1.0
    line_contexts: tuple[ContextWindow, ...] = (
        ContextWindow(share=0.0),
        ContextWindow(share=0.15),
        ContextWindow(share=0.3),
        ContextWindow(share=0.3, reach=4, fading=0.6),
    )
    codebook_context: ContextWindow = field(default=ContextWindow(share=0.5, reach=8, fading=0.8))
    grid: BlendGrid = field(
        default=BlendGrid(
            codebook_weights=(2.0, 4.0, 8.0, 16.0),
            embedding_weights=(0.0,),
            default_weights=(1, 4 * 2**0.5, 0.0),
            cold_start_weight=(8.0, 0.0),
        )
    )
    grid_with_encoder: BlendGrid = field(
        default=BlendGrid(
            codebook_weights=(2.0, 4.0, 8.0),
            embedding_weights=(0.0, 2.0, 4.0, 8.0),
            default_weights=(1, 4.0, 2.0),
            cold_start_weight=(8.0, 8.0),
        )
    )
    prior_strength: float = 1.0


DEFAULTS = Hyperparameters()
