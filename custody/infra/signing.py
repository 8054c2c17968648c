"""The office's own signature on a published PDF (PAdES baseline B, ETSI EN 319 142-1).

Optional: a certificate with its key (PKCS#12) named in the settings. The signed file stays PDF/A-3a
and PDF/UA-1; a changed byte shows in any reader that checks signatures.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FIELD = "Signature"


class SigningFailed(Exception):
    """No signature. `message` tells the administrator in Chinese what to do."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Seal:
    """Where the certificate is; read anew each time, so that a renewed one needs no restart."""

    path: Path
    password: str

    def signer(self) -> Any:
        from pyhanko.sign import signers

        if not self.path.is_file():
            raise SigningFailed(f"找不到签名证书 {self.path}，请检查 CUSTODY_SIGN_P12。")
        load: Any = signers.SimpleSigner.load_pkcs12
        found = load(str(self.path), passphrase=self.password.encode())
        if found is None:
            raise SigningFailed(
                f"签名证书 {self.path} 打不开，请检查文件和 CUSTODY_SIGN_PASSWORD。"
            )
        return found


def sign(pdf: bytes, seal: Seal, *, reason: str) -> bytes:
    """The PDF with an invisible signature added behind its bytes. Raises SigningFailed."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, sign_pdf

    signer = seal.signer()
    out = io.BytesIO()
    sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)),
        PdfSignatureMetadata(
            field_name=_FIELD,
            reason=reason,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
        ),
        signer=signer,
        output=out,
    )
    return out.getvalue()
