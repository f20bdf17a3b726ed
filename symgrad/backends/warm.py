"""Machine code that numba has on disk, without the start of numba's compiler.

In: a dispatcher and argument types. Out: whether its machine code was found and loaded.

Before it looks into its cache, `Dispatcher.compile` fills the registries that only compiling needs: the
typing of every NumPy function, and all of scipy.linalg, 0.3-0.5 s in a new process. Machine code is linked
already: loading it needs the run-time system alone.
"""

from __future__ import annotations

import pickle
from typing import Any

from numba.core import errors
from numba.core.compiler_lock import global_compiler_lock
from numba.core.runtime import rtsys


def load_compiled(dispatcher: Any, types: tuple[Any, ...]) -> bool:
    """Give the dispatcher the machine code for `types` that its cache holds; False if there is none.

    Anything unexpected (another layout of numba's cache) counts as none: `compile` then does all of it in
    numba's own way. Damaged machine code is forgotten.
    """
    try:
        with global_compiler_lock:
            if types in dispatcher.overloads:  # another thread was first
                return True
            context = dispatcher.targetctx
            rtsys.initialize(context)
            compiled = dispatcher._cache._load_overload(types, context)
            if compiled is None:
                return False
            context.insert_user_function(compiled.entry_point, compiled.fndesc, [compiled.library])
            dispatcher.add_overload(compiled)
            dispatcher._cache_hits[types] += 1
    except (pickle.UnpicklingError, EOFError):  # numba itself would fail on this file again and again
        dispatcher._cache.flush()
        return False
    except (AttributeError, TypeError, KeyError, ValueError, OSError, ImportError, errors.NumbaError):
        return False
    return True
