"""Contracts of the label tables: who said what of which item, and in which set. No text of an item, no comment of a rater."""

from connectors.contract import Table, boolean, integer, number, text, timestamp

KINDS = ("argilla", "label_studio", "records")
SCALES = ("nominal", "ordinal", "interval")

LABEL_SETS = Table(
    name="label_sets",
    grain="one set of items that people labelled",
    key=("label_set",),
    columns={
        "label_set": text(null=False, about="Name of the set, from the configuration."),
        "kind": text(null=False, one_of=KINDS, about="Which tool wrote the export."),
        "scale": text(null=False, one_of=SCALES, about="How far apart two labels are."),
        "passing": text(about="JSON list of labels that mean the item passes."),
        "judge_task": text(about="Eval task whose samples are the labelled items; null: no judge is compared."),
        "judge_scorer": text(about="Scorer whose verdicts are compared."),
        "n_items": integer(null=False, at_least=0, about="Items of the export, labelled or not."),
    },
    census=True,
)

LABELS = Table(
    name="labels",
    grain="one answer of one rater to one question about one item",
    key=("label_id",),
    columns={
        "label_id": text(null=False, about="sha256 of set, item, question and native id."),
        "label_set": text(null=False, about="The set."),
        "item_key": text(null=False, about="The item: the id that its data gives, else the tool's."),
        "question": text(null=False, about="What was asked."),
        "native_id": text(null=False, about="Id of the answer in the tool, or of its rater where answers have none."),
        "rater_raw": text(about="Rater as the tool names them: e-mail, login or number."),
        "value": text(about="The answer, several choices in the order of the alphabet; null: the rater skipped the item."),
        "value_number": number(about="The answer as a number, where it is one."),
        "is_skipped": boolean(null=False, about="The rater was shown the item and gave no answer."),
        "is_gold": boolean(null=False, about="Marked as the truth that others are held against."),
        "labelled_at": timestamp(about="When it was last changed; null: not told."),
        "lead_seconds": number(at_least=0, about="How long the rater took; null: not told."),
    },
    census=True,
    pii=("rater_raw",),
)

TABLES = (LABEL_SETS, LABELS)
