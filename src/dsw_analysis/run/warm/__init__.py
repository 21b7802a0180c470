"""Warm execution: notebooks run in fresh processes forked from one in which everything is imported already.

A caller (`processes`) starts the warm process (`server`), which imports, and forks on request: hosts, which run
papermill (`client`), and kernels (`kernel`), each for one notebook, joined to its host by one pipe.
`engine` is the door for papermill, `watching` notes what a notebook reads.

That is fast because a kernel is ipykernel's own without sockets and threads, which leans on parts that ipykernel does
not promise. ``tests/run/test_engine.py`` lists them and sees that there are no others; it also runs notebooks that try
everything through this engine and papermill's own and compares what they leave, cell by cell. A new ipykernel
(``pyproject.toml`` pins it) is taken when those tests pass.
"""

KEY = b"pipe"
"""Key that kernel and client sign messages with: their pipe needs none, but jupyter_client warns of an empty one."""
