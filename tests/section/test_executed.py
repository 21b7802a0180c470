"""What of an executed notebook is passed on if its section reads files of persons."""

from dsw_analysis.findings.ledger import SECTION_MIME
from dsw_analysis.section.blocks import Block
from dsw_analysis.section.executed import without_rows


def cell(source, *outputs, kind="code", **metadata):
    return {"cell_type": kind, "source": source, "metadata": metadata, "outputs": [*outputs]}


def data(**held):
    return {"output_type": "display_data", "data": held, "metadata": {}}


def test_only_what_the_section_shows_itself_stays():
    own = {"output_type": "display_data", "data": Block("<p>สิบคน</p>")._repr_mimebundle_(), "metadata": {}}
    closed = data(**{SECTION_MIME: {}})
    warned = {"output_type": "stream", "name": "stderr", "text": "a frame of 12 rows is copied"}
    failed = {"output_type": "error", "ename": "KeyError", "evalue": "12", "traceback": ["people has 12 rows"]}
    picture = data(**{"image/png": "", "text/plain": "<Figure>"})
    notebook = {
        "metadata": {"widgets": {"rows": 12}},
        "cells": [
            cell("ปัญหา", kind="markdown"),
            cell("x = 1", **{"tags": ["injected-parameters"]}),
            cell("s.say(...)", warned, own),
            cell("people.plot()", picture, own),
            cell("people.x", failed, **{"tags": ["raises-exception"]}),
            cell("s.close()", closed),
        ],
    }
    notes = [*without_rows(notebook)]
    assert [note.partition(":")[0] for note in notes] == ["cell 3 (people.plot())", "cell 4 (people.x)"]
    assert "s.say, s.table or a figure" in notes[0]
    assert [c["outputs"] for c in notebook["cells"]] == [[], [], [own], [own], [], [closed]]
    assert notebook["metadata"] == {}
