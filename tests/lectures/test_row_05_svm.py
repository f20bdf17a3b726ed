"""Row 5: the multiclass SVM loss, regularised, in loops as on the slide and vectorised: the two agree."""

import numpy as np
import pytest

import symgrad as sg
from lectures.helpers import ATOL, RTOL, both, central, code


def svm_loops(W, X, y, reg):
    delta = 1.0
    num_train = X.shape[0]
    num_classes = W.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = W.dot(X[i])
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + delta
            if margin > 0:
                loss += margin
    loss /= num_train
    loss += reg * np.sum(W * W)
    return loss


def svm_vectorised(W, X, y, reg):
    delta = 1.0
    num_train = X.shape[0]
    scores = X.dot(W.T)
    correct = scores[np.arange(num_train), y]
    margins = np.maximum(0, scores - correct[:, np.newaxis] + delta)
    return (np.sum(margins) - num_train * delta) / num_train + reg * np.sum(W * W)


def one_example(x, y, W):
    """`L_i` of the slide: one example at a time, the margins by `max`."""
    delta = 1.0
    scores = W.dot(x)
    correct_class_score = scores[y]
    D = W.shape[0]
    loss_i = 0.0
    for j in range(D):
        if j == y:
            continue
        loss_i += max(0, scores[j] - correct_class_score + delta)
    return loss_i


def by_hand(W, X, y, reg):
    """The slide's gradient: each violated margin pushes two rows apart."""
    scores = X @ W.T
    rows = np.arange(len(y))
    violated = (scores - scores[rows, y][:, None] + 1.0 > 0).astype(float)
    violated[rows, y] = 0.0
    violated[rows, y] = -violated.sum(axis=1)
    return violated.T @ X / len(y) + 2 * reg * W, violated @ W / len(y)


def problem(rng, n=6, d=4, c=3):
    return rng.normal(size=(c, d)), rng.normal(size=(n, d)), rng.integers(0, c, size=n), 0.1


@both
@pytest.mark.parametrize("loss", [svm_loops, svm_vectorised])
def test_the_gradient_is_the_slides(rng, loss, jit):
    args = problem(rng)
    value, (dW, dX) = sg.value_and_grad(loss, wrt=("W", "X"), jit=jit)(*args)
    expected_dW, expected_dX = by_hand(*args)
    np.testing.assert_allclose(value, svm_loops(*args), rtol=RTOL, atol=ATOL)
    np.testing.assert_allclose(dW, expected_dW, rtol=RTOL, atol=ATOL)
    np.testing.assert_allclose(dX, expected_dX, rtol=RTOL, atol=ATOL)


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 3, 2), (5, 1, 4)])
def test_loops_and_vectors_agree_on_every_size(rng, shape):
    args = problem(rng, *shape)
    loops = sg.grad(svm_loops, wrt="*", jit=False)(*args)
    vectors = sg.grad(svm_vectorised, wrt="*", jit=False)(*args)
    for a, b in zip(loops, vectors, strict=True):
        np.testing.assert_allclose(a, b, rtol=RTOL, atol=ATOL)


@both
def test_one_example(rng, jit):
    W, X, y, _ = problem(rng)
    dx, dW = sg.grad(one_example, wrt=("x", "W"), jit=jit)(X[0], int(y[0]), W)
    args = (X[0], int(y[0]), W)
    np.testing.assert_allclose(dx, central(one_example, args, 0, step=1e-6), rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(dW, central(one_example, args, 2, step=1e-6), rtol=1e-8, atol=1e-8)


def test_at_the_hinge_the_subgradient_is_that_of_the_branch_taken():
    # Scores 0 and 1, the right class has 1: its margin is exactly 0, not greater.
    W, X, y = np.array([[0.0], [1.0]]), np.array([[1.0]]), np.array([1])
    for loss in (svm_loops, svm_vectorised):
        np.testing.assert_array_equal(sg.grad(loss, jit=False)(W, X, y, 0.0), [[0.0], [0.0]])


def test_the_backward_pass_is_a_loop_over_the_examples(rng):
    text = code(sg.grad(svm_loops, jit=False).source_for(*problem(rng)))
    for line in (
        "for i in range(num_train - 1, -1, -1):",
        "dmargin = dloss",
        "dW += np.outer(dscores, X[i])",
    ):
        assert line in text
    assert "loss +=" not in text.replace("dloss", "")  # the value is not asked for: nothing adds it up
