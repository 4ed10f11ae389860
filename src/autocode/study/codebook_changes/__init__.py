"""Changes of a study's codebook: planned first, then recorded, with the file written from the record."""
