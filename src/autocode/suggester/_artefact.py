"""A suggester as a folder: readable facts and arrays, opened without running any code from it.

Format 2
--------
`suggester.json`
    Format number, SHA-256 of every other file and of itself, the codes and what the codebook says of them, the coded
    lines that are shown as evidence, seed and versions.
`model.skops`
    The two scikit-learn vectorizers and the arrays of the model, written by skops. Types that skops does not know as
    harmless are refused.
`card.md`
    The model card, for people.

Format 3 is format 2 with an encoder; format 4 is either of them with the places of lines among the inputs (`places`).
Format 1 had no coefficients for the codebook (`meant`), and a context window of one line on each side (`beside`).
The names in the files are those of the first release that wrote them and stay as they are.
"""

import hashlib
import io
import json
import os
import re
import secrets
import shutil
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from numpy.typing import NDArray
from sklearn.exceptions import InconsistentVersionWarning
from skops.io.exceptions import UntrustedTypesFoundException

from autocode.codebook import Code, CodeId
from autocode.coding import CoderId
from autocode.errors import ArtefactError, TrainingError
from autocode.files import create, make_folder
from autocode.suggester._evidence import CodebookVocabulary
from autocode.suggester._example_index import CodedExample, ExampleIndex
from autocode.suggester._model_card import card
from autocode.suggester._model_digest import examples_digest
from autocode.suggester._quality import CodeQuality
from autocode.suggester._readiness import UnsupportedCode
from autocode.suggester._suggester import Suggester
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
    """Write a suggester to a folder and return its path; the same suggester is the same bytes.

    The folder holds the coded lines that are shown as evidence: guard it as you guard the transcripts.

    Parameters
    ----------
    suggester : Suggester
        The trained suggester.
    folder : Path or str
        The folder to write.
    force : bool, default False
        Whether an existing suggester may be replaced.
    made_by : str, default ""
        The command that made it, for the model card.

    Raises
    ------
    ArtefactError
        If the folder exists (and not `force`), holds other files than a suggester's, or cannot be written, or if the
        suggester withholds codes that ended or changed since it was trained.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import autocode as ac
    >>> codes = [ac.Code(id="parking", name="Parking"), ac.Code(id="phones", name="Telephones")]
    >>> suggester = ac.train(ac.Codings(), [], ac.Codebook(codes))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     saved = ac.save_suggester(suggester, Path(folder) / "model")
    ...     ac.open_suggester(saved).digest == suggester.digest
    True
    """
    target = Path(folder)
    if suggester.withheld:
        raise ArtefactError.at(
            target,
            "cannot hold this suggester: the codebook changed since it was trained; train it again and save that.",
        )
    if target.exists() and not force:
        raise ArtefactError.at(target, "exists already; choose another name, or replace it with --force.")
    if target.exists() and not target.is_dir():
        raise ArtefactError.at(target, "is a file; choose another name for the suggester's folder.")
    other = sorted({path.name for path in target.iterdir()} - {FACTS, MODEL, CARD}) if target.exists() else []
    if other:
        raise ArtefactError.at(target, f"holds other files than a suggester's ({other[0]}); choose another folder.")
    try:
        make_folder(target.parent, exist_ok=True)
        work = target.parent / f".{target.name}-{secrets.token_hex(4)}"
        make_folder(work)
    except OSError as error:
        what = f"cannot be written ({error.strerror}); choose a folder you may write to."
        raise ArtefactError.at(target, what) from error
    try:
        new = work / "new"
        make_folder(new)
        _write(_files(suggester, made_by=made_by), new)
        # The old one stays until the new one is complete.
        if target.exists():
            target.replace(work / "old")
        new.replace(target)
    except OSError as error:
        raise ArtefactError.at(target, f"cannot be written ({error.strerror}); free some space and repeat.") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def _files(suggester: Suggester, *, made_by: str) -> dict[str, bytes]:
    """Return the contents of each file of a saved suggester."""
    files = {
        MODEL: _canonical_archive(skops.io.dumps(_arrays(suggester))),
        CARD: card(suggester, made_by=made_by).encode(),
    }
    facts = _facts(suggester, made_by=made_by) | {"files": {name: _sha256(data) for name, data in files.items()}}
    embeddings, inputs = suggester.model.inputs.embeddings, suggester.model.inputs
    if embeddings is not None:
        facts["encoder"] = {
            "name": embeddings.name,
            "weight": inputs.embedding_scale,
            "probe": embeddings.probe.tolist(),
        }
    return {**files, FACTS: _json_bytes(facts | {"self": _seal(facts)})}


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files through to the disk."""
    for name, data in files.items():
        with create(folder / name) as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())


def _arrays(suggester: Suggester) -> dict[str, object]:
    """Return what `model.skops` holds."""
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
    if len(suggester.cross_validated_probabilities):
        arrays["trial"] = suggester.cross_validated_probabilities.astype(np.float32)
    return arrays


def _facts(suggester: Suggester, *, made_by: str) -> dict[str, object]:
    """Return what `suggester.json` says, in the order of its keys."""
    model, inputs = suggester.model, suggester.model.inputs
    return {
        # What needs neither places nor an encoder stays readable for older releases.
        "format": FORMAT if inputs.places else 2 if inputs.embeddings is None else 3,
        "digest": suggester.digest,
        "codebook": suggester.codebook_digest,
        "language": suggester.language,
        "roles": list(inputs.roles),
        **({"places": list(inputs.places)} if inputs.places else {}),
        "line_threshold": model.thresholds.line,
        "least": model.thresholds.least,
        "blend": model.blend.to_json(),
        "seed": suggester.seed,
        "learnt_from": suggester.learnt_from,
        "notes": list(suggester.notes),
        "codes": [code.to_json() for code in suggester.codes],
        "said": [list(texts) for texts in suggester.codebook_texts],
        "examples": [_example_to_json(example) for example in suggester.examples],
        "quality": [_quality_to_json(quality) for quality in suggester.quality],
        "not_yet": [asdict(code) for code in suggester.unsupported],
        "novel": suggester.novelty_threshold,
        "data": examples_digest(suggester.examples),
        "made_by": made_by,
        "versions": {name: version(name) for name in ("autocode", "numpy", "scikit-learn", "skops", "spacy")},
    }


def _example_to_json(example: CodedExample) -> dict[str, Any]:
    return {
        "line": example.line,
        "transcript": example.transcript,
        "role": example.role,
        "text": example.text,
        "codes": sorted(example.codes),
        "coders": [[code, list(coders)] for code, coders in example.coders],
        # only where there are any: models of a codebook that did not grow are the same as before
        **({"unjudged": sorted(example.unjudged)} if example.unjudged else {}),
    }


def _example_from_json(payload: dict[str, Any]) -> CodedExample:
    return CodedExample(
        line=LineId(payload["line"]),
        transcript=TranscriptId(payload["transcript"]),
        role=payload["role"],
        text=payload["text"],
        codes=frozenset(CodeId(code) for code in payload["codes"]),
        coders=tuple((CodeId(code), tuple(CoderId(coder) for coder in coders)) for code, coders in payload["coders"]),
        unjudged=frozenset(CodeId(code) for code in payload.get("unjudged", ())),
    )


def _quality_to_json(quality: CodeQuality) -> dict[str, Any]:
    return {
        "code": quality.code,
        "held": quality.support,
        "said": quality.predicted,
        "right": quality.true_positives,
    }


def _quality_from_json(payload: dict[str, Any]) -> CodeQuality:
    return CodeQuality(
        code=payload["code"],
        support=payload["held"],
        predicted=payload["said"],
        true_positives=payload["right"],
    )


def _canonical_archive(dumped: bytes) -> bytes:
    """Return what skops dumped so that the same model is the same bytes: compressed, no times, objects counted from 1.

    skops identifies objects by their addresses in memory, in its schema and in the names of the arrays' files.
    """
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(dumped)) as archive,
        zipfile.ZipFile(out, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=9) as canonical,
    ):
        schema = archive.read(_SCHEMA).decode()
        addresses = dict.fromkeys(re.findall(r'"__id__": (\d+)', schema))
        number = {address: str(n) for n, address in enumerate(addresses, start=1)}

        def numbered(text: str) -> str:
            return re.sub(r"\b\d+\b", lambda match: number.get(match[0], match[0]), text)

        members = {numbered(name): archive.read(name) for name in archive.namelist() if name != _SCHEMA}
        members[_SCHEMA] = numbered(schema).encode()
        for name, data in sorted(members.items()):
            member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            canonical.writestr(member, data)
    return out.getvalue()


def open_suggester(folder: Path | str, *, encoder: Encoding | None = None) -> Suggester:
    """Return the suggester saved in a folder, without running any code from it.

    Parameters
    ----------
    folder : Path or str
        A folder that `save_suggester` wrote.
    encoder : Encoding or None, default None
        The encoder that it was trained with, as `train` takes it. None for a suggester without one, or with the
        packaged `SentenceEncoder`.

    Raises
    ------
    ArtefactError
        If the folder is not a suggester's, was altered after it was saved, holds any type that a suggester does not
        need, is of a newer format, or needs another encoder.

    Examples
    --------
    >>> import autocode as ac
    >>> ac.open_suggester("no such folder")
    Traceback (most recent call last):
    autocode.errors.ArtefactError: no such folder: is not a saved suggester: it has no suggester.json. Make one with: \
autocode train STUDY -o MODEL.
    """
    source = Path(folder)
    facts = _read_facts(source)
    try:
        files = {name: (source / name).read_bytes() for name in (MODEL, CARD)}
    except OSError as error:
        missing = Path(error.filename).name
        what = "lacks" if isinstance(error, FileNotFoundError) else f"does not let one read ({error.strerror})"
        raise ArtefactError.at(source, f"{what} {missing}; get a fresh copy of the whole folder.") from error
    try:
        for name, data in files.items():
            if facts["files"][name] != _sha256(data):
                raise ArtefactError.at(
                    source / name, "was altered after the suggester was saved; train it again or get a fresh copy."
                )
        with warnings.catch_warnings():
            # Another scikit-learn may have written it. Only words and their weights are taken from its objects, and the
            # digest below shows whether they are the same.
            warnings.simplefilter("ignore", InconsistentVersionWarning)
            arrays = skops.io.loads(files[MODEL])
        suggester = _suggester_from(facts, arrays, _embeddings_for(source, facts, encoder))
        digest = suggester.digest
    except UntrustedTypesFoundException as error:
        foreign = skops.io.get_untrusted_types(data=files[MODEL])
        raise ArtefactError.at(
            source / MODEL,
            f"holds {foreign[0]}, which no suggester needs; it is not opened. Train a suggester of your own.",
        ) from error
    except TrainingError as error:
        raise ArtefactError.at(source, f"cannot be used here: {error}") from error
    except _UNREADABLE as error:
        raise ArtefactError.at(
            source, "is not a suggester that this autocode can read; train it again with: autocode train STUDY."
        ) from error
    if digest != facts["digest"]:
        raise ArtefactError.at(source, "does not hold what its digest says; train it again or get a fresh copy.")
    return suggester


def _read_facts(source: Path) -> dict[str, Any]:
    """Return what `suggester.json` says, if it is a suggester's and unaltered."""
    path = source / FACTS
    try:
        data = path.read_bytes()
        facts = json.loads(data.decode())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ArtefactError.at(
            source, f"is not a saved suggester: it has no {FACTS}. Make one with: autocode train STUDY -o MODEL."
        ) from error
    except (OSError, RecursionError, ValueError) as error:
        raise ArtefactError.at(path, "cannot be read as JSON; get a fresh copy of the folder.") from error
    if not isinstance(facts, dict) or not isinstance(facts.get("format"), int):
        raise ArtefactError.at(path, "is not a suggester's; make one with: autocode train STUDY -o MODEL.")
    if facts["format"] > FORMAT:
        raise ArtefactError.at(
            path, f"is of format {facts['format']}, newer than this autocode reads ({FORMAT}); update autocode."
        )
    if facts.get("self") != _seal(facts) or data != _json_bytes(facts):
        raise ArtefactError.at(path, "was altered after the suggester was saved; train it again or get a fresh copy.")
    return facts


def _embeddings_for(source: Path, facts: dict[str, Any], encoder: Encoding | None) -> Embeddings | None:
    """Return the embeddings that the suggester was trained with, if it was."""
    trained_with = facts.get("encoder")
    if trained_with is None:
        return None
    if encoder is None and trained_with["name"] != MINILM:
        raise ArtefactError.at(
            source,
            f"was trained with the encoder {trained_with['name']}; give it again: open_suggester(folder, encoder=...).",
        )
    embeddings = Embeddings.from_encoder(SentenceEncoder() if encoder is None else encoder)
    if not embeddings.matches(np.array(trained_with["probe"])):
        raise ArtefactError.at(
            source,
            f"was trained with the encoder {trained_with['name']}, and {embeddings.name} gives other vectors; "
            "give that one.",
        )
    return embeddings


def _suggester_from(facts: dict[str, Any], arrays: dict[str, Any], embeddings: Embeddings | None) -> Suggester:
    """Return the suggester that facts and arrays describe."""
    inputs = _inputs_from(facts, arrays, embeddings)
    codes = [Code(**{**code, "examples": tuple(code["examples"])}) for code in facts["codes"]]
    examples = [_example_from_json(payload) for payload in facts["examples"]]
    return Suggester(
        model=LineModel(
            inputs=inputs,
            coefficients=arrays["coefficients"].astype(np.float64),
            codebook_coefficients=_codebook_coefficients(facts, arrays),
            intercepts=arrays["intercepts"],
            blend=_blend_from(facts),
            calibration=Platt(slopes=arrays["slopes"], intercepts=arrays["calibration"]),
            # Folders from before promises have no least probability.
            thresholds=Thresholds(
                codes=arrays["thresholds"], line=facts["line_threshold"], least=facts.get("least", 0.0)
            ),
        ),
        index=ExampleIndex.from_examples(examples, codes, inputs, facts["said"]),
        vocabulary=CodebookVocabulary.from_texts(facts["said"], language=facts["language"]),
        codebook_digest=facts["codebook"],
        learnt_from=facts["learnt_from"],
        notes=tuple(facts["notes"]),
        seed=facts["seed"],
        quality=tuple(_quality_from_json(payload) for payload in facts.get("quality", ())),
        # Older folders have no unsupported codes and call only lines far from all others new.
        unsupported=tuple(UnsupportedCode(**payload) for payload in facts.get("not_yet", ())),
        novelty_threshold=facts.get("novel", 0.0),
        cross_validated_probabilities=np.asarray(arrays.get("trial", np.zeros((0, len(codes)))), dtype=np.float64),
    )


def _inputs_from(facts: dict[str, Any], arrays: dict[str, Any], embeddings: Embeddings | None) -> LineInputs:
    inputs = LineInputs(language=facts["language"], embeddings=embeddings)
    inputs.words, inputs.characters = arrays["words"], arrays["characters"]
    # The vectorizer stores the address of its stop words, which is another one now; saved again, it must be the same
    # bytes.
    inputs.words.build_analyzer()
    inputs.roles = tuple(facts["roles"])
    # Folders of formats before 4 have no places.
    inputs.places = tuple(facts.get("places", ()))
    inputs.embedding_scale = facts["encoder"]["weight"] if embeddings is not None else inputs.embedding_scale
    return inputs


def _codebook_coefficients(facts: dict[str, Any], arrays: dict[str, Any]) -> NDArray[np.float64]:
    if facts["format"] == 1:
        return np.zeros(arrays["coefficients"].shape)
    return np.asarray(arrays["meant"], dtype=np.float64)


def _blend_from(facts: dict[str, Any]) -> Blend:
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


def _seal(facts: dict[str, Any]) -> str:
    """Return the SHA-256 of the facts without their own seal."""
    unsealed = json.dumps({k: v for k, v in facts.items() if k != "self"}, ensure_ascii=False, sort_keys=True)
    return _sha256(unsealed.encode("utf-8", "surrogatepass"))


def _json_bytes(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
