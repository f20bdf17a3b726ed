def primal(alpha, beta, A, B, x):
    y = alpha * (A @ x) + beta * (B @ x)
    return y @ y


VARIANTS = {"vec": primal}
STATIC = []
