"""A suggester as a folder: readable facts beside arrays, opened without running any code from it.

Format 2
--------
`suggester.json`
    format number, SHA-256 of every other file and of itself, codes and what the codebook said of them, the coded lines
    shown as evidence, seed, versions.
`model.skops`
    the two scikit-learn vectorizers and the arrays of the model, written by skops. Types that skops
    does not know as harmless are refused.
`card.md`
    what it learnt from, for people.

Format 3 is format 2 with an encoder; format 4 is either with the places of lines among the inputs (`places`).
Format 1 knew no part of its own for the codebook (`meant`), and lines beside counted one line away only (`beside`).
"""

import hashlib
import io
import json
import os
import re
import shutil
import tempfile
import warnings
import zipfile
import zlib
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from numpy.typing import NDArray
from sklearn.exceptions import InconsistentVersionWarning

from autocode.codebook import Code, CodeId
from autocode.coding import CoderId
from autocode.errors import ArtefactError, TrainingError
from autocode.suggester._quality import CodeQuality
from autocode.suggester._readiness import UnsupportedCode
from autocode.suggester._suggester import CodedExample, Suggester
from autocode.suggester.features._embeddings import Embeddings, Encoding
from autocode.suggester.features._encoder import MINILM, SentenceEncoder
from autocode.suggester.features._inputs import LineInputs
from autocode.suggester.model._blend import Blend
from autocode.suggester.model._calibration import Platt
from autocode.suggester.model._context import ContextWindow
from autocode.suggester.model._model import LineModel
from autocode.suggester.model._thresholds import Thresholds
from autocode.transcripts import LineId, TranscriptId

FORMAT = 4
FACTS, MODEL, CARD = "suggester.json", "model.skops", "card.md"
# What zipfile, json, skops and the classes themselves raise over contents that are not a suggester's.
_UNREADABLE = (
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
_SCHEMA = "schema.json"


def save_suggester(suggester: Suggester, folder: Path | str, *, force: bool = False, made_by: str = "") -> Path:
    """Write a suggester to a new folder and return its path; an existing one is replaced only with `force`.

    The folder holds the coded lines that are shown as evidence: guard it as you guard the transcripts.
    """
    target = Path(folder)
    if target.exists() and not force:
        raise ArtefactError.at(target, "exists already; choose another name, or replace it with --force.")
    if target.exists() and not target.is_dir():
        raise ArtefactError.at(target, "is a file; choose another name for the suggester's folder.")
    other = sorted({path.name for path in target.iterdir()} - {FACTS, MODEL, CARD}) if target.exists() else []
    if other:
        raise ArtefactError.at(target, f"holds other files than a suggester's ({other[0]}); choose another folder.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as no:
        raise ArtefactError.at(target, f"cannot be written ({no.strerror}); choose a folder you may write to.") from no
    try:
        made = work / "new"
        made.mkdir()
        _write(suggester, made, made_by=made_by)
        # The old one stands until the new one is whole.
        if target.exists():
            target.replace(work / "old")
        made.replace(target)
    except OSError as no:
        raise ArtefactError.at(target, f"cannot be written ({no.strerror}); free some space and repeat.") from no
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def _write(suggester: Suggester, folder: Path, *, made_by: str) -> None:
    model = suggester.model
    arrays = {
        "words": model.inputs.words,
        "characters": model.inputs.characters,
        "coefficients": model.coefficients.astype(np.float32),
        "meant": model.codebook_coefficients.astype(np.float32),
        "intercepts": model.intercepts,
        "slopes": model.calibration.slopes,
        "calibration": model.calibration.intercepts,
        "thresholds": model.thresholds.codes,
    }
    if len(suggester.trial):
        arrays["trial"] = suggester.trial.astype(np.float32)
    files = {MODEL: _packed(skops.io.dumps(arrays)), CARD: card(suggester, made_by=made_by).encode()}
    embeddings = model.inputs.embeddings
    facts: dict[str, object] = {
        # What needs no place and no encoder stays readable for those who know of none.
        "format": FORMAT if model.inputs.places else 2 if embeddings is None else 3,
        "digest": suggester.digest,
        "codebook": suggester.codebook_digest,
        "language": suggester.language,
        "roles": list(model.inputs.roles),
        **({"places": list(model.inputs.places)} if model.inputs.places else {}),
        "line_threshold": model.thresholds.line,
        "least": model.thresholds.least,
        "blend": model.blend.to_json(),
        "seed": suggester.seed,
        "learnt_from": suggester.learnt_from,
        "notes": list(suggester.notes),
        "codes": [asdict(code) for code in suggester.codes],
        "said": [list(said) for said in suggester.said],
        "examples": [
            {
                "line": e.line,
                "transcript": e.transcript,
                "role": e.role,
                "text": e.text,
                "codes": sorted(e.codes),
                "coders": [[code, list(coders)] for code, coders in e.coders],
            }
            for e in suggester.examples
        ],
        "quality": [asdict(one) for one in suggester.quality],
        "not_yet": [asdict(one) for one in suggester.unsupported],
        "novel": suggester.novel,
        "data": _data(suggester),
        "made_by": made_by,
        "versions": {name: version(name) for name in ("autocode", "numpy", "scikit-learn", "skops", "spacy")},
        "files": {name: _sha256(held) for name, held in files.items()},
    }
    if embeddings is not None:
        facts["encoder"] = {
            "name": embeddings.name,
            "weight": model.inputs.embedding_scale,
            "probe": embeddings.probe.tolist(),
        }
    files[FACTS] = _written(facts | {"self": _seal(facts)})
    for name, held in files.items():
        with (folder / name).open("xb") as out:
            out.write(held)
            out.flush()
            os.fsync(out.fileno())


def _packed(dumped: bytes) -> bytes:
    """Return what skops dumped so that the same model is the same bytes: compressed, no times, objects counted from 1.

    skops tells objects apart by where they lay in memory, in its schema and in the names of the arrays' files.
    """
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(dumped)) as loose,
        zipfile.ZipFile(out, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=9) as packed,
    ):
        schema = loose.read(_SCHEMA).decode()
        met = dict.fromkeys(re.findall(r'"__id__": (\d+)', schema))
        count = {place: str(n) for n, place in enumerate(met, start=1)}

        def counted(text: str) -> str:
            return re.sub(r"\b\d+\b", lambda number: count.get(number[0], number[0]), text)

        members = {counted(name): loose.read(name) for name in loose.namelist() if name != _SCHEMA}
        members[_SCHEMA] = counted(schema).encode()
        for name, data in sorted(members.items()):
            member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(member, data)
    return out.getvalue()


def open_suggester(folder: Path | str, *, encoder: Encoding | None = None) -> Suggester:
    """Return the suggester saved in a folder; one that learnt with an encoder of your own needs it again.

    Raises `ArtefactError` if the folder is not a suggester's, was altered after it was saved, holds any type that a
    suggester has no need of, or is of a newer format. No code from the folder is run.
    """
    source = Path(folder)
    facts = _facts(source)
    try:
        held = {name: (source / name).read_bytes() for name in (MODEL, CARD)}
    except OSError as no:
        missing = Path(no.filename).name
        what = "lacks" if isinstance(no, FileNotFoundError) else f"does not let one read ({no.strerror})"
        raise ArtefactError.at(source, f"{what} {missing}; get a fresh copy of the whole folder.") from no
    try:
        for name, data in held.items():
            if facts["files"][name] != _sha256(data):
                raise ArtefactError.at(
                    source / name, "was altered after the suggester was saved; train it again or get a fresh copy."
                )
        foreign = skops.io.get_untrusted_types(data=held[MODEL])
        if foreign:
            raise ArtefactError.at(
                source / MODEL,
                f"holds {foreign[0]}, which no suggester needs; it is not opened. Train a suggester of your own.",
            )
        with warnings.catch_warnings():
            # Another scikit-learn may have written it: what is taken from it are the words and their weights, and the
            # digest below says whether they are the same.
            warnings.simplefilter("ignore", InconsistentVersionWarning)
            arrays = skops.io.loads(held[MODEL])
        suggester = _assemble(facts, arrays, _encoder(source, facts, encoder))
    except TrainingError as no:
        raise ArtefactError.at(source, f"cannot be used here: {no}") from no
    except _UNREADABLE as broken:
        raise ArtefactError.at(
            source, "is not a suggester that this autocode can read; train it again with: autocode train STUDY."
        ) from broken
    if suggester.digest != facts["digest"]:
        raise ArtefactError.at(source, "does not hold what its digest says; train it again or get a fresh copy.")
    return suggester


def _facts(source: Path) -> dict[str, Any]:
    path = source / FACTS
    try:
        held = path.read_bytes()
        facts = json.loads(held.decode())
    except (FileNotFoundError, NotADirectoryError) as gone:
        raise ArtefactError.at(
            source, f"is not a saved suggester: it has no {FACTS}. Make one with: autocode train STUDY -o MODEL."
        ) from gone
    except (OSError, RecursionError, ValueError) as broken:
        raise ArtefactError.at(path, "cannot be read as JSON; get a fresh copy of the folder.") from broken
    if not isinstance(facts, dict) or not isinstance(facts.get("format"), int):
        raise ArtefactError.at(path, "is not a suggester's; make one with: autocode train STUDY -o MODEL.")
    if facts["format"] > FORMAT:
        raise ArtefactError.at(
            path, f"is of format {facts['format']}, newer than this autocode reads ({FORMAT}); update autocode."
        )
    if facts.get("self") != _seal(facts) or held != _written(facts):
        raise ArtefactError.at(path, "was altered after the suggester was saved; train it again or get a fresh copy.")
    return facts


def _encoder(source: Path, facts: dict[str, Any], given: Encoding | None) -> Embeddings | None:
    """Return the embeddings that the suggester learnt with, if it did."""
    known = facts.get("encoder")
    if known is None:
        return None
    if given is None and known["name"] != MINILM:
        raise ArtefactError.at(
            source, f"learnt with the encoder {known['name']}; give it again: open_suggester(folder, encoder=...)."
        )
    embeddings = Embeddings.from_encoder(SentenceEncoder() if given is None else given)
    if not embeddings.matches(np.array(known["probe"])):
        raise ArtefactError.at(
            source, f"learnt with the encoder {known['name']}, and {embeddings.name} tells other things; give that one."
        )
    return embeddings


def _assemble(facts: dict[str, Any], arrays: dict[str, Any], embeddings: Embeddings | None) -> Suggester:
    inputs = LineInputs(language=facts["language"], embeddings=embeddings)
    inputs.words, inputs.characters = arrays["words"], arrays["characters"]
    # It notes where its stop words lie in memory, which is another place now: saved again, it must be the same bytes.
    inputs.words.build_analyzer()
    inputs.roles = tuple(facts["roles"])
    # Folders saved before places counted know of none.
    inputs.places = tuple(facts.get("places", ()))
    inputs.embedding_scale = facts["encoder"]["weight"] if embeddings is not None else inputs.embedding_scale
    return Suggester(
        model=LineModel(
            inputs=inputs,
            coefficients=arrays["coefficients"].astype(np.float64),
            codebook_coefficients=_meant(facts, arrays),
            intercepts=arrays["intercepts"],
            blend=_blend(facts),
            calibration=Platt(slopes=arrays["slopes"], intercepts=arrays["calibration"]),
            # Folders saved before promises were made say nothing of them.
            thresholds=Thresholds(
                codes=arrays["thresholds"], line=facts["line_threshold"], least=facts.get("least", 0.0)
            ),
        ),
        codes=[Code(**{**code, "examples": tuple(code["examples"])}) for code in facts["codes"]],
        said=facts["said"],
        examples=[
            CodedExample(
                line=LineId(e["line"]),
                transcript=TranscriptId(e["transcript"]),
                role=e["role"],
                text=e["text"],
                codes=frozenset(CodeId(c) for c in e["codes"]),
                coders=tuple((CodeId(code), tuple(CoderId(c) for c in coders)) for code, coders in e["coders"]),
            )
            for e in facts["examples"]
        ],
        codebook=facts["codebook"],
        learnt_from=facts["learnt_from"],
        notes=facts["notes"],
        seed=facts["seed"],
        quality=[CodeQuality(**one) for one in facts.get("quality", ())],
        # Folders saved before codes had to earn their suggestions suggest every code, and call few lines new.
        unsupported=[UnsupportedCode(**one) for one in facts.get("not_yet", ())],
        novel=facts.get("novel", 0.0),
        trial=arrays["trial"].astype(np.float64) if "trial" in arrays else None,
    )


def _meant(facts: dict[str, Any], arrays: dict[str, Any]) -> NDArray[np.float64]:
    if facts["format"] == 1:
        return np.zeros(arrays["coefficients"].shape)
    return np.asarray(arrays["meant"], dtype=np.float64)


def _blend(facts: dict[str, Any]) -> Blend:
    if facts["format"] == 1:
        return Blend(
            codebook_weight=0.0,
            line_context=ContextWindow(share=facts["beside"]),
            codebook_context=ContextWindow(share=0.0),
        )
    blend = facts["blend"]
    return Blend(
        codebook_weight=blend["meant"],
        line_context=ContextWindow(**blend["beside"]),
        codebook_context=ContextWindow(**blend["around"]),
        embedding_weight=blend.get("meaning", 0.0),
    )


def card(suggester: Suggester, *, made_by: str = "") -> str:
    """Return the model card, in Markdown."""
    uses = {code.id: sum(code.id in e.codes for e in suggester.examples) for code in suggester.codes}
    of = {one.code: one for one in suggester.quality}
    shares = {c.id: [_share(of.get(c.id), what) for what in ("precision", "recall")] for c in suggester.codes}
    waiting = {one.code: f"not yet: {one.remedy}" for one in suggester.unsupported}
    rows = "\n".join(
        f"| {c.name} | {uses[c.id]} | {' | '.join(shares[c.id])} | {waiting.get(c.id, 'yes')} |"
        for c in suggester.codes
    )
    versions = ", ".join(f"{name} {version(name)}" for name in ("autocode", "scikit-learn"))
    notes = "".join(f"\n- {note}" for note in suggester.notes)
    made = f"\nMade by `{made_by}`.\n" if made_by else ""
    return f"""# A suggester for {len(suggester.codes)} codes

It was {suggester.learnt_from}, seed {suggester.seed}.
It proposes codes for lines that nobody has judged. A proposal is not a coding: a named person decides.
{made}
| code | lines it learnt from | right when said | said of those | earned |
|---|---|---|---|---|
{rows}

*Right when said*: of the lines for which the code reached its threshold, the share that humans gave. *Said of those*:
of the lines that humans gave it, the share for which it did. Both on the lines above, each judged by a model that had
not seen its interview (its part of the lines, where there are fewer than ten interviews); – where there is nothing to
count. Thresholds were chosen on the same lines, so both flatter a little. *Earned*: whether the lines that have the
code, held out, ranked above the others further than by chance. Until then only its definition suggests it, always as
weak.

## Limits

- {_knows(suggester)}
- It was fitted to one study and one codebook. On other interviews it has not been tried.
- How often it is right on interviews it has not seen: `autocode validate`.
- The folder holds the coded lines it shows as evidence. Guard it as you guard the transcripts.{notes}

Digest `{suggester.digest}`, codebook `{suggester.codebook_digest}`, coded lines `{_data(suggester)}`.
Written by {versions}.
"""


def _knows(suggester: Suggester) -> str:
    embeddings = suggester.model.inputs.embeddings
    if embeddings is None:
        return "It knows words, not meaning: irony, hints and what was said two answers before are beyond it."
    return (
        f"Beside words it learnt from the vectors of an encoder ({embeddings.name}), which it needs wherever it is "
        "opened. What of a score comes from them cannot be told word by word."
    )


def _share(quality: CodeQuality | None, what: str) -> str:
    share = None if quality is None else getattr(quality, what)
    return "–" if share is None else f"{share:.0%}"


def _data(suggester: Suggester) -> str:
    """Return the SHA-256 of the coded lines: who gave which codes to which words."""
    told = [[e.line, e.text, sorted(e.codes), [[c, list(by)] for c, by in e.coders]] for e in suggester.examples]
    return _sha256(json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _seal(facts: dict[str, object]) -> str:
    said = json.dumps({k: v for k, v in facts.items() if k != "self"}, ensure_ascii=False, sort_keys=True)
    return _sha256(said.encode("utf-8", "surrogatepass"))


def _written(facts: dict[str, object]) -> bytes:
    return json.dumps(facts, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
