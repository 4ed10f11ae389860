"""What the study found, to read and to print: one self-contained page, or Markdown, and the plots in it."""

from autocode.report._appendix import write_agreement, write_ratings_agreement
from autocode.report._codebook import write_codebook_difference, write_codebook_document
from autocode.report._heat_map import coder_heat_map
from autocode.report._methods import methods_appendix, methods_paragraph
from autocode.report._plots import forest_plot, learning_curve
from autocode.report._retrieved import retrieved_lines_document, write_retrieved_lines
from autocode.report._write import write_report

__all__ = [
    "coder_heat_map",
    "forest_plot",
    "learning_curve",
    "methods_appendix",
    "methods_paragraph",
    "retrieved_lines_document",
    "write_agreement",
    "write_codebook_difference",
    "write_codebook_document",
    "write_ratings_agreement",
    "write_report",
    "write_retrieved_lines",
]
