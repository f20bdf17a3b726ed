"""IR to IR, adding meaning: the adjoint and the tangent program of a function."""
