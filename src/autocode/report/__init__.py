"""What the study found, to read and to print: one self-contained page, or Markdown, and the plots in it."""

from autocode.report._plots import forest_plot, learning_curve
from autocode.report._write import write_report

__all__ = ["forest_plot", "learning_curve", "write_report"]
