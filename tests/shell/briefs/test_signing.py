"""The office's own signature: made at publication, seen by readers, broken by one byte."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from flask import Flask
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from sqlalchemy import select

from config import ConfigError, load
from custody.briefs.models import Brief
from custody.briefs.rules import Status
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.signing import Seal, SigningFailed, sign
from tests import archive
from tests.conftest import SignIn
from tests.shell.briefs.test_life_of_a_brief import draft, passed

PASSWORD = "made-up"


@pytest.fixture
def p12(tmp_path: Path) -> Path:
    """A certificate made for the test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "测试单位")])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(True, True, *[False] * 7)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(5)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    lock = BestAvailableEncryption(PASSWORD.encode())
    path = tmp_path / "office.p12"
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"o", key, certificate, None, lock))
    return path


@pytest.mark.pdf
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_is_published_is_signed(
    app: Flask,
    sign_in: SignIn,
    database: Database,
    store: FileStore,
    p12: Path,
    tmp_path: Path,
) -> None:
    known = app.config["CONFIG"]
    app.config["CONFIG"] = replace(known, sign_p12=p12, sign_password=PASSWORD)
    c = sign_in("coordinator")
    url = draft(c, "320282")
    c.press(c.get(url), "保存并定稿")
    passed(sign_in, url)
    c.press(c.get(url), "发布")
    with database.reader() as session:
        brief = session.scalars(select(Brief)).one()
    assert brief.status is Status.PUBLISHED
    with store.open(brief.pdf_digest) as file:
        data = file.read()
    alone = ValidationContext(trust_roots=[], allow_fetching=False)
    [signature] = PdfFileReader(io.BytesIO(data)).embedded_signatures
    assert validate_pdf_signature(signature, alone).intact
    changed = bytearray(data)
    changed[len(data) // 3] ^= 1
    [touched] = PdfFileReader(io.BytesIO(bytes(changed))).embedded_signatures
    assert not validate_pdf_signature(touched, alone).intact
    path = tmp_path / "signed.pdf"
    path.write_bytes(data)
    assert archive.faults(path) == {str(path): []}


def test_what_cannot_sign_says_so(p12: Path, tmp_path: Path) -> None:
    with pytest.raises(SigningFailed, match="CUSTODY_SIGN_PASSWORD"):
        sign(b"%PDF-1.7", Seal(p12, "wrong"), reason="")
    with pytest.raises(SigningFailed, match="CUSTODY_SIGN_P12"):
        sign(b"%PDF-1.7", Seal(tmp_path / "none", ""), reason="")
    with pytest.raises(ConfigError, match="CUSTODY_SIGN_P12"):
        load({"CUSTODY_DATA": str(tmp_path), "CUSTODY_SIGN_P12": str(tmp_path / "none")})
