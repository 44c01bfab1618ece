# Every target sets up .venv by itself; only Python 3.11 to 3.13, with its venv module, must be there.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help demo play gallery zoo test test-all check web clean bench \
	bench-steps bench-passes bench-sampling bench-waiting bench-packing bench-starting bench-scaling bench-scores bench-quality \
	bench-modes bench-painting bench-cartoons bench-styles bench-captions bench-drawn-words bench-motions bench-moving-faces bench-sweep bench-judge bench-choice bench-search bench-baselines bench-export bench-one-seed bench-oracles bench-doctor bench-faults bench-attacks bench-checkpoints bench-memory

help:  ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "Python 3.11, 3.12 or 3.13 is needed; $(PYTHON) is $$($(PYTHON) --version). Say which: make demo PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "On Debian and Ubuntu: apt install python3-venv"; exit 2; }

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

demo: $(VENV)/.installed  ## trains a StyleGAN2 on cartoon faces of 64 px for five minutes, and exports it
	$(PY) train.py --variant stylegan2 --minutes 5 --run-name demo

# What people see first is the best that there is.
PLAYED = $(sort $(dir $(wildcard export/zoo/*/*.tflite)))
FIRST = export/zoo/stylegan2-avatars/

# Without .venv: Python and npm are enough.
play:  ## a page with all models of export/zoo, in the browser: make play PORT=8000
	@$(PYTHON) export/web/assemble.py $(filter $(FIRST),$(PLAYED)) $(filter-out $(FIRST),$(PLAYED)) \
		--serve --open --port $(or $(PORT),8000)

zoo: $(VENV)/.installed  ## trains the models of export/zoo that are missing, and writes docs/gallery.md (hours, resumable)
	$(PY) tools/zoo.py $(ARGS)

gallery: $(VENV)/.installed  ## every variant on MNIST, then the zoo: all that docs/gallery.md shows (hours, resumable)
	$(PY) benchmarks/quality/quality.py --minutes 3 --keep-stale $(ARGS)
	$(PY) tools/zoo.py $(ARGS)

# One process more than there are cores, for many wait for programs that they start.
PYTEST = $(PY) -m pytest -n $(shell expr $$(nproc) + 1) --maxprocesses=4 --dist loadgroup

test: $(VENV)/.installed-dev  ## runs the tests, but for those that take long
	$(PYTEST) -m "not slow"

test-all: $(VENV)/.installed-dev  ## runs all tests
	$(PYTEST)

check: $(VENV)/.installed-dev  ## lint, format and the rule of imports
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m pytest tests/test_layering.py

web:  ## a page that draws in the browser: make web MODEL=export/models/NAME/1, several with spaces, PORT=8000
	@$(PYTHON) export/web/assemble.py $(MODEL) --serve --port $(or $(PORT),8000)

bench: bench-steps bench-sampling bench-waiting  ## speed of training and of sampling, into benchmarks/results/ (a quarter of an hour)

# One file each, of the same name. Options: make bench-passes ARGS="--variants r3gan"
bench-steps: $(VENV)/.installed  ## a step of training, bare and within train.py, and every variant beside its passes
	$(PY) benchmarks/speed/steps.py $(ARGS)

bench-passes: $(VENV)/.installed  ## the step of every variant beside the passes that it needs
	$(PY) benchmarks/speed/passes.py $(ARGS)

bench-sampling: $(VENV)/.installed  ## how fast each runtime draws pictures (three minutes)
	$(PY) benchmarks/speed/sampling.py $(ARGS)

bench-waiting: $(VENV)/.installed  ## how long variants, and a training from each source, wait for their data
	$(PY) benchmarks/speed/waiting.py $(ARGS)

bench-packing: $(VENV)/.installed  ## how fast data are packed, and what a training from them takes
	$(PY) benchmarks/speed/packing.py $(ARGS)

bench-starting: $(VENV)/.installed  ## how long a first and a second start from a folder of photos take
	$(PY) benchmarks/speed/starting.py $(ARGS)

bench-scaling: $(VENV)/.installed  ## what several workers cost a step (five minutes)
	$(PY) benchmarks/speed/scaling.py $(ARGS)

bench-scores: $(VENV)/.installed  ## time and memory of FID, KID, Inception Score and PRDC
	$(PY) benchmarks/speed/scores.py $(ARGS)

bench-quality: $(VENV)/.installed  ## trains every variant on MNIST for the same time and scores it (hours, resumable)
	$(PY) benchmarks/quality/quality.py $(ARGS)

bench-modes: $(VENV)/.installed  ## trains every objective on Gaussians in the plane and counts the modes, in ten minutes
	$(PY) benchmarks/quality/modes.py $(ARGS)

bench-judge: $(VENV)/.installed  ## scores a model of MNIST: make bench-judge ARGS="--model export/models/NAME/1"
	$(PY) benchmarks/quality/judge.py $(ARGS)

bench-painting: $(VENV)/.installed  ## measures an exported style_transfer beside the search (docs/painting.md)
	$(PY) benchmarks/quality/painting.py $(ARGS)

bench-cartoons: $(VENV)/.installed  ## measures an exported cartoonise, or a cyclegan beside it (docs/cartoons.md)
	$(PY) benchmarks/quality/cartoons.py $(ARGS)

bench-styles: $(VENV)/.installed  ## truncation, mixing and projection of an export: make bench-styles ARGS="--model M"
	$(PY) benchmarks/quality/styles.py $(ARGS)

bench-captions: $(VENV)/.installed  ## what a captiongan says of avatars: make bench-captions ARGS="--run RUN"
	$(PY) benchmarks/quality/captions.py $(ARGS)

bench-drawn-words: $(VENV)/.installed  ## what a dfgan draws of captions, and what one other word changes
	$(PY) benchmarks/quality/drawn_words.py $(ARGS)

bench-motions: $(VENV)/.installed  ## a motiongan's clips beside real ones: make bench-motions ARGS="--run RUN"
	$(PY) benchmarks/quality/motions.py $(ARGS)

bench-moving-faces: $(VENV)/.installed  ## a mocogan's films beside real ones: make bench-moving-faces ARGS="--run RUN"
	$(PY) benchmarks/quality/moving_faces.py $(ARGS)

bench-sweep: $(VENV)/.installed  ## a textgan over temperatures, beside likelihood alone: make bench-sweep ARGS="--run RUN"
	$(PY) benchmarks/quality/sweep.py $(ARGS)

bench-choice: $(VENV)/.installed  ## chooses a setting by validation images: make bench-choice ARGS="--variant lsgan"
	$(PY) benchmarks/quality/choice.py $(ARGS)

bench-search: $(VENV)/.installed  ## searches the laptop presets (many hours, resumable): make bench-search ARGS="--variants dcgan"
	$(PY) benchmarks/quality/search.py $(ARGS)

bench-baselines: $(VENV)/.installed  ## image-to-image models beside other methods: make bench-baselines ARGS=export/models/NAME/1
	$(PY) benchmarks/quality/baselines.py $(ARGS)

bench-export: $(VENV)/.installed  ## what exporting loses and costs, every variant in every format
	$(PY) benchmarks/quality/export.py $(ARGS)

bench-oracles: $(VENV)/.installed  ## what scores say of real images: make bench-oracles ARGS="--train FOLDER --test FOLDER"
	$(PY) benchmarks/quality/oracles.py $(ARGS)

bench-one-seed: $(VENV)/.installed  ## one picture by five runtimes: make bench-one-seed ARGS="--run RUN --model MODEL"
	$(PY) benchmarks/quality/one_seed.py $(ARGS)

bench-doctor: $(VENV)/.installed  ## what the doctor says of healthy and of spoiled runs (an hour, resumable): make bench-doctor ARGS="--data FOLDER"
	$(PY) benchmarks/quality/doctor.py $(ARGS)

bench-faults: $(VENV)/.installed  ## kills and resumes a run again and again, and compares its bits (ten minutes)
	$(PY) benchmarks/resilience/faults.py $(ARGS)

bench-attacks: $(VENV)/.installed  ## kills, wrong bytes, full disks, hostile servers and the like, and what was lost (ten minutes)
	$(PY) benchmarks/resilience/attacks.py $(ARGS)

bench-memory: $(VENV)/.installed  ## whether 100,000 steps take more and more memory
	$(PY) benchmarks/resilience/memory.py $(ARGS)

bench-checkpoints: $(VENV)/.installed  ## what checkpoints and resuming cost (four minutes)
	$(PY) benchmarks/resilience/checkpoints.py $(ARGS)

clean:  ## removes .venv and caches, never runs or models
	rm -rf $(VENV) .pytest_cache .ruff_cache
