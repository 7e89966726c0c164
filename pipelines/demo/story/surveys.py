"""Two waves of a survey among those who rely on the platform, as counts of answers."""

from pipelines.demo.story.facts import note
from pipelines.demo.story.sheets import sheet
from pipelines.demo.world import World

COLUMNS = ("survey", "wave", "from", "to", "question", "scale_low", "scale_high", "answer", "respondents", "invited")
SURVEY, QUESTION, LOWEST, HIGHEST = "platform", "I can rely on what the evals say", 1, 5
WAVES = (
    ("2025H2", "2025-12-01", "2025-12-13", {2: 1, 3: 3, 4: 5, 5: 1}, 16),
    ("2026H1", "2026-05-18", "2026-05-30", {3: 2, 4: 6, 5: 4}, 18),
)
"""Name, first day, day after the last, how many gave which answer, and how many were asked."""


def surveys(world: World) -> str:
    """The register as CSV, and what was answered."""
    rows = [
        (SURVEY, wave, start, end, QUESTION, LOWEST, HIGHEST, answer, respondents, invited)
        for wave, start, end, answers, invited in WAVES
        for answer, respondents in answers.items()
    ]
    for wave, _, end, answers, invited in WAVES:
        row = {"survey": SURVEY, "wave": wave, "question": QUESTION, "to": end, "invited": invited}
        note(world, "surveys", row | {"answers": [answer for answer, count in answers.items() for _ in range(count)]})
    return sheet(COLUMNS, rows)
