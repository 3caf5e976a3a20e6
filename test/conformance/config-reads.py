"""Loads a homeserver configuration with Synapse's own parser and reports the keys that nobody asked for.

Synapse ignores unknown keys: `presense: {enabled: false}` starts without a word and leaves presence on. So the
configuration is handed over in mappings that note which keys are asked for by name, and what was never asked
for is reported. Usage: config-reads.py [--also TEXT]... -- SYNAPSE-ARGUMENTS

Each `--also` is YAML that is merged over the configuration before parsing, for the test of this very check.
Prints one JSON object: {"unread": [path, ...], "error": text or null, "unproven": [path, ...]}.
"""

import copy
import json
import sys

import yaml

# Before anything of synapse.config: its models ignore unknown fields ("for now", says their base class), and
# pydantic reads mappings from native code, past the notes taken here. Models that forbid unknown fields make
# the parser itself refuse a misspelt one, so that a mapping given to a model counts as read as a whole.
import synapse.util.pydantic_models as pydantic_models
from pydantic import ConfigDict

pydantic_models.ParseModel.model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
pydantic_models.ParseModel.model_rebuild(force=True)

import jsonschema
import psycopg2.extensions

import synapse.config._base as base

# Where a mapping is not read key by key with a name that stands in Synapse's code: path (`*` is any key or
# list position) to the reason. "checked": the consumer refuses names it does not know, which `prove` below
# shows by adding one. "free": the keys are the operator's own words, there is nothing to misspell.
PASSED_ON = {
    # **mapping into an attrs class, which takes its own fields only.
    "rc_federation": "checked",
    "metrics_flags": "checked",
    "stream_writers": "checked",
    "limit_remote_rooms": "checked",
    "listeners.*.resources.*": "checked",
    # **mapping into a pydantic model, made strict above.
    "matrix_rtc": "checked",
    "matrix_rtc.transports.*": "checked",
    "matrix_authentication_service": "checked",
    "push_rules": "checked",
    "push_rules.limits": "checked",
    "media_upload_limits.*": "checked",
    "instance_map.*": "checked",
    # Read when Synapse connects. libpq refuses options it does not know: `refused_by_libpq` asks it here.
    "database.args": "later",
    # Names of other instances, caches, key ids; content that is served as it stands.
    "instance_map": "free",
    "caches.per_cache_factors": "free",
    "old_signing_keys": "free",
    "extra_well_known_client_content": "free",
    "listeners.*.additional_resources": "free",
    # Read by the module itself, with its own checks.
    "modules.*.config": "free",
    "media_storage_providers.*.config": "free",
    "oidc_providers.*.user_mapping_provider.config": "free",
}


def matches(pattern, path):
    parts = pattern.split(".")
    return len(parts) == len(path) and all(p in ("*", str(k)) for p, k in zip(parts, path))


def passed_on(path):
    """The reason why the keys of the mapping at `path` need no notes, with inner mappings of free ones."""
    for length in range(len(path), 0, -1):
        for pattern, reason in PASSED_ON.items():
            if matches(pattern, path[:length]) and (length == len(path) or reason in ("free", "later")):
                return reason
    return None


noting = True
read = set()


class Noted(dict):
    """A mapping that notes which keys are asked for by name.

    Iterating (`items()`, `dict(m)`, `**m`, copying) is no note: it says nothing about whether anyone knows the
    name. `__iter__` is deliberately not overridden, since CPython would then copy through `__getitem__`.
    """

    def __init__(self, path, values):
        super().__init__(values)
        self.path = path

    def _note(self, key):
        if noting:
            read.add(self.path + (key,))

    def __getitem__(self, key):
        self._note(key)
        return super().__getitem__(key)

    def get(self, key, default=None):
        self._note(key)
        return super().get(key, default)

    def __contains__(self, key):
        # `if "sentry" in config` names the key as well as reading it does.
        self._note(key)
        return super().__contains__(key)

    def pop(self, key, *default):
        self._note(key)
        return super().pop(key, *default)

    def setdefault(self, key, default=None):
        self._note(key)
        return super().setdefault(key, default)

    def __deepcopy__(self, memo):
        return Noted(self.path, {key: copy.deepcopy(value, memo) for key, value in self.items()})


def noted(value, path=()):
    if isinstance(value, dict):
        return Noted(path, {key: noted(inner, path + (key,)) for key, inner in value.items()})
    if isinstance(value, list):
        return [noted(inner, path + (index,)) for index, inner in enumerate(value)]
    return value


def keys_of(value, path=()):
    """Every key of the configuration by its path, but those in mappings that are passed on."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if passed_on(path) is None and passed_on(path + (key,)) != "later":
                yield path + (key,)
            yield from keys_of(inner, path + (key,))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from keys_of(inner, path + (index,))


def mappings_of(value, path=()):
    if isinstance(value, dict):
        yield path
        for key, inner in value.items():
            yield from mappings_of(inner, path + (key,))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from mappings_of(inner, path + (index,))


def merge(value, over):
    if isinstance(value, dict) and isinstance(over, dict):
        return {**value, **{key: merge(value.get(key), inner) for key, inner in over.items()}}
    if isinstance(value, list) and isinstance(over, dict):
        return [merge(inner, over.get(index, {})) if index in over else inner for index, inner in enumerate(value)]
    return over


# A JSON schema looks at every key it names, read later or not.
plain_validate = jsonschema.validate


def silent_validate(*args, **kwargs):
    global noting
    noting = False
    try:
        return plain_validate(*args, **kwargs)
    finally:
        noting = True


jsonschema.validate = silent_validate

plain_read = base.read_config_files


# twisted.enterprise.adbapi.ConnectionPool takes these itself and passes everything else on.
POOL = {"cp_min", "cp_max", "cp_noisy", "cp_openfun", "cp_reconnect", "cp_good_sql"}


def refused_by_libpq(loaded):
    for database in loaded.database.databases:
        if database.config.get("name") != "psycopg2":
            continue
        arguments = {key: value for key, value in database.config.get("args", {}).items() if key not in POOL}
        try:
            psycopg2.extensions.make_dsn(**arguments)
        except psycopg2.ProgrammingError as error:
            return f"database.args: {error}"
    return None


def parse(arguments, change):
    """Parses with Synapse's main program's own loader; gives the configuration it saw and the error, if any."""
    from synapse.config.homeserver import HomeServerConfig

    seen = {}

    def read_files(files):
        config = change(plain_read(files))
        seen["config"] = copy.deepcopy(config)
        return noted(config)

    base.read_config_files = read_files
    read.clear()
    try:
        # Keys are never generated here: that would hide a missing mount.
        loaded = HomeServerConfig.load_or_generate_config("conformance", arguments)
        return seen["config"], refused_by_libpq(loaded)
    except SystemExit as error:
        return seen.get("config", {}), f"exit {error.code}"
    except Exception as error:
        causes = []
        inner = error
        while inner is not None:
            path = ".".join(str(part) for part in getattr(inner, "path", None) or [])
            causes.append(f"{type(inner).__name__} {path} {inner}".strip())
            inner = inner.__cause__
        return seen.get("config", {}), "; ".join(causes)


def prove(arguments, config):
    """The "checked" mappings of this configuration that take a name nobody can know."""
    unproven = []
    for path in mappings_of(config):
        if not any(reason == "checked" and matches(pattern, path) for pattern, reason in PASSED_ON.items()):
            continue

        def spoil(fresh, path=path):
            fresh = copy.deepcopy(fresh)
            place = fresh
            for part in path:
                place = place[part]
            place["no_such_name_anywhere"] = 1
            return fresh

        _, error = parse(arguments, spoil)
        if error is None:
            unproven.append(".".join(map(str, path)))
    return unproven


def main():
    own, arguments = sys.argv[1 : sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1 :]
    also = [yaml.safe_load(text) for text in own[1::2]]

    def change(config):
        for over in also:
            config = merge(config, over)
        return config

    config, error = parse(arguments, change)
    unread = [path for path in keys_of(config) if path not in read]
    unproven = [] if also or error else prove(arguments, config)
    # Below an unread key everything is unread: the key itself says it.
    top = [path for path in unread if not any(path[:length] in unread for length in range(1, len(path)))]
    report = {"unread": [".".join(map(str, path)) for path in top], "error": error, "unproven": unproven}
    print("\n" + json.dumps(report))


main()
