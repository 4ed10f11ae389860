"""The model card: what a suggester was trained on, how well it does, and what it cannot do, for people."""

from importlib.metadata import version

from autocode.codebook import CodeId
from autocode.suggester._model_digest import examples_digest
from autocode.suggester._suggester import Suggester
from autocode.wording import count_of


def card(suggester: Suggester, *, made_by: str = "") -> str:
    """Return the model card, in Markdown.

    Parameters
    ----------
    suggester : Suggester
        The trained suggester.
    made_by : str, default ""
        The command that made it; left out if empty.
    """
    versions = ", ".join(f"{name} {version(name)}" for name in ("autocode", "scikit-learn"))
    notes = "".join(f"\n- {note}" for note in suggester.notes)
    data = examples_digest(suggester.examples)
    made = f"\nMade by `{made_by}`.\n" if made_by else ""
    return f"""# A suggester for {count_of(len(suggester.codes), "code")}

It was {suggester.learnt_from}, seed {suggester.seed}.
It suggests codes for lines that nobody has coded. A suggestion is not a coding: a named person decides.
{made}
| Code | Coded lines | Precision | Recall | Supported |
|---|---|---|---|---|
{_code_rows(suggester)}

*Precision*: of the lines for which the code reached its threshold, the share that humans gave it. *Recall*: of the
lines that humans gave the code, the share for which it reached its threshold. Both are cross-validated on the coded
lines: each line was predicted by a model not trained on its interview (on its fold of lines, with fewer than ten
interviews); – where there is nothing to count. Thresholds were chosen on the same lines, so both are slightly
optimistic. *Supported*: whether the held-out lines with the code ranked above the other lines beyond chance. A code
that is not supported yet is suggested by its definition only, and always as weak.

## Limits

- {_knowledge(suggester)}
- It was trained on one study and one codebook. On other interviews it has not been tested.
- Its performance on interviews that it has not seen is measured by: `autocode validate`.
- The folder holds the coded lines that it shows as evidence. Guard it as you guard the transcripts.{notes}

Digest `{suggester.digest}`, codebook `{suggester.codebook_digest}`, coded lines `{data}`.
Written by {versions}.
"""


def _code_rows(suggester: Suggester) -> str:
    """Return the rows of the table, one per code."""
    quality = {code.code: code for code in suggester.quality}
    remedy = {code.code: f"not yet: {code.remedy}" for code in suggester.unsupported}

    def shares(code: CodeId) -> tuple[float | None, float | None]:
        return (quality[code].precision, quality[code].recall) if code in quality else (None, None)

    return "\n".join(
        f"| {code.name} | {sum(code.id in example.codes for example in suggester.examples)} "
        f"| {' | '.join(_percent(share) for share in shares(code.id))} | {remedy.get(code.id, 'yes')} |"
        for code in suggester.codes
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _knowledge(suggester: Suggester) -> str:
    embeddings = suggester.model.inputs.embeddings
    if embeddings is None:
        return "It knows words, not meaning: irony, hints and what was said two answers before are beyond it."
    return (
        f"Besides words it uses the vectors of an encoder ({embeddings.name}), which it needs wherever it is opened. "
        "Their share of a score cannot be divided among words."
    )
