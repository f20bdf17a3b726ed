"""Elimination with row exchanges: ways to find a pivot, to exchange rows, to subtract."""

from __future__ import annotations

import numpy as np


def outer_products(A, w):
    """The pivot by argmax, rows exchanged by index arrays."""
    A = A.copy()
    n = A.shape[0]
    for k in range(n - 1):
        p = k + np.argmax(np.abs(A[k:, k]))
        if p != k:
            A[[k, p]] = A[[p, k]]
        A[k + 1 :, k] /= A[k, k]
        A[k + 1 :, k + 1 :] -= np.outer(A[k + 1 :, k], A[k, k + 1 :])
    return np.sum(A * w)


def copied_rows(A, w):
    """Rows exchanged through a copy; loops over elements."""
    A = A.copy()
    n = A.shape[0]
    for k in range(n):
        p = k + int(np.argmax(np.abs(A[k:, k])))
        if p != k:
            row = A[k].copy()
            A[k] = A[p]
            A[p] = row
        for i in range(k + 1, n):
            A[i, k] = A[i, k] / A[k, k]
            for j in range(k + 1, n):
                A[i, j] -= A[i, k] * A[k, j]
    return np.sum(A * w)


def searched(A, w):
    """The pivot by a loop, elements exchanged one by one."""
    A = A.copy()
    n = A.shape[0]
    for k in range(n):
        p, best = k, abs(A[k, k])
        for i in range(k + 1, n):
            if abs(A[i, k]) > best:
                best = abs(A[i, k])
                p = i
        for j in range(n):
            t = A[k, j]
            A[k, j] = A[p, j]
            A[p, j] = t
        for i in range(k + 1, n):
            m = A[i, k] / A[k, k]
            A[i, k] = m
            for j in range(k + 1, n):
                A[i, j] -= m * A[k, j]
    return np.sum(A * w)


def solved(A, b):
    """Right-hand side, back substitution. A may have rows that no loop reads."""
    A = A.copy()
    b = b.copy()
    n = len(b)
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if abs(A[i, k]) > abs(A[p, k]):
                p = i
        if p != k:
            for j in range(k, n):
                A[k, j], A[p, j] = A[p, j], A[k, j]
            b[k], b[p] = b[p], b[k]
        for i in range(k + 1, n):
            f = A[i, k] / A[k, k]
            A[i, k:] -= f * A[k, k:]
            b[i] -= f * b[k]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - A[i, i + 1 :] @ x[i + 1 :]) / A[i, i]
    return np.sum(x**2)


def augmented(A, b):
    """One matrix for both; the factor is never named."""
    n = len(b)
    M = np.zeros((n, n + 1))
    M[:, :n] = A
    M[:, n] = b
    for k in range(n):
        p = np.argmax(np.abs(M[k:, k])) + k
        M[[k, p], :] = M[[p, k], :]
        for i in range(k + 1, n):
            M[i] -= M[i, k] / M[k, k] * M[k]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (M[i, n] - np.dot(M[i, i + 1 : n], x[i + 1 :])) / M[i, i]
    return np.sum(x**2)


def jordan(A, b):
    """Above the diagonal too: all rows but one."""
    A = A.copy()
    x = b.copy()
    n = len(b)
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if abs(A[i, k]) > abs(A[p, k]):
                p = i
        if p != k:
            row = A[k].copy()
            A[k] = A[p]
            A[p] = row
            x[k], x[p] = x[p], x[k]
        piv = A[k, k]
        A[k] = A[k] / piv
        x[k] = x[k] / piv
        for i in range(n):
            if i != k:
                f = A[i, k]
                A[i] -= f * A[k]
                x[i] -= f * x[k]
    return np.sum(x**2)


def permuted(A, w):
    """The exchanges are kept as a permutation too."""
    A = A.copy()
    n = A.shape[0]
    perm = np.arange(n)
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if abs(A[i, k]) > abs(A[p, k]):
                p = i
        perm[k], perm[p] = perm[p], perm[k]
        A[[k, p]] = A[[p, k]]
        for i in range(k + 1, n):
            A[i, k] /= A[k, k]
            A[i, k + 1 :] -= A[i, k] * A[k, k + 1 :]
    return np.sum(A * w[perm])


def determinant(A, w):
    """A number beside the matrix, whose sign each exchange changes."""
    A = A * w
    n = A.shape[0]
    d = 1.0
    for k in range(n):
        p = k + np.argmax(np.abs(A[k:, k]))
        if p != k:
            A[[k, p]] = A[[p, k]]
            d = -d
        d *= A[k, k]
        for i in range(k + 1, n):
            A[i, k:] -= A[i, k] / A[k, k] * A[k, k:]
    return d


def apart(A, w):
    """L and U kept apart; parts of rows are exchanged."""
    n = A.shape[0]
    U = A.copy()
    L = np.eye(n)
    for k in range(n - 1):
        p = k + np.argmax(np.abs(U[k:, k]))
        if p != k:
            row = U[k, k:].copy()
            U[k, k:] = U[p, k:]
            U[p, k:] = row
            row = L[k, :k].copy()
            L[k, :k] = L[p, :k]
            L[p, :k] = row
        for i in range(k + 1, n):
            L[i, k] = U[i, k] / U[k, k]
            U[i, k:] = U[i, k:] - L[i, k] * U[k, k:]
    return np.sum(L * w) + np.sum(U * w)


FACTORS = (outer_products, copied_rows, searched, permuted, determinant, apart)
SOLVERS = (solved, augmented, jordan)
