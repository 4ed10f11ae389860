"""Text escaped for Markdown, and tables in Markdown."""

import re

from markupsafe import Markup

from autocode.tables import Table

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")


def plain(value: object) -> Markup:
    """Return a value as Markdown in which no character of the value is markup."""
    if isinstance(value, Markup):
        return value
    one_line = " ".join(str(value).split())
    escaped = _SPECIAL.sub(r"\\\1", one_line.replace("&", "&amp;")).replace("\\<", "&lt;").replace("\\>", "&gt;")
    return Markup(escaped)


def aligned(table: Table) -> Markup:
    """Return a table in Markdown, with numeric columns aligned to the right."""
    rule = ["---:" if i in table.numeric else "---" for i in range(len(table.head))]
    rows: list[list[str]] = [[plain(cell) for cell in row] for row in (table.head, *table.rows)]
    drawn = ["| " + " | ".join(row) + " |" for row in (rows[0], rule, *rows[1:])]
    return Markup("\n".join(drawn))
