"""Writes cases.json: what Jinja2 itself makes of the templates below, in the environment that transformers sets up.

    python3 tests/Fixtures/jinja/make_cases.py        (needs Python 3.11 and jinja2 3.1.6)

A case has "ok" (the rendered text), "error" (the exception's words) or "syntax" (the line of a syntax error).
Templates are read from templates.txt, where a line of "=====" parts them, and made from the grids below.
"""
import copy
import json
import os
from datetime import datetime

import jinja2
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = datetime(2024, 2, 5, 14, 3, 9, 12345)
VARIABLES = {
    "n": 5, "z": 0, "f": 2.5, "no": None, "s": "abc Def", "l": [3, 1, 2], "le": [],
    "d": {"a": 1, "b": [1, 2], "B": "x"}, "uni": "hé☃😀世", "big": 123456789012345678901234567890,
    "objs": [{"n": "b", "v": 2}, {"n": "a", "v": 1}, {"n": "B", "v": 3}],
    "msgs": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": None}],
}


class Generation(Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_render"), [], [], body).set_lineno(line)

    def _render(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def environment():
    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


def grids():
    values = ["7", "-2.5", "true", "none", "'ab'", "''", "[1, 2]", "(1, 'x')", "{'a': 1}", "undef"]
    for a in values:
        for b in values:
            yield "{{ %s + %s }}" % (a, b)
            yield "{{ %s == %s }}{{ %s in %s }}" % (a, b, a, b)
            yield "{{ %s < %s }}" % (a, b)
    for op in ["-", "*", "/", "//", "%", "**"]:
        for a, b in [("7", "2"), ("-7", "2"), ("7", "-2.5"), ("7", "0"), ("'ab'", "3"), ("[1]", "2"), ("7", "undef")]:
            yield "{{ %s %s %s }}" % (a, op, b)
    for test in ["defined", "none", "string", "number", "integer", "float", "mapping", "iterable", "sequence", "boolean"]:
        yield "|".join("{{ %s is %s }}" % (a, test) for a in values)
    for name in ["capitalize", "e", "first", "float", "int", "join('-')", "length", "list", "lower", "reverse | list",
                 "round", "sort", "string", "sum", "title", "tojson", "tojson(indent=2)", "trim", "unique | list", "upper"]:
        for a in values + ["'  two\\n words '", "objs", "uni", "1234.5678", "1e16", "1e-5"]:
            yield "{{ %s | %s }}" % (a, name)
    for method in ["split()", "split(',')", "split('X', 1)", "rsplit('X', 1)", "splitlines()", "strip()", "lstrip('a ')",
                   "rstrip()", "upper()", "lower()", "title()", "capitalize()", "partition('X')", "rpartition('X')",
                   "replace('X', '-')", "replace('', '-', 2)", "startswith('a')", "endswith(('c', ' '))", "find('X')",
                   "rfind('X')", "index('b')", "count('X')", "isdigit()", "isalpha()", "isalnum()", "isspace()",
                   "isupper()", "islower()", "istitle()", "zfill(9)", "center(12, '*')", "ljust(9)", "rjust(9)",
                   "removeprefix('a')", "removesuffix('c')", "join(['1', '2'])", "foo()"]:
        for text in ["'aXbXc'", "' a, b,\\nc\\r\\n'", "'123'", "uni", "''"]:
            yield "{{ %s.%s }}" % (text, method)
    for part in ["1", "-1", "9", "1:3", ":-1", "::2", "::-1", "-2:", "4:1:-2", "::0"]:
        for a in ["'abcdef'", "[0, 1, 2, 3, 4, 5]", "range(6)", "uni"]:
            yield "{{ %s[%s] }}" % (a, part)
    for directive in "aAbBcdDeFGHIjmMpSTuUVwWyY%":
        yield "{{ strftime_now('%%%s') }}" % directive


def run(env, template):
    try:
        compiled = env.from_string(template)
    except jinja2.TemplateSyntaxError as e:
        return {"syntax": e.lineno}
    try:
        return {"ok": compiled.render(**copy.deepcopy(VARIABLES))}
    except Exception as e:
        return {"error": str(e)}


def main():
    folder = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(folder, "templates.txt"), encoding="utf-8", newline="") as file:
        templates = file.read().removesuffix("\n").split("\n=====\n")
    env = environment()
    cases = [{"template": t, **run(env, t)} for t in [*templates, *grids()]]
    with open(os.path.join(folder, "cases.json"), "w", encoding="utf-8") as file:
        rows = ",\n".join("    " + json.dumps(case, ensure_ascii=True) for case in cases)
        file.write('{\n  "variables": %s,\n  "cases": [\n%s\n  ]\n}\n' % (json.dumps(VARIABLES), rows))


if __name__ == "__main__":
    main()
