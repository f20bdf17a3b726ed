"""Python source -> IR: what a function means for the types of one call.

In: a function and its arguments. Out: a `Signature` (`signature.bind`) and a `Lowered` (`lower.lower`).
The AST is interpreted in an environment of two kinds of value: compile-time Python objects, and
`Tensor`s, which stand for numbers and arrays that depend on the arguments.
"""
