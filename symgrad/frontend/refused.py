"""Functions of NumPy and SciPy that are refused by name: why, and what to write instead.

In: the name of a function, as a user writes it. Out: two sentences for the message, or None where there is
nothing better to say than that the function is not known.
"""

from __future__ import annotations

_COMPLEX = "its results are complex, and the compiler knows real numbers only"
_SIZE = "the shape of its result depends on the data"
_STEP = "it counts: its result changes in steps, and its derivative is 0 wherever there is one"
_RANDOM = "it draws another number at each call, so that no derivative is that of the value seen"

# fmt: off
_REASONS: dict[str, tuple[str, str]] = {
    "np.linalg.svd": (
        "its factors jump where two singular values meet",
        "np.linalg.eigh(a.T @ a), whose eigenvalues are the squares of the singular values"),
    "np.linalg.svdvals": ("it has no rule yet", "np.sqrt(np.linalg.eigvalsh(a.T @ a))"),
    "np.linalg.pinv": (
        "it finds out the rank of the matrix from the data",
        "np.linalg.solve(a.T @ a, a.T), for a matrix of full column rank"),
    "np.linalg.eig": (_COMPLEX, "np.linalg.eigh, for a symmetric matrix"),
    "np.linalg.eigvals": (_COMPLEX, "np.linalg.eigvalsh, for a symmetric matrix"),
    "np.linalg.cond": ("it has no rule yet", "the quotient of the ends of np.linalg.eigvalsh(a.T @ a)"),
    "np.linalg.matrix_rank": (_STEP, "compute it before, and pass it"),
    "np.unique": (_SIZE, "sort the values with np.sort, or find them before and pass them"),
    "np.argwhere": (_SIZE, "np.where(condition, x, y)"),
    "np.histogram2d": (_STEP, "a sum of smooth bumps, one at each sample"),
    "np.histogramdd": (_STEP, "a sum of smooth bumps, one at each sample"),
    "np.partition": (
        "the order of what it leaves unsorted is not defined", "np.sort(x)"),
    "np.argpartition": (
        "the order of what it leaves unsorted is not defined", "np.argsort(x)"),
    "np.polyfit": ("it finds out the rank of the matrix from the data",
                   "np.linalg.lstsq(np.vander(x, degree + 1), y)[0]"),
    "np.roots": (_COMPLEX, "Newton's method from a root that is nearby"),
    "np.angle": (_COMPLEX, "np.arctan2(y, x)"),
    "np.nanmedian": ("it has no rule yet", "np.median of what is no NaN"),
    "np.choose": ("it checks every index as it goes", "np.select, or np.where"),
    "np.vectorize": ("it calls back into Python", "np.where, or a loop over the elements"),
    "np.fromfunction": ("it calls back into Python", "the formula of np.arange(n)"),
    "np.frexp": ("it takes numbers apart into bits", "np.log2 and np.floor"),
    "scipy.special.gammainc": ("it has no rule by its first argument", "a function of your own"),
    "scipy.special.boxcox": ("its limit at 0 is a case of its own", "(x**c - 1) / c, or np.log(x)"),
    "scipy.special.exprel": ("its limit at 0 is a case of its own", "np.expm1(x) / x away from 0"),
    "np.lexsort": ("it has no rule yet", "np.argsort"),
    "scipy.linalg.qr": ("its results are of another form than NumPy's", "np.linalg.qr(a)"),
    "scipy.linalg.lstsq": ("its results are of another form than NumPy's", "np.linalg.lstsq(a, b)"),
    "scipy.linalg.lu": ("its permutation jumps with the data", "np.linalg.solve, or np.linalg.det"),
    "scipy.linalg.eigh": ("the signs of its vectors may be others than NumPy's", "np.linalg.eigh"),
    "scipy.linalg.lu_factor": ("its factors are stored as LAPACK has them", "np.linalg.solve(a, b)"),
    "scipy.linalg.lu_solve": ("its factors are stored as LAPACK has them", "np.linalg.solve(a, b)"),
    "scipy.linalg.sqrtm": ("it has no rule yet", "(v * np.sqrt(w)) @ v.T with w, v = np.linalg.eigh(a)"),
    "scipy.linalg.logm": ("it has no rule yet", "(v * np.log(w)) @ v.T with w, v = np.linalg.eigh(a)"),
}
_FAMILIES = {  # what a name begins with
    "np.fft.": (_COMPLEX, "sums of sines and cosines: np.cos(w * t) @ x, np.sin(w * t) @ x"),
    "scipy.fft.": (_COMPLEX, "sums of sines and cosines: np.cos(w * t) @ x, np.sin(w * t) @ x"),
    "complex": (_COMPLEX, "the real and the imaginary part as two variables"),
    "random.": (_RANDOM, "draw the numbers before, and pass them"),
    "np.random.": (_RANDOM, "draw the numbers before, and pass them"),
    "scipy.integrate.": ("it calls back into Python", "the integrator written out as a loop"),
    "scipy.optimize.": ("it calls back into Python", "differentiate the function that is minimised"),
    "scipy.interpolate.": ("it builds objects that hold data", "np.interp, or the formula written out"),
}
# fmt: on


def reason(name: str) -> tuple[str, str] | None:
    """Why a function is refused, and what to write instead."""
    if name in _REASONS:
        return _REASONS[name]
    twin = name.replace("scipy.linalg.", "np.linalg.")
    if twin in _REASONS:
        return _REASONS[twin]
    return next((told for start, told in _FAMILIES.items() if name.startswith(start)), None)
