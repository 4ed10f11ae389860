"""The help of the commands: sentences that are understood without the option's name, and that fit on the screen."""

import click
import pytest

from autocode.cli import main


def commands_of(group: click.Group, before: str = "") -> dict[str, click.Command]:
    """Return the commands of a group, those of groups in it by both names: "codebook add"."""
    commands = {}
    for name, command in sorted(group.commands.items()):
        commands[f"{before}{name}"] = command
        if isinstance(command, click.Group):
            commands |= commands_of(command, f"{before}{name} ")
    return commands


COMMANDS = commands_of(main)
PARAMETERS = [
    pytest.param(parameter, id=f"{name} {parameter.opts[0]}")
    for name, command in (("autocode", main), *COMMANDS.items())
    for parameter in command.params
]


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_the_help_of_an_option_is_a_full_sentence(parameter):
    text = parameter.help

    assert text, f"{parameter.name} has no help"
    assert text[0].isupper()
    assert text.endswith(".")
    assert len(text.split()) >= 3


@pytest.mark.parametrize("name", COMMANDS)
def test_the_first_sentence_of_a_command_fits_into_the_list_of_commands(name):
    short = COMMANDS[name].get_short_help_str()  # 45 characters

    assert short.endswith(".") or short == COMMANDS[name].help.splitlines()[0].rstrip(".")
    assert "..." not in short


def test_no_command_is_cut_in_a_terminal_of_80_columns(run):
    shown = run("--help").stdout

    assert "..." not in shown.partition("Commands:")[2]
    assert all(len(line) <= 80 for line in shown.splitlines())


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_what_options_choose_from(run, name):
    shown = run(*name.split(), "--help").stdout

    for parameter in COMMANDS[name].params:
        if isinstance(parameter.type, click.Choice):
            assert parameter.type.choices
            assert f"[{'|'.join(parameter.type.choices)}]" in shown
