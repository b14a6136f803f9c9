"""An AWS client that is independent of the product: one JSON request a line in, one JSON answer a line out.

{"call": "lambda.get_function", "with": {...}} answers {"ok": {...}} or {"error": CODE, "status": N}.
{"image": FOLDER, "name": "localhost:PORT/NAME:TAG"} builds and pushes; {"containers": LABEL} lists.
"""

import base64
import json
import sys

import boto3
import botocore.exceptions
import docker
from botocore.config import Config

ENDPOINT, ENGINE, REGION = sys.argv[1:4]
# Nothing is corrected, refused or repeated on this side: the test decides what is sent.
CONFIG = Config(parameter_validation=False, retries={"total_max_attempts": 1}, read_timeout=20)
clients = {}


def aws(service):
    if service not in clients:
        clients[service] = boto3.client(
            service, endpoint_url=ENDPOINT, region_name=REGION, config=CONFIG,
            aws_access_key_id="test", aws_secret_access_key="test")
    return clients[service]


def call(name, parameters):
    service, operation = name.split(".")
    try:
        answer = getattr(aws(service), operation)(**parameters)
    except botocore.exceptions.ClientError as error:
        return {"error": error.response["Error"]["Code"],
                "status": error.response["ResponseMetadata"]["HTTPStatusCode"]}
    except Exception as error:  # a broken connection, an answer that cannot be read
        return {"error": type(error).__name__, "status": None}
    answer.pop("ResponseMetadata", None)
    return {"ok": answer}


def image(folder, name):
    engine = docker.APIClient(base_url=ENGINE)
    for line in engine.build(path=folder, tag=name, rm=True, decode=True):
        if "error" in line:
            return {"error": line["error"]}
    token = aws("ecr").get_authorization_token()["authorizationData"][0]["authorizationToken"]
    user, _, password = base64.b64decode(token).decode().partition(":")
    for line in engine.push(name, stream=True, decode=True, auth_config={"username": user, "password": password}):
        if "error" in line:
            return {"error": line["error"]}
    return {"ok": {}}


def containers(label):
    return {"ok": [c["Id"] for c in docker.APIClient(base_url=ENGINE).containers(all=True, filters={"label": label})]}


for line in sys.stdin:
    wish = json.loads(line)
    if "call" in wish:
        answer = call(wish["call"], wish["with"])
    elif "image" in wish:
        answer = image(wish["image"], wish["name"])
    else:
        answer = containers(wish["containers"])
    print(json.dumps(answer, default=str), flush=True)
