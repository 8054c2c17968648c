"""Every form has a name of its own when it is offered again after the session's end."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.conftest import SignIn
from tests.critic import page

SEVERAL = {
    "act": {
        "entries.decide": "confirm",
        "projects.decide": "confirm",
        "supervision.several": "issue",
        "energy_months.explain": "chosen",
        "energy_months.check": "lock",
    },
    "then": {"briefs.edit": "save"},
    "verdict": {
        "review.decide": "accept",
        "review.decide_several": "accept",
        "matters.decide": "accept",
    },
}
"""Forms with several buttons: the one that was pressed."""
SILENT = {
    "milestones.draft",
    "matters.draft",
    "settlement.preview",
    "evidence.add",
    "matters.add_files",
    "bulk.upload",
    "verify.check",
}
"""Sent by a script, or nothing but files, which cannot be kept and are asked for again."""


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_every_form_says_what_it_does(app: Flask, sign_in: SignIn) -> None:
    visitor, unnamed = sign_in("coordinator"), []
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint in SILENT:
            continue
        path = re.sub(r"<int:\w+>", "1", rule.rule)
        path = re.sub(r"<\w+>", "320282", path)
        fields = {
            name: told[rule.endpoint] for name, told in SEVERAL.items() if rule.endpoint in told
        }
        answer = visitor.post(path, data={"csrf_token": "old", "field": "x", **fields})
        assert answer.status_code == 400, path
        text = page(answer).text()
        assert "您填写的内容还在" in text, path
        if "继续提交" in text:
            unnamed.append(rule.endpoint)
    assert unnamed == []
