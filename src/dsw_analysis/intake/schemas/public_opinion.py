"""Comments of the public by month."""

from __future__ import annotations

from dsw_analysis.intake.columns import Column, Rule
from dsw_analysis.intake.dataset import Dataset

PUBLIC_OPINION = Dataset(
    id="public_opinion",
    title="ความคิดเห็นของประชาชน รายเดือน",
    columns=(
        Column("month", "เดือน", "month", unique=True, in_round=True, monthly=True, two_digit_be=True),
        Column("comments", "ความคิดเห็นทั้งหมด (ความคิดเห็น)", "integer", ge=0),
        Column("positive", "เชิงบวก (ความคิดเห็น)", "integer", required=False, ge=0),
        Column("negative", "เชิงลบ (ความคิดเห็น)", "integer", ge=0),
    ),
    rules=(
        Rule(
            name="positive_and_negative_make_all",
            column="comments",
            holds=lambda f: f["positive"].isna() | (f["positive"] + f["negative"] == f["comments"]).fillna(True),
            expected="ต้องเท่ากับเชิงบวกรวมกับเชิงลบ",
            action="ตรวจสอบจำนวนทั้งสามช่องกับเอกสารต้นทางแล้วแก้ไข",
        ),
    ),
)

DATASETS = (PUBLIC_OPINION,)
