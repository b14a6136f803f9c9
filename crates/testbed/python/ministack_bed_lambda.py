"""Corrections of MiniStack's Lambda; the README of the crate lists them with their reasons."""

import functools
import json

from ministack.services import ecr, iam
from ministack.services import lambda_svc as aws_lambda

_INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)


def _refusal(code, message, status):
    return aws_lambda.error_response_json(code, message, status)


def image_of(uri):
    """The stored image that an image URI names, or None. The registry's host is not looked at: it is an override."""
    _, _, rest = uri.partition("/")
    name, at, digest = rest.partition("@")
    if at:
        wanted = {"imageDigest": digest}
    else:
        name, colon, tag = rest.rpartition(":")
        if not colon:
            name, tag = rest, "latest"
        wanted = {"imageTag": tag}
    return ecr._find_image(name, wanted) if name in ecr._repositories else None


def _image_refusal(uri):
    image = image_of(uri)
    if image is None:
        return _refusal("InvalidParameterValueException",
                        f"Source image {uri} does not exist. Provide a valid source image.", 400)
    if image.get("imageManifestMediaType") in _INDEXES:
        return _refusal("InvalidParameterValueException",
                        "The image manifest, config or layer media type for the source image "
                        f"{uri} is not supported.", 400)
    return None


def _role_refusal(arn):
    name = arn.rpartition("/")[2]
    role = iam._roles.get(name)
    trusted = False
    if role is not None:
        document = role.get("AssumeRolePolicyDocument") or "{}"
        document = json.loads(document) if isinstance(document, str) else document
        for statement in document.get("Statement", []):
            services = (statement.get("Principal") or {}).get("Service", [])
            services = [services] if isinstance(services, str) else services
            trusted = trusted or (statement.get("Effect") == "Allow" and "lambda.amazonaws.com" in services)
    if trusted:
        return None
    return _refusal("InvalidParameterValueException",
                    "The role defined for the function cannot be assumed by Lambda.", 400)


def _busy_refusal(name):
    function = aws_lambda._functions.get(name)
    if function is None:
        return None
    config = function["config"]
    if config.get("State") == "Pending":
        return _refusal("ResourceConflictException",
                        "The operation cannot be performed at this time. The function is currently in the "
                        "following state: Pending", 409)
    if config.get("LastUpdateStatus") == "InProgress":
        return _refusal("ResourceConflictException",
                        "The operation cannot be performed at this time. An update is in progress for "
                        f"resource: {aws_lambda._func_arn(name)}", 409)
    return None


def _create(original):
    @functools.wraps(original)
    def call(data):
        uri = (data.get("Code") or {}).get("ImageUri")
        refused = _image_refusal(uri) if uri else None
        return refused or _role_refusal(data.get("Role", "")) or original(data)

    return call


def _build_config(original):
    @functools.wraps(original)
    def call(name, data, code_zip=None):
        config = original(name, data, code_zip)
        image = image_of((data.get("Code") or {}).get("ImageUri") or "")
        if image is not None:
            config["CodeSha256"] = image["imageDigest"].partition(":")[2]
        return config

    return call


def _after_update(name, answered):
    """AWS leaves State as it is during an update; only LastUpdateStatus says that one runs."""
    if answered[0] != 200:
        return answered
    config = aws_lambda._functions[name]["config"]
    config.update(State="Active", StateReason="", StateReasonCode="")
    return aws_lambda.json_response({**json.loads(answered[2]), **config,
                                     "Version": json.loads(answered[2]).get("Version", "$LATEST")})


def _update_code(original):
    @functools.wraps(original)
    def call(name, data):
        uri = data.get("ImageUri")
        refused = _busy_refusal(name) or (_image_refusal(uri) if uri else None)
        if refused:
            return refused
        answered = original(name, data)
        if answered[0] == 200 and uri:
            aws_lambda._functions[name]["config"]["CodeSha256"] = image_of(uri)["imageDigest"].partition(":")[2]
        return _after_update(name, answered)

    return call


def _update_config(original):
    @functools.wraps(original)
    def call(name, data):
        refused = _busy_refusal(name) or (_role_refusal(data["Role"]) if data.get("Role") else None)
        return refused or _after_update(name, original(name, data))

    return call


def _publish(original):
    @functools.wraps(original)
    def call(name, data):
        return _busy_refusal(name) or original(name, data)

    return call


def _get_function(original):
    @functools.wraps(original)
    def call(name, qualifier=None):
        status, headers, body = original(name, qualifier)
        if status == 200:
            answer = json.loads(body)
            code, sha = answer.get("Code") or {}, answer["Configuration"].get("CodeSha256")
            if code.get("ImageUri") and sha:
                host, slash, rest = code["ImageUri"].partition("/")
                rest = rest.partition("@")[0].partition(":")[0]
                code["ResolvedImageUri"] = f"{host}{slash}{rest}@sha256:{sha}"
                return aws_lambda.json_response(answer)
        return status, headers, body

    return call


def _policy_per_qualifier(original, qualifier_of):
    """AWS keeps one policy for each qualifier; MiniStack keeps one for the function."""

    @functools.wraps(original)
    def call(name, *args, **kwargs):
        function = aws_lambda._functions.get(name)
        if function is None:
            return original(name, *args, **kwargs)
        qualifier = qualifier_of(*args, **kwargs)
        resource = aws_lambda._policy_resource_arn(name, qualifier)
        statements = function["policy"]["Statement"]
        others = [statement for statement in statements if statement.get("Resource") != resource]
        function["policy"]["Statement"] = [s for s in statements if s.get("Resource") == resource]
        if original.__name__ == "_get_policy" and not function["policy"]["Statement"]:
            function["policy"]["Statement"] = others
            known = aws_lambda._validate_function_qualifier_exists(name, qualifier)
            return known or _refusal("ResourceNotFoundException",
                                     "The resource you requested does not exist.", 404)
        try:
            return original(name, *args, **kwargs)
        finally:
            function["policy"]["Statement"] = others + function["policy"]["Statement"]

    return call


def _add_qualifier(_data, query_params=None, path_qualifier=None):
    return aws_lambda._qualifier_from_path_or_query(path_qualifier, query_params)


def _remove_qualifier(_sid, query_params=None, path_qualifier=None):
    return aws_lambda._qualifier_from_path_or_query(path_qualifier, query_params)


def _get_qualifier(query_params=None, path_qualifier=None):
    return aws_lambda._qualifier_from_path_or_query(path_qualifier, query_params)


def install():
    changes = {
        "_create_function": _create,
        "_build_config": _build_config,
        "_update_code": _update_code,
        "_update_config": _update_config,
        "_publish_version": _publish,
        "_get_function": _get_function,
        "_add_permission": lambda f: _policy_per_qualifier(f, _add_qualifier),
        "_remove_permission": lambda f: _policy_per_qualifier(f, _remove_qualifier),
        "_get_policy": lambda f: _policy_per_qualifier(f, _get_qualifier),
    }
    # Asking the engine for a container's memory takes a second, at each invocation.
    aws_lambda._probe_peak_memory_mb = lambda _function: 0
    for name, change in changes.items():
        setattr(aws_lambda, name, change(getattr(aws_lambda, name)))
