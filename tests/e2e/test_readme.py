"""What the README shows is run, word for word."""

import re

import tensorflow as tf

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_example_runs(tmp_path, monkeypatch):
    examples = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert examples
    monkeypatch.chdir(tmp_path)
    for example in examples:
        exec(compile(example, "README.md", "exec"), {})
    assert (tmp_path / "my_generator" / "1" / "generator.tflite").is_file()
    assert tf.saved_model.contains_saved_model(str(tmp_path / "my_generator" / "1"))


def test_links_and_pictures_exist():
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "export").glob("**/*.md")):
        if {"models", "node_modules", "build"} & set(page.relative_to(ROOT).parts):  # not ours, or not in the tree
            continue
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_requirement_is_explained():
    for line in (ROOT / "requirements.txt").read_text().split():
        name = re.match(r"[A-Za-z0-9_-]+", line)[0]
        assert f"`{name}`" in README, f"the README does not say why {name} is needed"
