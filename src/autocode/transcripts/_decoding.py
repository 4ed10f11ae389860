"""The text of a file in any encoding; files that are not text are refused."""

import codecs
import re
from pathlib import Path

from autocode.errors import TranscriptError
from autocode.wording import count_of, listing

# longest first: the byte order mark of UTF-32 begins with that of UTF-16
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# control characters other than white space, escape (U+001B) and next line (U+0085), which some exports contain
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")


def read_bytes(path: Path) -> bytes:
    """Return the content of a file; raises `TranscriptError` if it cannot be read or is empty."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TranscriptError.at(
            path, f"cannot be read ({error.strerror}); check that it exists and that you may open it."
        ) from error
    if not data.strip():
        raise TranscriptError.at(path, "is empty; put the interview into it or remove it.")
    return data


def read_text(path: Path, *, encoding: str | None = None) -> str:
    """
    Return the text of a file, without a byte order mark and with the line breaks that it has.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str or None, default None
        An encoding that Python knows, such as "cp1252". None for that of the byte order mark, else UTF-8, else the one
        that charset-normalizer recognises.

    Raises
    ------
    TranscriptError
        If the file is empty, binary, or in no encoding that can be recognised.
    ValueError
        If Python knows no such encoding.
    """
    return decoded_text(path, encoding=encoding)[0]


def decoded_text(path: Path, *, encoding: str | None = None) -> tuple[str, str]:
    """Return the text of a file, as `read_text` does, and the encoding if that was guessed, else an empty text."""
    data = read_bytes(path)
    text, guessed = (_decoded_as(data, encoding, path), "") if encoding else _decoded(data, path)
    control = _NOT_TEXT.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise TranscriptError.at(
            path,
            f"is not text (it contains the control character U+{ord(control[0]):04X}); "
            "export it as .docx or as a text file in UTF-8.",
            line=line,
        )
    if not text.strip():
        raise TranscriptError.at(path, "is empty; put the interview into it or remove it.")
    return text, guessed


def guess_in_words(text: str, encoding: str) -> str:
    """Return the sentence that shows what a guessed encoding made of letters beyond ASCII."""
    words = dict.fromkeys(word for word in re.findall(r"\w+", text) if not word.isascii())
    shown = listing(words, at_most=4) or "its quotation marks and dashes"
    return f"the encoding was guessed to be {encoding}; if {shown} look wrong, name it with encoding=... (--encoding)"


def _decoded_as(data: bytes, encoding: str, path: Path) -> str:
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise ValueError(f"encoding: {encoding!r} is not an encoding that Python knows, such as 'cp1252'.") from error
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeError as error:
        raise TranscriptError.at(
            path, f"is not in the encoding {encoding!r}; leave the encoding out or name another."
        ) from error


def _decoded(data: bytes, path: Path) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded_as(data, encoding, path), ""
    if b"\x00" in data:
        return _decoded_as(data, _wide_encoding(data, path), path), ""
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError as error:
        _refuse_nearly_utf8(data, error.start, path)
        return _recognised(data, path)


def _refuse_nearly_utf8(data: bytes, at: int, path: Path) -> None:
    """Raise a `TranscriptError` for UTF-8 with a few other bytes: another encoding would change all its accents."""
    text = data.decode("utf-8", "surrogateescape")
    wrong = sum("\udc80" <= letter <= "\udcff" for letter in text)
    right = sum(letter > "\x7f" for letter in text) - wrong
    if right >= wrong:
        raise TranscriptError.at(
            path,
            f"is in UTF-8 but for {count_of(wrong, 'byte')}, the first here (0x{data[at]:02X}); correct the line, or "
            "name the file's encoding.",
            line=data.count(b"\n", 0, at) + 1,
        )


def _wide_encoding(data: bytes, path: Path) -> str:
    """Return the byte order of UTF-16 without a mark: in mostly Latin text, every second byte is zero."""
    # characters beyond Latin-1, such as curly quotation marks, are few: the shares leave room for them
    even, odd = data[0::2].count(0), data[1::2].count(0)
    half = len(data) // 2
    if len(data) % 2 == 0 and odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if len(data) % 2 == 0 and even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    raise TranscriptError.at(
        path, "is not text (it contains zero bytes); export it as .docx or as a text file in UTF-8."
    )


def _recognised(data: bytes, path: Path) -> tuple[str, str]:
    from charset_normalizer import from_bytes

    # where most of a text is ASCII, charset-normalizer prefers rare code pages to that of Windows; accented letters are
    # a few per cent of a text in Western European languages, and 20 % leaves room for short texts
    share = sum(byte > 127 for byte in data) / len(data)
    if share < 0.2:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            text = ""
        if text and not _ODD.search(text):
            return text, "cp1252"
        mac = data.decode("mac_roman")
        if all(letter < "\x80" or letter in _MAC for letter in mac):
            return mac, "mac_roman"
    best = from_bytes(data).best()
    if best is None:
        raise TranscriptError.at(
            path, "is not text in any encoding that can be recognised; save it as UTF-8 or name its encoding."
        )
    return str(best), str(best.encoding)


# what text in the encoding of old Macs holds besides ASCII; other code pages give mathematical signs there
_MAC = frozenset("àâäáãåçéèêëíìîïñóòôöõúùûüßæœÀÂÄÁÅÇÉÈÊËÎÖÜÆŒØø’‘“”‚„–—…£€•«»¿¡\xa0")

# signs that are rare in Western European text, so that finding them means that it is not in cp1252
_ODD = re.compile("[¡-¢¤¥¦¨©¬®¯±²³´¸¹ºÐÞþðƒˆ‹›†‡‰Œœ¶¿˜]|(?<=[a-z])[ŽŠŸ]|(?<=\\w)[•™‚„](?=\\w)")
