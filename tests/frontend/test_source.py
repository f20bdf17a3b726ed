"""Where source is found: the exact lambda, methods, nested functions, notebook cells, texts."""

import ast
import importlib.util
import linecache
import sys

import pytest

from symgrad.errors import SourceUnavailableError
from symgrad.frontend.source import find, from_source


def unparsed(f):
    return ast.unparse(find(f).node)


# fmt: off
ON_ONE_LINE = [lambda x: x + 1, lambda x: x + 2, lambda x: (lambda y: y * x)(3.0), lambda x: x if x else -x]
SAME = (lambda x: x * 2, lambda x: x * 2)
ünï, after_unicode = "é", lambda x: "é" and x * 5
# fmt: on


def test_lambdas_on_one_line():
    assert [unparsed(f) for f in ON_ONE_LINE] == [
        "lambda x: x + 1",
        "lambda x: x + 2",
        "lambda x: (lambda y: y * x)(3.0)",
        "lambda x: x if x else -x",
    ]
    first, second = (find(f).node for f in SAME)
    assert first.col_offset < second.col_offset
    assert unparsed(after_unicode) == "lambda x: 'é' and x * 5"
    source = find(after_unicode)
    loc = source.unit.loc(source.node.body.values[1])
    assert loc.source[loc.col - 1 : loc.end_col - 1] == "x * 5"


def test_lambda_over_several_lines():
    f = lambda x: (
        x * 3  # three
    )
    assert unparsed(f) == "lambda x: x * 3"
    source = find(f)
    assert source.unit.text(source.node.body) == "x * 3"


def test_inner_lambda():
    outer = lambda x: lambda y: x * y
    assert unparsed(outer(2.0)) == "lambda y: x * y"
    assert unparsed(outer) == "lambda x: lambda y: x * y"


def decorated(f):
    return f


class Model:
    @decorated
    def forward(self, x):
        return x * self.w

    @staticmethod
    def plain(x):
        return x

    def same(self, x):
        return x + 1


class Other:
    def same(self, x):
        return x + 2


def test_methods_and_decorators():
    assert "return x * self.w" in unparsed(Model.forward)
    assert unparsed(Model.plain).endswith("return x")
    assert "x + 1" in unparsed(Model.same) and "x + 2" in unparsed(Other.same)


def test_nested_functions():
    def make(k):
        def f(x):
            return x * k

        return f

    assert "return x * k" in unparsed(make(2))


def test_text_of_statements():
    f = from_source(
        "def f(x):\n    y = (x +\n         1)  # one\n    if y > 0: return y\n"
        "    for i in range(3):\n        y += i\n"
    )
    source = find(f)
    texts = [source.unit.text(n) for n in source.node.body]
    assert texts == ["y = (x + 1)", "if y > 0:", "for i in range(3):"]


def test_from_source():
    f = from_source("import numpy as np\ndef g(x):\n    return x\ndef f(x):\n    return np.sin(g(x))\n")
    assert f.__name__ == "f" and unparsed(f).startswith("def f")
    assert from_source("def g(x): return x\ndef f(x): return x", "g").__name__ == "g"
    assert from_source("def f(x): return np.exp(math.sin(x))")(0.0) == 1.0
    with pytest.raises(Exception, match="defines no function h"):
        from_source("def f(x): return x", "h")
    with pytest.raises(Exception, match="defines no function"):
        from_source("x = 1")


def test_notebook_cells():
    text = "def f(x):\n    return x * 7\n"
    name = "<ipython-input-1-abc>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    space = {}
    exec(compile(text, name, "exec"), space)
    assert "x * 7" in unparsed(space["f"])


def test_executed_text_has_no_source():
    space = {}
    exec("def f(x):\n    return x\n", space)
    with pytest.raises(SourceUnavailableError) as e:
        find(space["f"])
    assert "from_source(text)" in str(e.value) and "f is not available" in str(e.value)


def test_an_edited_file_is_noticed(tmp_path):
    path = tmp_path / "edited_model.py"
    path.write_text("def f(x):\n    return x * 2\n\n\ng = lambda x: x + 1\n")
    spec = importlib.util.spec_from_file_location("edited_model", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert "x * 2" in unparsed(module.f)
    path.write_text("def f(x):\n    return x * 3 + 1\n\n\ng = lambda x: x + 1\n")
    with pytest.raises(SourceUnavailableError, match="changed"):
        find(module.f)
    assert unparsed(module.g) == "lambda x: x + 1"
    path.write_text("\n\ng = lambda x: x + 1\n")
    with pytest.raises(SourceUnavailableError, match="changed"):
        find(module.f)
    sys.modules.pop("edited_model", None)
