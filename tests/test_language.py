"""One plain language: local names say the noun they hold, and prose uses the terms of the field."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "autocode"
CODE = sorted(PACKAGE.rglob("*.py")) + sorted((ROOT / "evaluation").rglob("*.py"))
SCRIPTS = sorted((PACKAGE / "web" / "static").rglob("*.js"))
PAGES = sorted(
    [
        *(PACKAGE / "web" / "templates").rglob("*"),
        *(PACKAGE / "report").rglob("*.j2"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "evaluation").rglob("*.md"),
        *(ROOT / f"{name}.md" for name in ("README", "CHANGELOG", "CONTRIBUTING")),
    ]
)

# An identifier is banned where one of the words that it is made of is: `told`, `_told`, `is_told`, `toldBefore`.
BANNED_NAMES = frozenset(
    re.findall(
        r"\w+",
        "told said heard hear hearing spoken meant sayings ones likeness likest likelier earned slip slips twin twins",
    )
)
# Banned only as a whole name: `one_sided` and `held_out` are fine.
BANNED_WHOLE = frozenset({"one", "held", "alike", "gone", "whoever"})

# Phrases of the dialect, with what a reader of this field expects instead.
BANNED_PROSE = {
    r"likeness\w*|likest|likelier|alike": "similarity, similar, more likely",
    r"slips?|twins?": "label issues, near-duplicates",
    r"(has|have|had|must|not) (not )?(yet )?earn(ed)?|earns?": "supported, enough coded examples",
    r"right when said|said of those|worth saying|may be said|worth reading": "precision, recall, shown, informative",
    r"every two coders|each two coders": "each pair of coders",
    r"a row an? \w+|a column an? \w+|one row a \w+|one column a \w+|one coder a \w+": "one row per unit",
    r"so many|so few": "n, at most n",
    r"whoever|whomever": "anyone who",
    r"mend(s|ed|ing)?": "fix",
    r"(is|are|was|were|be|been|cannot be|can be) told|told apart": "distinguished, determined, given",
    r"tells? (apart|of|nothing|more|less|which|whether|how|what)": "determines, shows",
    r"heard": "encoded",
    r"speaks? (for|only|where|of|up)|spoken for": "suggests",
    r"silent (on|where|of)|(is|are|was|were|stays?|stayed|keeps?) silent|silence": "no suggestion, abstains",
    r"(as|how) (loud|whole) as|how loud|how whole": "weight, coherence",
    r"chance starts": "random seed",
    r"one less|less one": "1 minus",
    r"in a sentence of": "a sentence",
}
# Where a banned word is what something is called on disk, in a quotation or in an address: file -> words.
ALLOWED: dict[str, tuple[str, ...]] = {
    # keys of the JSON that `recheck` promises
    "src/autocode/suggester/checks/_near_duplicates.py": ("likeness",),
    "src/autocode/suggester/checks/_recheck.py": ("slips", "twins"),
    # an address of a page, a script of evaluation and its results
    "src/autocode/web/_team.py": ("slips",),
    "src/autocode/web/templates/team.html": ("slips",),
    "docs/suggester.md": ("slips",),
    "docs/suggester-evidence.md": ("slips",),
    "evaluation/README.md": ("slips",),
    # a list of irregular verbs
    "src/autocode/retrieval/_word_forms.py": ("heard",),
    # words of transcripts: a stage direction, a verb of speech
    "src/autocode/transcripts/_labelled.py": ("silence",),
    "src/autocode/transcripts/_styles.py": ("silence",),
    "src/autocode/transcripts/_labels.py": ("heard",),
}


def words_of(name: str) -> list[str]:
    """Return the words that an identifier is made of, in lower case."""
    return [word.lower() for word in re.findall(r"[A-Za-z][a-z]*|[A-Z]+(?![a-z])", name)]


def is_banned(name: str) -> bool:
    return name.strip("_").lower() in BANNED_WHOLE or not BANNED_NAMES.isdisjoint(words_of(name))


def names_bound_in(tree: ast.AST) -> set[tuple[int, str]]:
    """Return every name that a module gives to something, with its line."""
    names: set[tuple[int, str]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add((node.lineno, node.name))
        elif isinstance(node, ast.arg):
            names.add((node.lineno, node.arg))
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add((node.lineno, node.id if isinstance(node, ast.Name) else node.attr))
        elif isinstance(node, ast.alias) and node.asname:
            names.add((node.lineno, node.asname))
    return names


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("module", CODE, ids=short)
def test_a_name_in_the_code_says_the_noun_that_it_holds(module):
    tree = ast.parse(module.read_text())
    banned = [f"{module}:{line}: {name}" for line, name in sorted(names_bound_in(tree)) if is_banned(name)]

    assert not banned, "\n".join(banned)


@pytest.mark.parametrize("module", CODE, ids=short)
def test_a_caught_exception_is_called_error(module):
    handlers = [node for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.ExceptHandler)]
    others = [f"{module}:{node.lineno}: {node.name}" for node in handlers if node.name not in (None, "error")]

    assert not others, "\n".join(others)


@pytest.mark.parametrize("script", SCRIPTS, ids=short)
def test_a_name_in_a_script_says_the_noun_that_it_holds(script):
    bound = re.compile(r"\b(?:const|let|var|function\*?|class)\s+([A-Za-z_$][\w$]*)|\(([\w$, ]*)\)\s*=>|([\w$]+)\s*=>")
    banned = []
    for number, line in enumerate(script.read_text().splitlines(), start=1):
        names = {name.strip() for found in bound.findall(line) for name in ",".join(found).split(",")}
        banned += [f"{script}:{number}: {name}" for name in sorted(names - {""}) if is_banned(name)]

    assert not banned, "\n".join(banned)


def dialect_in(path: Path, text: str) -> list[str]:
    """Return the places of a text that use a banned phrase, each with what to write instead."""
    allowed = ALLOWED.get(short(path), ())
    places = []
    for number, line in enumerate(text.splitlines(), start=1):
        for phrase, instead in BANNED_PROSE.items():
            for found in re.finditer(rf"(?i)\b(?:{phrase})\b", line):
                if found[0].lower() not in allowed:
                    places.append(f"{path}:{number}: {found[0]!r} (instead: {instead})")
    return places


def prose_of(module: Path) -> str:
    """Return the comments and the strings of a module, each on its own line; all else left blank."""
    import io
    import tokenize

    lines = [""] * (module.read_text().count("\n") + 2)
    for token in tokenize.generate_tokens(io.StringIO(module.read_text()).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            for offset, part in enumerate(token.string.split("\n")):
                lines[token.start[0] - 1 + offset] += f" {part}"
    return "\n".join(lines)


@pytest.mark.parametrize("path", [*CODE, *SCRIPTS, *PAGES], ids=short)
def test_prose_uses_the_terms_of_the_field(path):
    places = dialect_in(path, prose_of(path) if path.suffix == ".py" else path.read_text())

    assert not places, "\n".join(places)


def test_the_ban_finds_what_it_bans():
    tree = ast.parse("def f(told):\n    ones = [one for one in told]\n    is_heard = 1\n")

    assert {name for _, name in names_bound_in(tree) if is_banned(name)} == {"told", "ones", "one", "is_heard"}
    assert not is_banned("held_out")
    assert dialect_in(ROOT / "x.md", "The likeness of twins, a row a unit.")
