"""Addresses that stay the same when the pages are served again: the coders' tokens, in a file of one user's own."""

import json
import os
import secrets
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from autocode.coding import CoderId
from autocode.errors import StudyError

_LENGTH = 24  # bytes of a token


def new_token() -> str:
    """Return a secret that a browser has to know."""
    return secrets.token_hex(_LENGTH)


def kept_tokens(path: Path, coders: Sequence[CoderId]) -> dict[CoderId, str]:
    """
    Return the token of each coder that a file keeps; those that it does not have are drawn and stored in it.

    Parameters
    ----------
    path : Path
        The file, which is made if it does not exist.
    coders : sequence of CoderId
        The coders who are served.

    Raises
    ------
    StudyError
        If the file is not one of tokens, others may read it, or it cannot be written.
    """
    known = _read(path)
    tokens = {coder: known.get(coder) or new_token() for coder in coders}
    if not tokens.items() <= known.items():
        _write(path, known | tokens)
    return tokens


def _read(path: Path) -> dict[str, str]:
    try:
        if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise StudyError.at(
                path, "can be read by other users of this machine, who could code in these names; chmod 600 it."
            )
        known = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StudyError.at(path, f"cannot be read ({error.strerror}); name another file.") from error
    except ValueError:
        known = None
    if not isinstance(known, dict) or not all(isinstance(token, str) and token for token in known.values()):
        raise StudyError.at(path, "holds no addresses that autocode stored; name another file.")
    if len(set(known.values())) < len(known):
        raise StudyError.at(path, "gives two coders one address; delete the file, and send the new addresses.")
    return known


def _write(path: Path, tokens: Mapping[str, str]) -> None:
    made = path.with_name(f".{path.name}.{secrets.token_hex(4)}.draft")
    try:
        file = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as out:
            json.dump(tokens, out, ensure_ascii=False, indent=2)
            out.flush()
            os.fsync(out.fileno())
        made.replace(path)
    except OSError as error:
        made.unlink(missing_ok=True)
        raise StudyError.at(path, f"cannot be written ({error.strerror}); name another file.") from error
