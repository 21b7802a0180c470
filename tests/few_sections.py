"""A copied project cut down to a few of its sections, so that a whole release of it is made quickly."""

import json

import openpyxl


def keep(copy, *sections):
    """Take all other sections away: notebooks, and rows of the plan."""
    others = {path.stem[3:]: path for path in (copy.root / "notebooks").glob("[0-9][0-9]_*.ipynb")}
    others = {name: path for name, path in others.items() if name not in sections}
    for notebook in others.values():
        notebook.unlink()
    book = openpyxl.load_workbook(copy.raw / "action_plan.xlsx")
    for sheet in book:
        for row in range(sheet.max_row, 1, -1):
            if others.keys() & {cell.value for cell in sheet[row]}:
                sheet.delete_rows(row)
    book.save(copy.raw / "action_plan.xlsx")
    return copy.root


def add_cells(notebook, *sources):
    """Put cells into a notebook before the last, which closes the section."""
    book = json.loads(notebook.read_text(encoding="utf-8"))
    book["cells"][-1:-1] = [{**book["cells"][-1], "id": f"a{n}", "source": text} for n, text in enumerate(sources)]
    notebook.write_text(json.dumps(book, ensure_ascii=False), encoding="utf-8")
