"""How the texts of a study are turned into features: in which language, and with which sentence embeddings."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from autocode.errors import TrainingError
from autocode.study._folder import VECTORS, is_study
from autocode.study._opening import is_writable
from autocode.study._reading import StudyData

if TYPE_CHECKING:
    from autocode.suggester import Encoding


class TextOptions(TypedDict):
    """
    The options on text of `train`, `validate`, `recheck` and `LearningSuggester`, to be given as `**options`.

    Attributes
    ----------
    language : str
        Language of the interviews, as a two-letter code.
    encoder : Encoding or None
        Source of sentence embeddings.
    """

    language: str
    encoder: "Encoding | None"


def text_options(study: StudyData) -> TextOptions:
    """
    Return the language and the encoder that a study is trained with.

    The vectors of an encoder are cached in the study's folder, if that can be written.

    Parameters
    ----------
    study : StudyData
        The study or plain corpus.

    Raises
    ------
    TrainingError
        If the encoder is not installed.
    """
    folder = study.folder if is_study(study.folder) else None
    return TextOptions(language=study.language, encoder=encoding_of(study.settings.encoder, folder=folder))


def with_encoder(study: StudyData, encoder: str | None) -> StudyData:
    """
    Return the study with another encoder, or as it is.

    Parameters
    ----------
    study : StudyData
        The study or plain corpus.
    encoder : str or None
        Source of sentence embeddings, as in `study.toml`; None for the study's own.
    """
    return study if encoder is None else replace(study, settings=replace(study.settings, encoder=encoder))


def encoding_of(encoder: str, *, folder: Path | None = None) -> "Encoding | None":
    """
    Return the encoder of this name, or None for an empty name.

    Its vectors are cached in a study's folder, if that can be written.
    """
    if not encoder:
        return None
    from autocode.suggester import Embeddings, SentenceEncoder

    if encoder == "minilm":
        source: Any = SentenceEncoder()
    elif encoder.isidentifier():
        import spacy

        try:
            source = spacy.load(encoder)
        except OSError as error:
            raise TrainingError(
                f"the encoder {encoder!r} is neither minilm nor a spaCy pipeline that is installed; install it, or "
                "change encoder."
            ) from error
    else:
        raise TrainingError(f"the encoder {encoder!r} is neither minilm nor a name of a spaCy pipeline; change it.")
    store = folder / VECTORS if folder is not None and is_writable(folder) else None
    return Embeddings.from_encoder(source, store=store)
