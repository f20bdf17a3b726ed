"""The package of the generated modules.

In: the cache folder.  Out: a ``__path__``, so that ``symgrad.generated.k<hash>`` imports by name as any
module does: numba's cache, pickles and tracebacks of a new process need exactly that.  It is a real module
because those may be the first to import it.

    >>> import symgrad.generated            # its modules live in symgrad.cache.folder()
"""

from symgrad import cache

__path__ = [cache.folder()]
