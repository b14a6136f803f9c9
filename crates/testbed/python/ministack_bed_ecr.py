"""Corrections of MiniStack's ECR; the README of the crate lists them with their reasons."""

import base64
import functools
import json

from docker.models.images import ImageCollection
from ministack.services import ecr

TOKEN = "ministack-auth-token"
_AUTHORIZATION = "Basic " + base64.b64encode(f"AWS:{TOKEN}".encode()).decode()
_PAGE = 100


def _answer(body, status=200):
    return ecr.json_response(body, status)


def _paged(original, member):
    """Adds maxResults and nextToken to a call that answers with everything."""

    @functools.wraps(original)
    def call(data):
        unpaged = {key: value for key, value in data.items() if key not in ("maxResults", "nextToken")}
        status, headers, body = original(unpaged | {"maxResults": 10**9})
        if status != 200:
            return status, headers, body
        answer = json.loads(body)
        items = answer[member]
        start = int(data.get("nextToken") or 0)
        end = start + int(data.get("maxResults") or _PAGE)
        answer[member] = items[start:end]
        if end < len(items):
            answer["nextToken"] = str(end)
        return _answer(answer)

    return call


def _compressed_size(manifest):
    """The sum of what a manifest names, in bytes; None for an index."""
    parsed = json.loads(manifest)
    if "layers" not in parsed:
        return None
    return sum(part["size"] for part in [parsed["config"], *parsed["layers"]])


def _describe_images(original):
    @functools.wraps(original)
    def call(data):
        name = data.get("repositoryName", "")
        if name in ecr._repositories:
            for wanted in data.get("imageIds") or []:
                if ecr._find_image(name, wanted) is None:
                    digest, tag = wanted.get("imageDigest", "null"), wanted.get("imageTag", "null")
                    return ecr.error_response_json(
                        "ImageNotFoundException",
                        f"The image with imageId {{imageDigest:'{digest}', imageTag:'{tag}'}} does not exist within "
                        f"the repository with name '{name}' in the registry with id '{ecr._registry_id()}'", 400)
        status, headers, body = original(data)
        if status != 200:
            return status, headers, body
        answer = json.loads(body)
        for detail in answer["imageDetails"]:
            image = ecr._find_image(name, {"imageDigest": detail["imageDigest"]})
            size = _compressed_size(image["imageManifest"]) if image else None
            if size is not None:
                detail["imageSizeInBytes"] = size
        return _answer(answer)

    return call


def _put_manifest(original):
    """A tag that may not move is refused for the image that has it, too."""

    @functools.wraps(original)
    def call(name, ref, headers, body):
        repository = ecr._repositories.get(name, {})
        if not ref.startswith("sha256:") and repository.get("imageTagMutability") == "IMMUTABLE":
            if ecr._find_image(name, {"imageTag": ref}) is not None:
                return ecr._registry_error(
                    400,
                    "TAG_INVALID",
                    f"The image tag '{ref}' already exists in the '{name}' repository and cannot be overwritten "
                    "because the tag is immutable.")
        return original(name, ref, headers, body)

    return call


def _registry(original):
    @functools.wraps(original)
    async def call(method, path, headers, body, query_params):
        sent = {key.lower(): value for key, value in (headers or {}).items()}.get("authorization")
        if sent != _AUTHORIZATION:
            error = {"errors": [{"code": "UNAUTHORIZED", "message": "Not Authorized"}]}
            return 401, {
                "Content-Type": "application/json",
                "Docker-Distribution-Api-Version": "registry/2.0",
                "Www-Authenticate": 'Basic realm="slipway-testbed",service="ecr.amazonaws.com"',
            }, json.dumps(error).encode()
        return await original(method, path, headers, body, query_params)

    return call


def _pull(original):
    @functools.wraps(original)
    def call(self, repository, *args, **kwargs):
        kwargs.setdefault("auth_config", {"username": "AWS", "password": TOKEN})
        return original(self, repository, *args, **kwargs)

    return call


def install():
    ecr._describe_images = _paged(_describe_images(ecr._describe_images), "imageDetails")
    ecr._describe_repositories = _paged(ecr._describe_repositories, "repositories")
    ecr._v2_put_manifest = _put_manifest(ecr._v2_put_manifest)
    ecr.handle_registry_request = _registry(ecr.handle_registry_request)
    # The engine pulls a function's image from that registry, so it signs in too.
    ImageCollection.pull = _pull(ImageCollection.pull)
