"""Coefficients as the cells of a table."""

from autocode.agreement import Agreement


def value_cell(agreement: Agreement | None) -> str:
    """Return a coefficient without its interval, a dash where it is undefined, nothing where there is none."""
    if agreement is None:
        return ""
    return "–" if agreement.undefined is not None else f"{agreement.value:.2f}"


def level_of(agreement: Agreement) -> str:
    """Return the confidence level of an interval, such as `95 %`."""
    return f"{100 * agreement.level:g} %"
