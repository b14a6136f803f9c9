"""Puts the bed's Lambda environment in front of the program of a function image.

MiniStack talks to a function image on port 8080 as AWS's emulator serves it. An ordinary image has only a
Runtime API client, so the bed's static program is mounted into the container and becomes its entry point;
the image's own command line follows as arguments. The image itself is not touched.
"""

import os

from docker.models.containers import ContainerCollection
from docker.types import Mount

_MOUNTED_AT = "/.slipway-lambda-environment"
_OWN_EMULATORS = ("aws-lambda-rie", "lambda-entrypoint.sh")


def _words(value):
    if not value:
        return []
    return value.split() if isinstance(value, str) else list(value)


def _has_own_emulator(words):
    return any(os.path.basename(word) in _OWN_EMULATORS for word in words)


def in_front(image_config, entrypoint, command, emulator, environment):
    """The changed arguments of a container, or {} when the image brings an emulator of its own."""
    # As the engine does it: an entry point given from outside drops the image's command.
    words = _words(entrypoint) or _words(image_config.get("Entrypoint"))
    rest = _words(command)
    if not rest and not entrypoint:
        rest = _words(image_config.get("Cmd"))
    if _has_own_emulator(words + rest):
        return {}
    memory = int(environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE") or 128)
    return {
        "entrypoint": [_MOUNTED_AT],
        "command": words + rest,
        "mounts": [Mount(_MOUNTED_AT, emulator, type="bind", read_only=True)],
        # As on AWS: a read-only root with a writable /tmp, an unprivileged user, the function's memory.
        "read_only": True,
        "tmpfs": {"/tmp": "rw,exec,mode=1777"},
        "user": "993:990",
        "mem_limit": f"{max(memory, 128)}m",
        # The first process of a container ignores SIGTERM; without this each stop waits for its grace.
        "stop_signal": "SIGKILL",
    }


def install():
    emulator = os.environ["SLIPWAY_BED_EMULATOR"]
    create = ContainerCollection.create

    def create_with_environment(self, image, command=None, **kwargs):
        labels = kwargs.get("labels")
        if isinstance(labels, dict) and labels.get("ministack") == "lambda":
            name = image if isinstance(image, str) else image.id
            config = self.client.images.get(name).attrs.get("Config") or {}
            changed = in_front(config, kwargs.get("entrypoint"), command, emulator,
                               kwargs.get("environment") or {})
            if changed:
                command = changed.pop("command")
                changed["mounts"] = list(kwargs.get("mounts") or []) + changed["mounts"]
                kwargs.update(changed)
        return create(self, image, command=command, **kwargs)

    ContainerCollection.create = create_with_environment
