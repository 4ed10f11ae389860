"""The reference of the command line as a page, made from the commands themselves."""

import inspect

import click

from autocode.cli import main


def page() -> str:
    """Return the page: every command with its usage, its arguments and its options."""
    context = click.Context(main, info_name="autocode", **main.context_settings)
    sections = _sections(main, context)
    return "\n\n".join(["# Command line", _help(main), _parameters(main, context), *sections]) + "\n"


def _sections(group: click.Group, context: click.Context) -> list[str]:
    """Return the section of each command, those of a group after it."""
    sections = []
    for name, command in sorted(group.commands.items()):
        sections.append(_section(name, command, context))
        if isinstance(command, click.Group):
            sections += _sections(command, click.Context(command, info_name=name, parent=context))
    return sections


def _section(name: str, command: click.Command, parent: click.Context) -> str:
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    title = context.command_path.partition(" ")[2]
    return f"## {title}\n\n```text\n{usage}\n```\n\n{_help(command)}\n\n{_parameters(command, context)}"


def _help(command: click.Command) -> str:
    """Return the help of a command, with each paragraph on a line of its own."""
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    return "\n\n".join(_plain(paragraph) for paragraph in paragraphs)


def _parameters(command: click.Command, context: click.Context) -> str:
    """Return the arguments and the options of a command as a definition list."""
    entries = []
    for parameter in command.get_params(context):
        if isinstance(parameter, click.Option):
            entries.append(_option(parameter, context))
        elif text := getattr(parameter, "help", None):
            entries.append(f"`{parameter.make_metavar(context)}`\n:   {_plain(text)}")
    return "\n\n".join(entries)


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
