"""What a reader must hold in mind at once stays small: no long function, no branching one, no class of many trades."""

import ast
import re
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "autocode"
LONGEST_FUNCTION, LARGEST_CLASS, MOST_COMPLEX = 60, 350, 12


def defined(kind: type | tuple[type, ...]) -> list[tuple[int, str]]:
    """Return how many lines each definition of a kind has, docstring and decorators included, with its place."""
    found = []
    for module in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, kind):
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                found.append((node.end_lineno - first + 1, f"{module}:{node.lineno}: {node.name}"))
    return found


def body_length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines the statements of a function have, without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_no_function_is_long():
    long = []
    for module in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and body_length(node) > LONGEST_FUNCTION:
                long.append(f"{module}:{node.lineno}: {node.name} has {body_length(node)} lines")

    assert not long, "\n".join(long)


def test_no_class_is_large():
    large = [f"{place} has {lines} lines" for lines, place in defined(ast.ClassDef) if lines > LARGEST_CLASS]

    assert not large, "\n".join(large)


def test_no_function_branches_much():
    ruff = Path(sys.executable).with_name("ruff")
    ran = subprocess.run(
        [str(ruff), "check", "--isolated", "--select", "C901", "--output-format", "concise",
         "--config", f"lint.mccabe.max-complexity={MOST_COMPLEX}", str(PACKAGE)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    assert not re.findall(r".*C901.*", ran.stdout), ran.stdout
    assert ran.returncode == 0, ran.stdout + ran.stderr
