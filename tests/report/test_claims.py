"""The audit asks the ledger again what the words that judge rest on."""

import json
import re

import pytest

from dsw_analysis.report.audit import audit_page

TURNED = {"สูงกว่า": "ต่ำกว่า", "ต่ำกว่า": "สูงกว่า", "เท่ากับ": "สูงกว่า"}


@pytest.fixture(scope="module")
def csr(made):
    return (made.out / "sections" / "csr.html").read_text(encoding="utf-8"), made.document


def slips(page, document):
    return audit_page(page.encode(), json.dumps(document, ensure_ascii=False).encode())


def test_words_that_compare_stand_at_their_claims_and_hold(csr):
    page, document = csr
    assert not slips(page, document)
    (section,) = (s for s in document["sections"] if s["section"] == "csr")
    of_all = {c["claim"] for s in document["sections"] for c in s.get("claims", ())}
    assert {"compare", "most", "zeros", "nonzero"} <= {c["claim"] for c in section["claims"]}
    assert {"highest", "lowest"} <= of_all
    marks = re.findall(r'data-claim="csr:(\d+)">([^<]*)', page)
    (said,) = {text for place, text in marks if section["claims"][int(place)]["claim"] == "compare"}
    index, threshold = (
        next(f["value"] for f in document["findings"] if f["id"] == f"csr.effectiveness_{name}")
        for name in ("index", "threshold")
    )
    assert said == ("สูงกว่า" if index > threshold else "ต่ำกว่า" if index < threshold else "เท่ากับ")


def test_a_turned_word_is_found_even_where_the_ledgers_sentence_was_turned_too(csr):
    page, document = csr
    section = next(s for s in document["sections"] if s["section"] == "csr")
    place = next(n for n, c in enumerate(section["claims"]) if c["claim"] == "compare")
    word = section["claims"][place]["says"]
    mark = f'data-claim="csr:{place}">{word}'
    assert mark in page
    turned = page.replace(mark, mark.replace(word, TURNED[word]))
    ledger = json.loads(json.dumps(document))
    for s in ledger["sections"]:
        s["shown"]["pieces"] = [
            [row.replace(f"{word}เกณฑ์", f"{TURNED[word]}เกณฑ์") for row in piece] for piece in s["shown"]["pieces"]
        ]
    assert any("ผลการเปรียบเทียบ" in slip.problem for slip in slips(turned, ledger))
    lie = json.loads(json.dumps(document))
    claims = next(s for s in lie["sections"] if s["section"] == "csr")["claims"]
    claims[place]["says"] = TURNED[word]
    assert any("ไม่เป็นจริง" in slip.problem for slip in slips(page, lie))


def test_a_mark_of_no_claim_is_found(csr):
    page, document = csr
    strange = re.sub(r'data-claim="csr:\d+"', 'data-claim="csr:9999"', page, count=1)
    assert any("ผลการเปรียบเทียบ" in slip.problem for slip in slips(strange, document))
