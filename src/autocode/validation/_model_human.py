"""Agreement between the suggester and the coders beside agreement among the coders, on the same held-out lines."""

from collections.abc import Mapping
from dataclasses import replace

from autocode.agreement import ReliabilityData, krippendorff_alpha, model_pairs
from autocode.codebook import CodeId
from autocode.coding import Coding, Codings
from autocode.transcripts import LineId, Transcripts
from autocode.validation._results import Estimate, ModelHumanAgreement
from autocode.wording import count_of


class ModelHumanAlpha:
    """Krippendorff's alpha among the coders, and between the suggester and the coders.

    The lines are those with a prediction that at least two coders judged independently. Codes that the validation
    leaves out do not count.
    """

    def __init__(
        self,
        codings: Codings,
        predicted: Mapping[LineId, frozenset[CodeId]],
        lines: Transcripts,
        *,
        codes: frozenset[CodeId],
        seed: int,
        resamples: int,
    ) -> None:
        judged = codings.independent().on(predicted)
        self._known = Codings(_of_codes(coding, codes) for coding in judged)
        self._predicted, self._lines = predicted, lines
        self._humans = ReliabilityData.for_sets(self._known, lines).pairable()
        self._pairs = model_pairs(self._humans, predicted)
        self._seed, self._resamples = seed, resamples

    def among_coders(self, code: CodeId | None = None) -> Estimate | None:
        """Return alpha among the coders, of one code or of sets of codes; None if no two coders judged a line."""
        return self._alpha(self._tables(code)[0], code)

    def with_coders(self, code: CodeId | None = None) -> Estimate | None:
        """Return alpha between the suggester and the coders, of one code or of sets of codes, or None."""
        return self._alpha(self._tables(code)[1], code)

    def of_sets(self) -> ModelHumanAgreement | None:
        """Return both alphas of whole sets of codes, or None if no two coders judged a line."""
        human_human, model_human = self.among_coders(), self.with_coders()
        if human_human is None or model_human is None:
            return None
        where = (
            f"{count_of(len(self._humans.units), 'held-out line')} of "
            f"{count_of(len(set(self._humans.interviews or ())), 'interview')}"
        )
        what = f"alpha of sets of codes (MASI) on {where}"
        return ModelHumanAgreement(human_human=human_human, model_human=model_human, what=what)

    def _tables(self, code: CodeId | None) -> tuple[ReliabilityData, ReliabilityData]:
        """Return the coders' table and that of the suggester with each coder, of all who judged the code."""
        if code is None or not self._humans.n_partly_judged:
            return self._humans, self._pairs
        only = frozenset({code})
        known = Codings(_of_codes(coding, only) for coding in self._known)
        humans = ReliabilityData.for_sets(known, self._lines).pairable()
        return humans, model_pairs(humans, {line: codes & only for line, codes in self._predicted.items()})

    def _alpha(self, data: ReliabilityData, code: CodeId | None) -> Estimate | None:
        if not data.units:
            return None
        alpha = krippendorff_alpha(
            data if code is None else data.applied(code, codebook=(code,)),
            interval="interviews",
            seed=self._seed,
            resamples=self._resamples,
        )
        return Estimate(mean=alpha.value, low=alpha.low, high=alpha.high)


def _of_codes(coding: Coding, codes: frozenset[CodeId]) -> Coding:
    """Return what a coding says about some of the codes."""
    return replace(coding, codes=coding.codes & codes, unjudged=coding.unjudged & codes, waiting_parts=frozenset())
