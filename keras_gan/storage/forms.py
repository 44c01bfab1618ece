"""The forms of the JSON files that more than one part of the program reads; see `storage.schema` for the notation."""

from keras_gan.storage.schema import count, number, optional

# health.json of a run: what the report shows of it, and what a resumed doctor goes on with
HEALTH = {
    "findings": [{"sentence": str, "step": optional(count), "passed": optional(count)}],
    "not_watched": {str: str},
}
FINDINGS = {
    "findings": [{"signal": str, "step": count, "saw": str, "means": str, "helps": str, "passed": optional(count)}]
}

# A score, the lines of scores.jsonl of a run, and scores.json of `evaluate`
SCORE = {"name": str, "value": number, "protocol": dict}
SCORES_LINE = {"step": count, "scores": [SCORE]}
EVALUATION = {"subject": {"step": optional(count)}, "scores": [SCORE]}
