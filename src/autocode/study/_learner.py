"""Training round by round on what is coded meanwhile, with every model kept that the journal names."""

from collections.abc import Iterator
from pathlib import Path

from autocode.codebook import Codebook
from autocode.coding import Codings
from autocode.study._folder import MODELS
from autocode.study._opening import open_journal
from autocode.study._reading import read_study
from autocode.study._recorded_codebook import recorded_versions
from autocode.study._text_options import text_options
from autocode.suggester import LearningSuggester, Suggester, save_suggester, train

_N_SUGGESTED = 400  # lines to suggest for in one round: more than anybody decides until the next round
# Rounds between two full fits, unless a round brings nothing but old lines coded anew, which only a full fit takes in.
_ROUNDS = 4
# Coded lines beyond which every round is a full fit: the memory of quick ones grows with their square, to 400 MB here.
_QUICK = 10_000


class Learner:
    """
    Learns from a study's codings round by round and appends suggestions for the next lines to the journal.

    Transcripts are those of the beginning, as the pages show them. A change of the codebook that is recorded meanwhile
    is taken in with the next round, by a full fit. Every suggester whose digest the journal names is kept in the
    study's folder `models`, under the digest's first 16 digits.

    Parameters
    ----------
    folder : Path
        The study's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        study = read_study(folder)
        self._study = study.with_common_codes()
        self._codebook = study.codebook  # while no change is recorded
        self._version = ""  # of the codebook that the quick learner knows
        self._quick: LearningSuggester | None = None
        self._rounds = 0

    def learn(self) -> None:
        """Learn from what is coded by now; quickly, and in full as well when that is due."""
        with open_journal(self._folder, create=False) as journal:
            codebook = (recorded_versions(journal) or (self._codebook,))[-1]
            codings = journal.codings().without_codes(code.id for code in codebook.own_codes)
            new = codings.uncoded(self._study.lines.participant_lines)
            if not new:
                return
            for suggester in self._suggesters(codings, codebook.visible_to()):
                model = self._folder / MODELS / suggester.digest[:16]
                if not model.exists():
                    save_suggester(suggester, model, made_by="autocode review")
                # the model is on the disk before the journal names it
                journal.append(suggester.suggest(new[:_N_SUGGESTED]))

    def _suggesters(self, codings: Codings, codebook: Codebook) -> Iterator[Suggester]:
        """Yield the suggester of this round: a quick one, a full one, or both."""
        study = self._study
        if len(codings.lines) > _QUICK:
            yield train(codings, study.lines, codebook, **text_options(study), seed=0)
        elif self._quick is None:
            self._quick = LearningSuggester(codings, study.lines, codebook, **text_options(study), seed=0)
            self._version = codebook.version
            yield self._quick.suggester
        elif self._version != codebook.version:
            suggester = self._quick.relearn(codings, codebook)
            self._rounds, self._version = 0, codebook.version
            yield suggester
        else:
            before = self._quick.suggester
            now = self._quick.learn(codings)
            self._rounds += 1
            changed = now.digest != before.digest  # quick learning passes over old lines that were coded anew
            full = self._quick.due and (self._rounds >= _ROUNDS or not changed)
            if changed or not full:
                yield now
            if full:
                self._rounds = 0
                yield self._quick.relearn(codings)
