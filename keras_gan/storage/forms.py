"""The forms of the JSON files that more than one part of the program reads; see `storage.schema` for the notation."""

from keras_gan.storage.schema import count, number, optional, positive

SHAPE = [positive, positive, positive]  # height, width, channels

# data.json of a run
DATA = {
    "name": str,
    "images": optional(positive),
    "image_shape": optional(SHAPE),
    "examples": optional(positive),
    "classes": [str],
    "source": str,
    "treatment": str,
    "sources": optional(positive),
    "source_shape": optional([positive]),
    "aligned": optional(bool),
    "fields": optional({str: dict}),
    "fields_sha256": optional(str),
}

# health.json of a run: what the report shows of it, and what a resumed doctor goes on with
HEALTH = {"findings": [{"sentence": str}], "not_watched": {str: str}}
FINDINGS = {"findings": [{"signal": str, "step": count, "saw": str, "means": str, "helps": str}]}

# A score, the lines of scores.jsonl of a run, and scores.json of `evaluate`
SCORE = {"name": str, "value": number, "protocol": dict}
SCORES_LINE = {"step": count, "scores": [SCORE]}
EVALUATION = {"subject": {"step": optional(count)}, "scores": [SCORE]}

# What is kept beside the weights of a classifier
CLASSIFIER = {"accuracy": number, "training_images": count, "test_images": count, "scales": [number]}

# manifest.json of an export, of any age: what this program reads of it
EXPORT = {
    "generator": optional(
        {
            "kind": optional(str),
            "num_classes": optional(count),
            "scale": optional(positive),
            "size_multiple": optional(positive),
            "bytes_per_pixel": optional(positive),
        }
    ),
    "fields": optional({str: {"inputs": {str: dict}, "outputs": {str: dict}}}),
    "data": optional({"classes": optional([str])}),
    "configuration": optional(dict),
    "files": optional({str: {"sha256": str}}),
}
