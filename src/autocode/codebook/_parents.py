"""Parents given by name."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from autocode.codebook._nouns import Code, CodeId
from autocode.errors import Fault
from autocode.names import name_key
from autocode.wording import listing


def with_parents_by_id(codes: Iterable[Code], *, places: Mapping[int, Fault]) -> tuple[list[Code], list[Fault]]:
    """
    Return the codes with parents that were given by name or path replaced by their ids; unknown names stay.

    A parent that could be several codes is a fault. `places` gives the file and line of the n-th code.
    """
    given = list(codes)
    by_name: dict[str, dict[CodeId, None]] = {}
    for code in given:
        by_name.setdefault(name_key(code.name), {})[code.id] = None
    known = {code.id: code for code in given}
    for place, code in enumerate(given):  # names that only one code has; what is left is a path, or several have it
        named = () if code.parent is None else tuple(by_name.get(name_key(code.parent), ()))
        if code.parent not in known and len(named) == 1:
            given[place] = replace(code, parent=named[0])
    known = {code.id: code for code in given}
    by_path: dict[str, dict[CodeId, None]] = {}
    for code in given:
        by_path.setdefault(name_key(_path(code, known)), {})[code.id] = None
    faults = []
    for place, code in enumerate(given):
        if code.parent is None or code.parent in known:
            continue
        found = tuple(by_name.get(name_key(code.parent), {}) | by_path.get(name_key(code.parent), {}))
        if len(found) == 1:
            given[place] = replace(code, parent=found[0])
        elif found:
            at = places.get(place, Fault(""))
            ids = listing(map(repr, found), conjunction="or")
            what = f"the parent {code.parent!r} of {code.name!r} is what several codes are called; write {ids}."
            faults.append(Fault(what, at.path, at.line))
    return given, faults


def _path(code: Code, known: Mapping[CodeId, Code]) -> str:
    names, passed = [code.name], {code.id}
    while (parent := code.parent) is not None and parent in known and parent not in passed:
        code = known[parent]
        names.append(code.name)
        passed.add(code.id)
    return " / ".join(reversed(names))
