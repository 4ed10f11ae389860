"""The documentation as a site: it builds without a warning, holds the whole reference, and asks no other host."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import click
import pytest

import autocode
from autocode.cli import main
from autocode.doctext import documented

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "autocode"


def commands_of(group: click.Group, before: str = "") -> dict[str, click.Command]:
    """Return the commands of a group by name, those of a group in it after it: "codebook", "codebook add"."""
    commands = {}
    for name, command in sorted(group.commands.items()):
        commands[f"{before}{name}"] = command
        if isinstance(command, click.Group):
            commands |= commands_of(command, f"{before}{name} ")
    return commands


COMMANDS = commands_of(main)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    built = tmp_path_factory.mktemp("site")
    ran = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", built],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    return built


class Fetched(HTMLParser):
    """The addresses that a browser opens by itself when it shows a page."""

    LINKS = frozenset({"stylesheet", "icon", "preload", "prefetch", "preconnect", "modulepreload", "manifest"})

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "link" and self.LINKS & set((values.get("rel") or "").split()):
            self.addresses.append(values["href"])
        elif tag != "a":
            self.addresses += [values[name] for name in ("src", "srcset", "poster", "data") if values.get(name)]


def test_no_page_asks_another_host(site):
    pages, styles = sorted(site.rglob("*.html")), sorted(site.rglob("*.css"))
    fetched = {address for page in pages for address in Fetched(page).addresses}
    imported = {
        address
        for style in styles
        for address in re.findall(r"(?:@import|url\()\s*[\"']?([^\"')]+)", style.read_text(encoding="utf-8"))
    }
    elsewhere = {address for address in fetched | imported if re.match(r"(?:https?:|ftp:)?//", address)}

    assert len(pages) > 40
    assert styles
    assert fetched
    assert elsewhere == set()


def test_nothing_on_a_page_makes_the_theme_load_a_script(site):
    """Where a page has a place for diagrams or facts of a repository, the theme's script loads them from elsewhere."""
    text = "".join(page.read_text(encoding="utf-8") for page in site.rglob("*.html"))

    assert 'class="mermaid"' not in text
    assert 'data-md-component="source"' not in text


def test_everything_that_is_exported_has_its_place_in_the_reference(site, site_script):
    reference = site_script("python_reference")
    missing = [
        f"{room}.{name}"
        for room in reference.ROOMS
        for name in reference.exported(room)
        if f'id="autocode.{room}.{name}"'
        not in (site / "reference" / "python" / f"{room}.html").read_text(encoding="utf-8")
    ]
    front = (site / "reference" / "index.html").read_text(encoding="utf-8")

    assert missing == []
    assert [name for name in autocode.__all__ if f"ac.{name}</code>" not in front] == []


def test_every_room_is_in_the_reference_or_for_the_package_alone(site_script):
    reference = site_script("python_reference")
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}

    assert {*reference.ROOMS, *reference.INTERNAL} == rooms - {"__init__", "__main__"}


def test_no_parameter_is_left_in_braces(site):
    text = "".join(page.read_text(encoding="utf-8") for page in (site / "reference" / "python").glob("*.html"))

    assert re.findall(r"<(?:p|li|b)>\{\w+\}", text) == []


@documented
def measured(data, *, interval="cube-root", level=0.95):
    """Return something.

    Parameters
    ----------
    {data}
    {interval}
    {level}
    """


def test_a_shared_parameter_is_written_out_and_linked_to_its_page(site_script):
    docstrings = site_script("docstrings")
    text = docstrings.with_links(measured.__doc__.replace("\n    ", "\n"))

    assert docstrings.imported("autocode.coding._codings.Codings.independent") is autocode.Codings.independent
    assert re.search(
        r'^interval : str or None, default "cube-root"\n.*intervals\.md\)\.\nlevel : float, default 0\.95$',
        text,
        re.MULTILINE | re.DOTALL,
    )
    assert text.count("intervals.md") == 1


@pytest.fixture(scope="module")
def sections(site_script):
    """Return the reference of each command."""
    opening, *sections = re.split(r"^## ", site_script("command_line").page(), flags=re.MULTILINE)
    return {"": opening, **{section.partition("\n")[0]: section for section in sections}}


def test_the_reference_has_every_command(sections):
    assert list(sections) == ["", *COMMANDS]


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_the_reference_has_every_option_with_its_meaning_values_and_default(sections, name):
    command = COMMANDS[name] if name else main
    entries = dict(re.findall(r"^(`-.*)\n:   (.*)$", sections[name], re.MULTILINE))
    options = [option for option in command.params if isinstance(option, click.Option)]

    assert len(entries) == len(options) + 1  # and --help
    for option in options:
        [text] = [text for head, text in entries.items() if f"`{option.opts[-1]}`" in head.split(", ")[-1].split(" ")]
        choices = tuple(option.type.choices) if isinstance(option.type, click.Choice) else ()

        assert " ".join((option.help or "").split()) in text.replace("\\", "")
        assert [choice for choice in choices if f"`{choice}`" not in text] == []
        if option.show_default and not option.is_flag:
            assert f"Default: `{option.default}`." in text


@pytest.mark.parametrize("name", COMMANDS)
def test_the_reference_has_every_argument_with_its_meaning(sections, name):
    arguments = [argument for argument in COMMANDS[name].params if isinstance(argument, click.Argument)]
    context = click.Context(COMMANDS[name])

    for argument in arguments:
        meaning = " ".join(argument.help.split()).replace("_", "\\_")
        assert f"`{argument.make_metavar(context)}`\n:   {meaning}\n" in sections[name]
