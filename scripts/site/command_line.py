"""The reference of the command line as a page, made from the commands themselves."""

import inspect

import click

from autocode.cli import main


def page() -> str:
    """Return the page: every command with its usage and its options."""
    context = click.Context(main, info_name="autocode")
    sections = [_section(name, main.commands[name], context) for name in sorted(main.commands)]
    return "\n\n".join(["# Command line", _help(main), _options(main, context), *sections]) + "\n"


def _section(name: str, command: click.Command, parent: click.Context) -> str:
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    return f"## {name}\n\n```text\n{usage}\n```\n\n{_help(command)}\n\n{_options(command, context)}"


def _help(command: click.Command) -> str:
    """Return the help of a command, with each paragraph on a line of its own."""
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    return "\n\n".join(_plain(paragraph) for paragraph in paragraphs)


def _options(command: click.Command, context: click.Context) -> str:
    """Return the options of a command as a definition list."""
    options = [option for option in command.get_params(context) if isinstance(option, click.Option)]
    return "\n\n".join(_option(option, context) for option in options)


def _option(option: click.Option, context: click.Context) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    sentences = [_plain(option.help or "")]
    if isinstance(option.type, click.Choice):
        sentences.append(f"One of {', '.join(f'`{choice}`' for choice in option.type.choices)}.")
    elif not option.is_flag:
        names += f" `{option.make_metavar(context)}`"
    extra = option.get_help_extra(context)
    if "range" in extra:
        sentences.append(f"Range: `{extra['range']}`.")
    if "default" in extra and not option.is_flag:
        sentences.append(f"Default: `{extra['default']}`.")
    return f"{names}\n:   {' '.join(filter(None, sentences))}"


def _plain(text: str) -> str:
    """Return a text on a single line, with the marks of Markdown as they are."""
    text = " ".join(text.split())
    for mark in "\\`*_<[":
        text = text.replace(mark, f"\\{mark}")
    return text
