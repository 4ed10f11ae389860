"""What mkdocs does beyond its plugins: pages made from the code, pages from outside `docs/`, and links between them."""

import posixpath
import re
from functools import cache
from pathlib import Path
from typing import Any

import command_line
import python_reference
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
# Pages that stand beside what they are about, not in docs/.
OUTSIDE = (
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "corpora/README.md",
    *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("corpora/*/README.md")),
    "evaluation/README.md",
    *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("evaluation/[!R]*.md")),
    "models/README.md",
)
FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
LINK = re.compile(
    r"(?P<image>!?)\[(?P<text>[^\[\]]*)\]\((?!https?:|mailto:|#)(?P<path>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)"
)


@cache
def added() -> dict[str, str]:
    """Return the pages that are not in docs/: the place of each on the site, and its text."""
    pages = {f"reference/{place}": text for place, text in python_reference.pages()}
    pages["reference/command-line.md"] = command_line.page()
    return pages | {place: (ROOT / place).read_text(encoding="utf-8") for place in OUTSIDE}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Replace each folder in the navigation by its pages."""
    in_docs = sorted(path.relative_to(config.docs_dir).as_posix() for path in Path(config.docs_dir).rglob("*.md"))
    config.nav = [_with_pages(entry, [*added(), *in_docs]) for entry in config.nav or ()]
    return config


def _with_pages(entry: Any, pages: list[str]) -> Any:
    if isinstance(entry, dict):
        return {title: _with_pages(below, pages) for title, below in entry.items()}
    if isinstance(entry, list):
        return [_with_pages(below, pages) for below in entry]
    return [page for page in pages if page.startswith(entry)] if entry.endswith("/") else entry


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are not in docs/."""
    for place, text in added().items():
        files.append(File.generated(config, place, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, files: Files, **_: Any) -> str:
    """Turn links between files of the repository into links between pages of the site."""
    here = page.file.src_uri
    if here in added() and here not in OUTSIDE:
        return markdown

    def on_the_site(link: re.Match[str]) -> str:
        """Return the link to a page or a picture of the site, and of any other file its text only."""
        folder = posixpath.dirname(here if here in OUTSIDE else f"docs/{here}")
        path = posixpath.normpath(posixpath.join(folder, link["path"])).removeprefix("docs/")
        if files.get_file_from_path(path) is None:
            inside = not path.startswith("..") and (ROOT / path).exists()
            return link["text"] if inside else link[0]
        target = posixpath.relpath(path, posixpath.dirname(here)) + (link["anchor"] or "")
        return f"{link['image']}[{link['text']}]({target})"

    parts = FENCED.split(markdown)
    return "".join(part if part.startswith("```") else LINK.sub(on_the_site, part) for part in parts)
