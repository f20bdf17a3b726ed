"""Programs of NPBench as they are: plain NumPy, by many hands; complex ones are refused."""

# ruff: noqa: B007 (the programs are what people write)

import numpy as np
from language.programs import Programs

R = np.random.default_rng(5)
M = R.normal(size=(6, 6))
SPD = M @ M.T + 6.0 * np.eye(6)
PROGRAMS = Programs()
program, refused = PROGRAMS.program, PROGRAMS.refused


@program(R.uniform(1, 2, 60), R.uniform(0, 1, 60), 6)
def azimint_hist(data, radius, npt):
    histu = np.histogram(radius, npt)[0]
    histw = np.histogram(radius, npt, weights=data)[0]
    return histw / histu


@program(SPD)
def cholesky2(A):
    A[:] = np.linalg.cholesky(A) + np.triu(A, k=1)
    return A


@program(R.uniform(1, 50, (5, 6)), R.uniform(1, 50, (5, 6)), 4.0, 3.0, 9.0)
def compute(array_1, array_2, a, b, c):
    return np.clip(array_1, 2, 10) * a + array_2 * b + c


@program(np.array([3, 200, 17, 255], dtype=np.uint8), R.normal(size=4))
def crc16(data, x):
    poly = 0x8408
    crc = 0xFFFF
    for b in data:
        cur_byte = 0xFF & b
        for _ in range(0, 8):
            if (crc & 0x0001) ^ (cur_byte & 0x0001):
                crc = (crc >> 1) ^ poly
            else:
                crc >>= 1
            cur_byte >>= 1
    crc = ~crc & 0xFFFF
    crc = (crc << 8) | ((crc >> 8) & 0xFF)
    return np.sum(x**2) * (crc & 0xFFFF)


@refused("a complex number", -2.0, 0.5, -1.25, 1.25, 7, 6, 10, 2.0)
def mandelbrot1(xmin, xmax, ymin, ymax, xn, yn, maxiter, horizon=2.0):
    X = np.linspace(xmin, xmax, xn, dtype=np.float64)
    Y = np.linspace(ymin, ymax, yn, dtype=np.float64)
    C = X + Y[:, None] * 1j
    N = np.zeros(C.shape, dtype=np.int64)
    Z = np.zeros(C.shape, dtype=np.complex128)
    for n in range(maxiter):
        I = np.less(abs(Z), horizon)
        N[I] = n
        Z[I] = Z[I] ** 2 + C[I]
    N[maxiter - 1 == N] = 0
    return Z, N


def match(b1, b2):
    if b1 + b2 == 3:
        return 1
    else:
        return 0


@program(R.integers(0, 4, 9), R.normal(size=9))
def nussinov(seq, x):
    N = len(seq)
    table = np.zeros((N, N), np.int32)
    for i in range(N - 1, -1, -1):
        for j in range(i + 1, N):
            if j - 1 >= 0:
                table[i, j] = max(table[i, j], table[i, j - 1])
            if i + 1 < N:
                table[i, j] = max(table[i, j], table[i + 1, j])
            if j - 1 >= 0 and i + 1 < N:
                if i < j - 1:
                    table[i, j] = max(table[i, j], table[i + 1, j - 1] + match(seq[i], seq[j]))
                else:
                    table[i, j] = max(table[i, j], table[i + 1, j - 1])
            for k in range(i + 1, j):
                table[i, j] = max(table[i, j], table[i, k] + table[k + 1, j])
    return np.sum(table[0] * x**2)


@program(
    R.normal(size=(6, 7)),
    R.normal(size=(7,)),
    np.array([0, 3, 5, 9]),
    np.array([0, 2, 4, 1, 3, 0, 2, 5, 6]),
    R.normal(size=9),
)
def spmv(A, x, A_row, A_col, A_val):
    y = np.empty(A_row.size - 1, A_val.dtype)
    for i in range(A_row.size - 1):
        cols = A_col[A_row[i] : A_row[i + 1]]
        vals = A_val[A_row[i] : A_row[i + 1]]
        y[i] = vals @ x[cols]
    return y


def relu(x):
    return np.maximum(x, 0)


def conv2d(input, weights):
    K = weights.shape[0]
    N = input.shape[0]
    H_out = input.shape[1] - K + 1
    W_out = input.shape[2] - K + 1
    C_out = weights.shape[3]
    output = np.empty((N, H_out, W_out, C_out), dtype=input.dtype)
    for i in range(H_out):
        for j in range(W_out):
            output[:, i, j, :] = np.sum(
                input[:, i : i + K, j : j + K, :, np.newaxis] * weights[np.newaxis, :, :, :], axis=(1, 2, 3)
            )
    return output


def batchnorm2d(x, eps=1e-5):
    mean = np.mean(x, axis=0, keepdims=True)
    std = np.std(x, axis=0, keepdims=True)
    return (x - mean) / np.sqrt(std + eps)


@program(
    R.normal(size=(2, 4, 4, 3)),
    R.normal(size=(1, 1, 3, 2)),
    R.normal(size=(3, 3, 2, 2)),
    R.normal(size=(1, 1, 2, 3)),
)
def resnet_basicblock(input, conv1, conv2, conv3):
    padded = np.zeros((input.shape[0], input.shape[1] + 2, input.shape[2] + 2, conv1.shape[3]))
    padded[:, 1:-1, 1:-1, :] = conv2d(input, conv1)
    x = batchnorm2d(padded)
    x = relu(x)
    x = conv2d(x, conv2)
    x = batchnorm2d(x)
    x = relu(x)
    x = conv2d(x, conv3)
    x = batchnorm2d(x)
    return relu(x + input)


@program(R.normal(size=(2, 2, 2, 2)), R.normal(size=(2, 3, 2, 2)), R.integers(0, 3, (2, 2)))
def scattering_self_energies(dH, G, neigh_idx):
    Nkz, NE = 2, 3
    Sigma = np.zeros_like(G)
    for k in range(Nkz):
        for E in range(NE):
            for q in range(2):
                for w in range(2):
                    for i in range(2):
                        for j in range(2):
                            if E - w >= 0:
                                dHG = G[k, (E - w)] @ dH[i, j]
                                dHD = dH[i, j] * 0.5
                                Sigma[k, E] += dHG @ dHD
    return Sigma


@program(R.normal(size=8), R.normal(size=8))
def stockham_real(re, im):
    n = 8
    K = 3
    yr = re.copy()
    yi = im.copy()
    for i in range(K):
        h = 1 << i
        zr = np.zeros(n)
        zi = np.zeros(n)
        for j in range(n // 2):
            k = (j >> i) << i
            w = -np.pi * k / (n // 2)
            ar, ai = yr[j], yi[j]
            br, bi = yr[j + n // 2], yi[j + n // 2]
            t = (j // h) * 2 * h + (j % h)
            zr[t] = ar + br
            zi[t] = ai + bi
            dr, di = ar - br, ai - bi
            zr[t + h] = dr * np.cos(w) - di * np.sin(w)
            zi[t + h] = dr * np.sin(w) + di * np.cos(w)
        yr = zr
        yi = zi
    return np.sum(yr**2 * np.arange(n) + yi**3)


@program(R.normal(size=(8)), R.normal(size=(8)))
def clipping(x, g):
    n = np.sqrt(np.sum(g * g))
    scale = min(1.0, 0.5 / n)
    y = x - scale * g
    np.clip(y, -1, 1, out=y)
    return y


test_program, test_refused = PROGRAMS.tests()
