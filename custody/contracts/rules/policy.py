"""What a province finds unusual in a contract, and how early it is told of payments. Data, not law.

The defaults are proposals: 5 to 10 years is Beijing's 京机管发〔2022〕21号, thirty days to file one other
province's rule, thirty days ahead our own choice.
"""

from __future__ import annotations

from dataclasses import dataclass

from custody.kernel.problems import Problem


@dataclass(frozen=True, slots=True)
class ContractPolicy:
    term_from: int = 5
    term_until: int = 10
    """Years a term usually has, both ends included."""
    term_source: str = "参照京机管发〔2022〕21号"
    filing_days: int = 30
    """From signing to filing."""
    filing_source: str = "参照其他省份备案规定"
    due_days: int = 30
    """How far ahead a payment is listed as coming due."""


STANDARD = ContractPolicy()
FIELDS = tuple(ContractPolicy.__dataclass_fields__)


def problems_of_policy(policy: ContractPolicy) -> list[Problem]:
    if policy.term_from <= policy.term_until:
        return []
    return [Problem("term", "托管期限的下限不应大于上限，请调整。", "term_from")]
