"""The codes a team agreed on: themes, subthemes, definitions, versions."""

from autocode.codebook._nouns import Code, Codebook, CodeId

__all__ = ["Code", "CodeId", "Codebook"]
