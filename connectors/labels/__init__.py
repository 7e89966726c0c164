"""Labels that people give to items: exports of labelling tools."""
