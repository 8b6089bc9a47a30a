"""Holds CycloneDX files against the strict JSON schema of their version; says what does not fit."""

import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

validator = JsonStrictValidator(SchemaVersion.V1_6)
failed = False
for name in sys.argv[1:]:
    error = validator.validate_str(Path(name).read_text(encoding="utf-8"))
    if error is not None:
        print(f"{name}: {error}", file=sys.stderr)
        failed = True
# Nothing to hold against the schema is a mistake of whoever asks.
sys.exit(1 if failed or len(sys.argv) < 2 else 0)
