"""Learning round by round from what is coded meanwhile, with every model kept that the journal names."""

from collections.abc import Iterator
from pathlib import Path

from autocode.cli._study import MODELS, journal_of, material_of
from autocode.coding import Codings
from autocode.suggester import LearningSuggester, Suggester, save_suggester, train
from autocode.transcripts import Role

_COMING = 400  # lines to suggest for at once: more than anybody decides until it is learnt again
# Rounds between two full fits, unless a round brings nothing but old lines judged anew, which only a full fit takes in.
_ROUNDS = 4
# Coded lines beyond which every round is a full fit: what quick ones rest on grows with their square, to 400 MB here.
_QUICK = 10_000


class Learner:
    """Learns from a study's codings round by round and appends suggestions for the lines that come next.

    Transcripts and codebook are those of the beginning, as the pages show them. Every suggester whose digest the
    journal names is kept in the study's folder `models`, under the digest's first 16 digits.
    """

    def __init__(self, study: Path) -> None:
        self._study = study
        self._found = material_of(study, corpus_too=False)
        self._quick: LearningSuggester | None = None
        self._rounds = 0

    def learn(self) -> None:
        """Learn from what is coded by now; quickly, and in full as well when that is due."""
        with journal_of(self._study, create=False) as journal:
            codings = journal.codings()
            new = [line for line in codings.uncoded(self._found.lines) if line.role is Role.PARTICIPANT]
            if not new:
                return
            for suggester in self._suggesters(codings):
                folder = self._study / MODELS / suggester.digest[:16]
                if not folder.exists():
                    save_suggester(suggester, folder, made_by="autocode review")
                # the model is on the disk before the record names it
                journal.append(suggester.suggest(new[:_COMING]))

    def _suggesters(self, codings: Codings) -> Iterator[Suggester]:
        found = self._found
        if len(codings.lines) > _QUICK:
            yield train(codings, found.lines, found.codebook, **found.hear(), seed=0)
        elif self._quick is None:
            self._quick = LearningSuggester(codings, found.lines, found.codebook, **found.hear(), seed=0)
            yield self._quick.suggester
        else:
            before = self._quick.suggester
            now = self._quick.learn(codings)
            self._rounds += 1
            moved = now.digest != before.digest  # quick learning passes over old lines that were judged anew
            full = self._quick.due and (self._rounds >= _ROUNDS or not moved)
            if moved or not full:
                yield now
            if full:
                self._rounds = 0
                yield self._quick.relearn(codings)
