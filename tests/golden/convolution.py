"""A smoothed signal: np.convolve is a loop of the language, its adjoint a loop of correlations."""

import numpy as np


def smoothed(signal, kernel, target):
    error = np.convolve(signal, kernel, "valid") - target
    return np.sum(error**2)


MODE, WRT = "value_and_grad", ("signal", "kernel")


def arguments(rng):
    return rng.normal(size=9), rng.normal(size=3), rng.normal(size=7)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# smoothed(signal:float64[n], kernel:float64[m], target:float64[n - m + 1]):
#   t:float64[1] = getitem(signal, index=(Span(start=0, step=1, extent=1),))
#   t_1:float64[1] = getitem(kernel, index=(Span(start=0, step=1, extent=1),))
#   t_2:float64[1] = multiply(t, t_1)
#   t_3:float64[m + n - 1] = full(0.0, shape=(m + n - 1,))
#   t_4:int64[] = extent(dim=m)
#   t_5:float64[m + n - 1] = for(0, t_4, 1, t_3, kernel, signal)
#     (k_1:int64[], t_6:float64[m + n - 1], kernel_1:float64[m], signal_1:float64[n]) ->
#       t_7:float64[] = getitem(kernel_1, index=(At(position=k_1),))
#       t_8:float64[n] = multiply(signal_1, t_7)
#       t_9:float64[m + n - 1] = add_at(t_6, t_8, index=(Span(start=k_1, step=1, extent=n),))
#       yield t_9
#   t_10:float64[n - m + 1] = getitem(t_5, index=(Span(start=m - 1, step=1, extent=n - m + 1),))
#   error:float64[n - m + 1] = subtract(t_10, target)
#   t_11:float64[n - m + 1] = power(error, 2.0)
#   t_12:float64[] = sum(t_11, axis=(0,), keepdims=False)
#   return t_12
#   require n - 1 >= 0
#   require m - 1 >= 0
#   require m + n - 1 >= 0
#   require n - m >= 0
#   require n - m - 1 >= 0
#   require n - m + 1 >= 0


# ---- graph: value_and_grad
# value_and_grad_smoothed(signal:float64[n], kernel:float64[m], target:float64[n - m + 1]):
#   t:float64[m + n - 1] = full(0.0, shape=(m + n - 1,))
#   t_1:int64[] = extent(dim=m)
#   t_2:float64[m + n - 1] = for(0, t_1, 1, t, kernel, signal)
#     (k_1:int64[], t_3:float64[m + n - 1], kernel_1:float64[m], signal_1:float64[n]) ->
#       t_4:float64[] = getitem(kernel_1, index=(At(position=k_1),))
#       t_5:float64[n] = multiply(signal_1, t_4)
#       t_6:float64[m + n - 1] = add_at(t_3, t_5, index=(Span(start=k_1, step=1, extent=n),))
#       yield t_6
#   t_7:float64[n - m + 1] = getitem(t_2, index=(Span(start=m - 1, step=1, extent=n - m + 1),))
#   error:float64[n - m + 1] = subtract(t_7, target)
#   t_8:float64[n - m + 1] = power(error, 2.0)
#   t_9:float64[] = sum(t_8, axis=(0,), keepdims=False)
#   derror:float64[n - m + 1] = multiply(2.0, error)  # bwd
#   t_10:float64[m + n - 1] = full(0.0, shape=(m + n - 1,))  # bwd
#   t_11:float64[m + n - 1] = add_at(t_10, derror, index=(Span(start=m - 1, step=1, extent=n - m + 1),))  # bwd
#   t_12:int64[] = extent(dim=m - 1)  # bwd
#   t_13:float64[m] = full(0.0, shape=(m,))  # bwd
#   t_14:float64[n] = full(0.0, shape=(n,))  # bwd
#   dkernel:float64[m], dsignal:float64[n] = for(t_12, -1, -1, t_13, t_14, t_11, kernel, signal)  # bwd
#     (k_1_1:int64[], dkernel_1:float64[m], dsignal_1:float64[n], t_15:float64[m + n - 1], kernel_2:float64[m], signal_2:float64[n]) ->
#       t_16:float64[] = getitem(kernel_2, index=(At(position=k_1),))  # bwd
#       t_17:float64[n] = getitem(t_15, index=(Span(start=k_1, step=1, extent=n),))  # bwd
#       t_18:float64[n] = multiply(t_17, t_16)  # bwd
#       dsignal_2:float64[n] = add(dsignal_1, t_18)  # bwd
#       t_19:float64[n] = multiply(t_17, signal_2)  # bwd
#       t_20:float64[] = sum(t_19, axis=(0,), keepdims=False)  # bwd
#       dkernel_2:float64[m] = add_at(dkernel_1, t_20, index=(At(position=k_1),))  # bwd
#       yield dkernel_2, dsignal_2
#   return t_9, dsignal, dkernel
#   require n - 1 >= 0
#   require m - 1 >= 0
#   require m + n - 1 >= 0
#   require n - m >= 0
#   require n - m - 1 >= 0
#   require n - m + 1 >= 0


# ---- study text

import numpy as np


def value_and_grad_smoothed(signal, kernel, target):
    n = signal.shape[0]
    m = kernel.shape[0]
    state = np.zeros(m + n - 1)
    for k_1 in range(m):
        state[k_1:k_1 + n] += signal * kernel[k_1]
    error = state[m - 1:n] - target
    out = np.sum(error**2)

    # return np.sum(error**2)
    derror = 2.0 * error
    # error = np.convolve(signal, kernel, "valid") - target
    fill = np.zeros(m + n - 1)
    fill[m - 1:n] += derror
    dkernel = np.zeros_like(kernel)
    dsignal = np.zeros_like(signal)
    for k_1 in range(m - 1, -1, -1):
        part = fill[k_1:k_1 + n]
        dsignal += part * kernel[k_1]
        dkernel[k_1] += np.sum(part * signal)
    return out, (dsignal, dkernel)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_smoothed___HASH__(signal, kernel, target):
    n = signal.shape[0]
    m = kernel.shape[0]
    if target.shape[0] != n - m + 1:
        raise ValueError('axis 0 of `target` does not have length n - m + 1')
    if n - 1 < 0:
        raise ValueError('n - 1 >= 0')
    if m - 1 < 0:
        raise ValueError('m - 1 >= 0')
    if m + n - 1 < 0:
        raise ValueError('a shape has a negative extent, 11')
    if n - m < 0:
        raise ValueError('n - m >= 0')
    if n - m - 1 < 0:
        raise ValueError('n - m - 1 >= 0')
    if n - m + 1 < 0:
        raise ValueError('n - m + 1 >= 0')
    # error = np.convolve(signal, kernel, "valid") - target
    t2 = np.zeros(m + n - 1)
    for k_1 in range(m):
        # error = np.convolve(signal, kernel, "valid") - target
        kernel_n = kernel[k_1]
        for i in range(n):
            t2[i + k_1] += signal[i] * kernel_n
    # adjoint of error = np.convolve(signal, kernel, "valid") - target
    arr = np.zeros(m + n - 1)
    dkernel = np.zeros(m)
    dsignal = np.zeros(n)

    # return np.sum(error**2)
    # adjoint of error = np.convolve(signal, kernel, "valid") - target
    total = 0.0
    for i in range(n - m + 1):
        error_i = t2[i + m - 1] - target[i]
        total = plus(total, error_i * error_i)
        derror_i = 2.0 * error_i
        arr[i + m - 1] += derror_i
    # adjoint of error = np.convolve(signal, kernel, "valid") - target
    for k_1 in range(m):
        # adjoint of error = np.convolve(signal, kernel, "valid") - target
        kernel_n_2 = kernel[k_1]
        total2 = 0.0
        for i in range(n):
            arr_i = arr[i + k_1]
            dsignal[i] += arr_i * kernel_n_2
            total2 = plus(total2, arr_i * signal[i])
        dkernel[k_1] += total2
    return total, (dsignal, dkernel)
