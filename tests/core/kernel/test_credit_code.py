"""The check digit of 统一社会信用代码: what it must catch, and what is typed in other ways."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from custody.kernel import credit_code
from custody.kernel.credit_code import ALPHABET, check_digit, normal, problems_of

bodies = st.text(ALPHABET, min_size=17, max_size=17)
codes = bodies.map(lambda body: body + check_digit(body))


@pytest.mark.parametrize(
    "code",
    # Published codes of public bodies and companies.
    ["91350100M000100Y43", "9131000013221158XC"],
)
def test_codes_in_use_are_taken(code: str) -> None:
    assert problems_of(code) == []


@given(codes)
def test_a_code_with_its_check_digit_is_taken(code: str) -> None:
    assert problems_of(code) == []


@given(codes, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_caught(code: str, place: int, sign: str) -> None:
    assume(code[place] != sign)
    wrong = code[:place] + sign + code[place + 1 :]
    assert [problem.code for problem in problems_of(wrong)] == ["code_check"]


@given(codes, st.integers(0, 16))
def test_swapped_neighbours_are_always_caught(code: str, place: int) -> None:
    """Weights of neighbours are never equal modulo 31 (nor the last weight, 28, and the check digit's 1)."""
    assume(code[place] != code[place + 1])
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    caught = [problem.code for problem in problems_of(wrong)]
    assert caught == ["code_check"]


@given(bodies, st.sampled_from(ALPHABET))
def test_the_message_says_which_digit_is_expected(body: str, last: str) -> None:
    expected = check_digit(body)
    found = problems_of(body + last)
    if last == expected:
        assert found == []
    else:
        assert f"应为“{expected}”" in found[0].message
        assert found[0].where == "code"


@given(codes)
def test_full_width_lower_case_and_gaps_are_the_same_code(code: str) -> None:
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    for typed in (wide, code.lower(), f" {code[:2]} {code[2:8]}-{code[8:]} "):
        assert normal(typed) == code
        assert problems_of(typed) == []


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("", "code_length", "现有0位"),
        ("91350100M000100Y4", "code_length", "现有17位"),
        ("9I350100M000100Y43", "code_sign", "“I”"),
    ],
)
def test_what_cannot_be_a_code_is_told_apart(typed: str, code: str, words: str) -> None:
    (found,) = problems_of(typed, "company_code")
    assert (found.code, found.where) == (code, "company_code")
    assert words in found.message


def test_the_alphabet_leaves_out_what_looks_alike() -> None:
    assert len(set(ALPHABET)) == 31
    assert not set("IOSVZ") & set(ALPHABET)
    assert credit_code.LENGTH == 18
