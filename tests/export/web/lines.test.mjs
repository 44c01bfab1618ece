/** export/web/lines.js against lines of Python, which tests/export/test_lines.py writes. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { formOf, lineOf } from "../../../export/web/lines.js";

test("lines are those of Python", () => {
  for (const { field, tokens, lines } of JSON.parse(readFileSync(process.env.LINES, "utf-8"))) {
    assert.deepEqual(tokens.map((row) => lineOf(Float32Array.from(row), formOf(field))), lines);
  }
});

test("models of pictures have no words", () => {
  assert.equal(formOf({ variant: "dcgan" }), null);
  assert.equal(formOf(undefined), null);
});
