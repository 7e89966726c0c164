"""Correct one score of a finished log by hand, as a reviewer does with Inspect's own call."""

import sys

from inspect_ai.log import ProvenanceData, edit_score, read_eval_log, write_eval_log
from inspect_ai.scorer import ScoreEdit

source, target = sys.argv[1:]
log = read_eval_log(source)
edit = ScoreEdit(
    value="C", explanation="counted as right after review", provenance=ProvenanceData(author="ben", reason="same queue, other name")
)
edit_score(log, sample_id="s2", score_name="queue", edit=edit, epoch=1)
edit_score(log, sample_id="s2", score_name="queue", edit=edit, epoch=2)
write_eval_log(log, target)
