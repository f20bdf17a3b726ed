"""Window sums: the windows of a row side by side, one product for all of its pixels; so are both adjoints."""

import numpy as np


def response(image, weights):
    k, channels = weights.shape[0], weights.shape[3]
    height, width = image.shape[1] - k + 1, image.shape[2] - k + 1
    out = np.empty((image.shape[0], height, width, channels))
    for i in range(height):
        for j in range(width):
            window = image[:, i : i + k, j : j + k, :, np.newaxis]
            out[:, i, j, :] = np.sum(window * weights, axis=(1, 2, 3))
    return np.sum(np.tanh(out))


MODE, WRT = "value_and_grad", ("image", "weights")


def arguments(rng):
    return rng.normal(size=(2, 5, 6, 3)), rng.normal(size=(3, 3, 3, 4))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# response(image:float64[n, m, p, q], weights:float64[k, k, q, channels]):
#   out:float64[n, m - k + 1, p - k + 1, channels] = full(0.0, shape=(n, m - k + 1, p - k + 1, channels))
#   t:int64[] = extent(dim=m - k + 1)
#   out_1:float64[n, m - k + 1, p - k + 1, channels] = for(0, t, 1, out, image, weights)
#     (i:int64[], out_2:float64[n, m - k + 1, p - k + 1, channels], image_1:float64[n, m, p, q], weights_1:float64[k, k, q, channels]) ->
#       t_1:int64[] = extent(dim=p - k + 1)
#       out_3:float64[n, m - k + 1, p - k + 1, channels] = for(0, t_1, 1, out_2, image_1, weights_1, i)
#         (j:int64[], out_4:float64[n, m - k + 1, p - k + 1, channels], image_2:float64[n, m, p, q], weights_2:float64[k, k, q, channels], i_1:int64[]) ->
#           window:float64[n, k, k, q, 1] = getitem(image_2, index=(Span(start=0, step=1, extent=n), Span(start=i, step=1, extent=k), Span(start=j, step=1, extent=k), Span(start=0, step=1, extent=q), NewAxis()))
#           t_2:float64[n, k, k, q, channels] = multiply(window, weights_2)
#           t_3:float64[n, channels] = sum(t_2, axis=(1, 2, 3), keepdims=False)
#           out_5:float64[n, m - k + 1, p - k + 1, channels] = setitem(out_4, t_3, index=(Span(start=0, step=1, extent=n), At(position=i), At(position=j), Span(start=0, step=1, extent=channels)))
#           yield out_5
#       yield out_3
#   t_4:float64[n, m - k + 1, p - k + 1, channels] = tanh(out_1)
#   t_5:float64[] = sum(t_4, axis=(0, 1, 2, 3), keepdims=False)
#   return t_5
#   require m - k + 1 >= 0
#   require p - k + 1 >= 0


# ---- graph: value_and_grad
# value_and_grad_response(image:float64[n, m, p, q], weights:float64[k, k, q, channels]):
#   out:float64[n, m - k + 1, p - k + 1, channels] = full(0.0, shape=(n, m - k + 1, p - k + 1, channels))
#   t:int64[] = extent(dim=m - k + 1)
#   out_1:float64[n, m - k + 1, p - k + 1, channels] = for(0, t, 1, out, image, weights)
#     (i:int64[], out_2:float64[n, m - k + 1, p - k + 1, channels], image_1:float64[n, m, p, q], weights_1:float64[k, k, q, channels]) ->
#       t_1:int64[] = extent(dim=p - k + 1)
#       out_3:float64[n, m - k + 1, p - k + 1, channels] = for(0, t_1, 1, out_2, image_1, weights_1, i)
#         (j:int64[], out_4:float64[n, m - k + 1, p - k + 1, channels], image_2:float64[n, m, p, q], weights_2:float64[k, k, q, channels], i_1:int64[]) ->
#           window:float64[n, k, k, q, 1] = getitem(image_2, index=(Span(start=0, step=1, extent=n), Span(start=i, step=1, extent=k), Span(start=j, step=1, extent=k), Span(start=0, step=1, extent=q), NewAxis()))
#           t_2:float64[n, k, k, q, channels] = multiply(window, weights_2)
#           t_3:float64[n, channels] = sum(t_2, axis=(1, 2, 3), keepdims=False)
#           out_5:float64[n, m - k + 1, p - k + 1, channels] = setitem(out_4, t_3, index=(Span(start=0, step=1, extent=n), At(position=i), At(position=j), Span(start=0, step=1, extent=channels)))
#           yield out_5
#       yield out_3
#   t_4:float64[n, m - k + 1, p - k + 1, channels] = tanh(out_1)
#   t_5:float64[] = sum(t_4, axis=(0, 1, 2, 3), keepdims=False)
#   t_6:float64[n, m - k + 1, p - k + 1, channels] = multiply(t_4, t_4)  # bwd
#   dout:float64[n, m - k + 1, p - k + 1, channels] = subtract(1.0, t_6)  # bwd
#   t_7:int64[] = extent(dim=m - k)  # bwd
#   t_8:float64[n, m, p, q] = full(0.0, shape=(n, m, p, q))  # bwd
#   t_9:float64[k, k, q, channels] = full(0.0, shape=(k, k, q, channels))  # bwd
#   dout_1:float64[n, m - k + 1, p - k + 1, channels], dimage:float64[n, m, p, q], dweights:float64[k, k, q, channels] = for(t_7, -1, -1, dout, t_8, t_9, image, weights)  # bwd
#     (i_2:int64[], dout_2:float64[n, m - k + 1, p - k + 1, channels], dimage_1:float64[n, m, p, q], dweights_1:float64[k, k, q, channels], image_3:float64[n, m, p, q], weights_3:float64[k, k, q, channels]) ->
#       t_10:int64[] = extent(dim=p - k)  # bwd
#       dout_3:float64[n, m - k + 1, p - k + 1, channels], dimage_2:float64[n, m, p, q], dweights_2:float64[k, k, q, channels] = for(t_10, -1, -1, dout_2, dimage_1, dweights_1, image_3, weights_3, i_2)  # bwd
#         (j_1:int64[], dout_4:float64[n, m - k + 1, p - k + 1, channels], dimage_3:float64[n, m, p, q], dweights_3:float64[k, k, q, channels], image_4:float64[n, m, p, q], weights_4:float64[k, k, q, channels], i_3:int64[]) ->
#           window_1:float64[n, k, k, q, 1] = getitem(image_4, index=(Span(start=0, step=1, extent=n), Span(start=i, step=1, extent=k), Span(start=j, step=1, extent=k), Span(start=0, step=1, extent=q), NewAxis()))  # bwd
#           t_11:float64[n, channels] = getitem(dout_4, index=(Span(start=0, step=1, extent=n), At(position=i), At(position=j), Span(start=0, step=1, extent=channels)))  # bwd
#           dout_5:float64[n, m - k + 1, p - k + 1, channels] = setitem(dout_4, 0.0, index=(Span(start=0, step=1, extent=n), At(position=i), At(position=j), Span(start=0, step=1, extent=channels)))  # bwd
#           t_12:float64[n, 1, 1, 1, channels] = reshape(t_11, shape=(n, 1, 1, 1, channels))  # bwd
#           t_13:float64[n, k, k, q, channels] = multiply(t_12, weights_4)  # bwd
#           dwindow:float64[n, k, k, q, 1] = sum(t_13, axis=(4,), keepdims=True)  # bwd
#           t_14:float64[n, k, k, q, channels] = multiply(t_12, window_1)  # bwd
#           t_15:float64[k, k, q, channels] = sum(t_14, axis=(0,), keepdims=False)  # bwd
#           dweights_4:float64[k, k, q, channels] = add(dweights_3, t_15)  # bwd
#           dimage_4:float64[n, m, p, q] = add_at(dimage_3, dwindow, index=(Span(start=0, step=1, extent=n), Span(start=i, step=1, extent=k), Span(start=j, step=1, extent=k), Span(start=0, step=1, extent=q), NewAxis()))  # bwd
#           yield dout_5, dimage_4, dweights_4
#       yield dout_3, dimage_2, dweights_2
#   return t_5, dimage, dweights
#   require m - k + 1 >= 0
#   require p - k + 1 >= 0


# ---- study text

import numpy as np


def value_and_grad_response(image, weights):
    n = image.shape[0]
    m = image.shape[1]
    p = image.shape[2]
    k = weights.shape[0]
    channels = weights.shape[3]
    out = np.zeros((n, m - k + 1, p - k + 1, channels))
    for i in range(m - k + 1):
        for j in range(p - k + 1):
            window = image[:, i:i + k, j:j + k, :, None]
            out[:, i, j] = np.sum(window * weights, axis=(1, 2, 3))
    th = np.tanh(out)
    out2 = np.sum(th)

    # return np.sum(np.tanh(out))
    dout = 1 - th * th
    # for i in range(height):
    dimage = np.zeros_like(image)
    dweights = np.zeros_like(weights)
    for i in range(m - k, -1, -1):
        # for j in range(width):
        for j in range(p - k, -1, -1):
            # window = image[:, i : i + k, j : j + k, :, np.newaxis]
            window = image[:, i:i + k, j:j + k, :, None]
            # out[:, i, j, :] = np.sum(window * weights, axis=(1, 2, 3))
            part = dout[:, i, j].copy()
            dout[:, i, j] = 0.0
            flat = part.reshape(n, 1, 1, 1, channels)
            dwindow = np.sum(flat * weights, axis=4, keepdims=True)
            dweights += np.sum(flat * window, axis=0)
            # window = image[:, i : i + k, j : j + k, :, np.newaxis]
            dimage[:, i:i + k, j:j + k, :, None] += dwindow
    return out2, (dimage, dweights)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus
from symgrad.vmath import tanh


@njit
def value_and_grad_response___HASH__(image, weights):
    n, m, p, q = image.shape
    k = weights.shape[0]
    channels = weights.shape[3]
    if weights.shape[1] != k:
        raise ValueError('axis 1 of `weights` does not have the length of axis 0 of `weights`')
    if weights.shape[2] != q:
        raise ValueError('axis 2 of `weights` does not have the length of axis 3 of `image`')
    if m - k + 1 < 0:
        raise ValueError('a shape has a negative extent, 3')
    if p - k + 1 < 0:
        raise ValueError('a shape has a negative extent, 4')
    weights = np.ascontiguousarray(weights)
    # adjoint of for i in range(height):
    out_2 = np.zeros((n, m - k + 1, p - k + 1, channels))
    dimage = np.zeros((n, m, p, q))
    dweights = np.zeros((k, k, q, channels))
    dout = np.empty((n, p - k + 1, channels))
    for i in range(m - k + 1):
        # for j in range(width):
        for first in range(0, p - k + 1, 64):
            stop = min(p - k + 1, first + 64)
            count = stop - first
            flat = weights.reshape((k * k * q, channels))
            rows = np.empty((n, count, k, k, q))
            for trip in range(count):
                j = first + trip
                for l in range(n):
                    for r in range(k):
                        for s in range(k):
                            for t in range(q):
                                rows[l, trip, r, s, t] = image[l, r + i, s + j, t]
            flat2 = rows.reshape((count * n, k * k * q))
            dot = np.dot(flat2, flat)
            flat3 = dot.reshape((n, count, channels))
            for trip in range(count):
                j = first + trip
                # out[:, i, j, :] = np.sum(window * weights, axis=(1, 2, 3))
                for l in range(n):
                    for r in range(channels):
                        out_2[l, i, j, r] = flat3[l, trip, r]
        # return np.sum(np.tanh(out))
        # adjoint of return np.sum(np.tanh(out))
        for l in range(n):
            for r in range(p - k + 1):
                for s in range(channels):
                    th2_lrs = tanh(out_2[l, i, r, s])
                    dout[l, r, s] = 1.0 - th2_lrs * th2_lrs
        # adjoint of for j in range(width):
        for first in range(0, p - k + 1, 64):
            stop = min(p - k + 1, first + 64)
            count_1 = stop - first
            flat4 = weights.reshape((k * k * q, channels))
            rows_4 = np.empty((n, count_1, channels))
            rows_5 = np.empty((n, count_1, k, k, q))
            for trip in range(count_1):
                j = first + trip
                for l in range(n):
                    for r in range(channels):
                        rows_4[l, trip, r] = dout[l, j, r]
                    for r in range(k):
                        for s in range(k):
                            for t in range(q):
                                rows_5[l, trip, r, s, t] = image[l, r + i, s + j, t]
            flat5 = rows_4.reshape((count_1 * n, channels))
            dot2 = np.dot(flat5, flat4.T)
            flat6 = dot2.reshape((n, count_1, k, k, q))
            for trip in range(count_1):
                j = first + trip
                # adjoint of window = image[:, i : i + k, j : j + k, :, np.newaxis]
                for l in range(n):
                    for r in range(k):
                        for s in range(k):
                            for t in range(q):
                                dimage[l, r + i, s + j, t] += flat6[l, trip, r, s, t]
            flat7 = rows_5.reshape((count_1 * n, k * k * q))
            dot3 = np.dot(flat7.T, flat5)
            flat8 = dot3.reshape((k, k, q, channels))
            for l in range(k):
                for r in range(k):
                    for s in range(q):
                        for t in range(channels):
                            dweights[l, r, s, t] += flat8[l, r, s, t]
    # return np.sum(np.tanh(out))
    total = 0.0
    for l in range(n):
        for r in range(m - k + 1):
            for s in range(p - k + 1):
                for t in range(channels):
                    total = plus(total, tanh(out_2[l, r, s, t]))
    return total, (dimage, dweights)
