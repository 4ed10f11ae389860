"""The parts of options and arguments that click lacks: choices that are loaded late, and arguments with help."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, get_args

import click

if TYPE_CHECKING:
    _ChoiceOfText = click.Choice[str]
else:
    _ChoiceOfText = click.Choice  # generic only since click 8.4


class Argument(click.Argument):
    """An argument with help, which click itself has only since 8.5."""

    def __init__(self, *declarations: Any, **options: Any) -> None:
        text = options.pop("help", None)
        super().__init__(*declarations, **options)
        self.help = text


class LazyChoice(_ChoiceOfText):
    """A choice whose values are loaded when the option is parsed or described, so that importing it stays fast."""

    def __init__(self, load: Callable[[], Iterable[str]]) -> None:
        self._load = load
        self._loaded: tuple[str, ...] = ()
        super().__init__(())

    @property
    def choices(self) -> tuple[str, ...]:
        """The values, from where they are defined."""
        if not self._loaded:
            self._loaded = tuple(self._load())
        return self._loaded

    @choices.setter
    def choices(self, choices: tuple[str, ...]) -> None:
        self._loaded = choices


def _coefficients() -> Iterable[str]:
    from autocode.cli._agree import COEFFICIENTS

    return COEFFICIENTS


def _intervals() -> Iterable[str]:
    from autocode.agreement import Interval

    return (*get_args(Interval), "none")


def _levels() -> Iterable[str]:
    from autocode.cli._agree import LEVELS

    return LEVELS


def _methods() -> Iterable[str]:
    from autocode.study import PrevalenceMethod

    return get_args(PrevalenceMethod)


def _units() -> Iterable[str]:
    from autocode.transcripts import Unit

    return [unit.value for unit in Unit]


def _bases() -> Iterable[str]:
    from autocode.coding import Basis

    return [basis.value for basis in Basis]


def _redefinitions() -> Iterable[str]:
    from autocode.codebook import Redefinition

    return [kind.value for kind in Redefinition]


def _from_themes(name: str) -> Callable[[], Iterable[str]]:
    def choices() -> Iterable[str]:
        from autocode import themes

        return get_args(getattr(themes, name))

    return choices


COEFFICIENT = LazyChoice(_coefficients)
INTERVAL = LazyChoice(_intervals)
LEVEL = LazyChoice(_levels)
METHOD = LazyChoice(_methods)
UNIT = LazyChoice(_units)
BASIS = LazyChoice(_bases)
REDEFINITION = LazyChoice(_redefinitions)
CODED_BY = LazyChoice(_from_themes("CodedBy"))
WHICH_CODES = LazyChoice(_from_themes("Level"))
TOGETHER = LazyChoice(_from_themes("Where"))
