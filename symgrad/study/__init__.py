"""For people: side-by-side listings, graphs with values and gradients, formulas, pages."""
