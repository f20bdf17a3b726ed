def primal(A, p, r):
    s = r @ A
    q = A @ p
    return s @ s + q @ q


VARIANTS = {"vec": primal}
STATIC = []
