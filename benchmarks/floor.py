"""The floor under a batch: a notebook's cells as plain functions, figures drawn, what they show saved."""

import ast
import json
import os
from pathlib import Path


def run_plainly(notebook, parameters, target):
    """Run code cells without papermill, kernel or nbconvert, and write the HTML that they show."""
    os.chdir(notebook.parent)
    names, shown = {}, []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        if source.startswith("%%say"):
            line, _, text = source.partition("\n")
            told = names["s"].say(text, line.removeprefix("%%say").strip().removeprefix("if "))
            shown.append(getattr(told, "html", ""))
            continue
        tree = ast.parse(source)
        last = tree.body[-1]
        if isinstance(last, ast.Expr):
            tree.body.pop()
        exec(compile(tree, notebook.name, "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), notebook.name, "eval"), names)
            shown.append(getattr(value, "html", ""))
        if "parameters" in cell["metadata"].get("tags", []):
            names.update(parameters)
    Path(target).write_text("\n".join(shown), encoding="utf-8")
