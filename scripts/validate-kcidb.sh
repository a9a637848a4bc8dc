#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Holds KCIDB submissions against the schema, with the library that KCIDB itself reads them with.
#
# usage: validate-kcidb.sh FILE...
# The library is installed from PyPI into KCIDB_VENV, .build/kcidb unless it is set, the first time.
set -eu

version=141
venv=${KCIDB_VENV:-$(dirname "$0")/../.build/kcidb}

[ $# -gt 0 ] || {
    echo "usage: validate-kcidb.sh FILE..." >&2
    exit 64
}

install() {
    rm -rf "$venv"
    python3 -m venv "$venv" || return
    "$venv/bin/python3" -m pip install --quiet --disable-pip-version-check "kcidb-io==$version"
}

if ! "$venv/bin/python3" -c 'import kcidb_io' 2>/dev/null; then
    install || {
        echo "kcovlab: kcidb-io $version could not be installed: it needs python3-venv, and PyPI once" >&2
        exit 69
    }
fi

exec "$venv/bin/python3" - "$@" <<'PYTHON'
import json, sys
import kcidb_io

schema = kcidb_io.schema.V5_3
status = 0
for path in sys.argv[1:]:
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        if data.get("version") != {"major": 5, "minor": 3}:
            raise ValueError(f"is not of schema 5.3: {data.get('version')}")
        schema.validate(data)
    except Exception as error:
        print(f"{path}: {type(error).__name__}: {getattr(error, 'message', error)}", file=sys.stderr)
        status = 1
        continue
    counts = [f"{len(data.get(name, []))} {name}" for name in ("checkouts", "builds", "tests", "issues", "incidents")]
    print(f"{path}: conforms to schema 5.3: {', '.join(counts)}")
sys.exit(status)
PYTHON
