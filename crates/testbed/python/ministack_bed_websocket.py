"""Corrections of MiniStack's WebSocket APIs; the README of the crate lists them with their reasons."""

import contextvars
import copy
import functools
import json
import urllib.parse

from ministack.services import apigateway
from ministack.services import lambda_svc as aws_lambda
from ministack_bed_apigateway import _error, may_invoke

# Routes and route responses by (API, deployment), as they were when it was made.
_FROZEN = {}
_STAGE = contextvars.ContextVar("slipway_socket_stage", default=None)
_OWN_KEYS = ("$connect", "$disconnect")


def _frozen_now(api_id):
    return {"routes": copy.deepcopy(dict(apigateway._routes.get(api_id, {}))),
            "responses": copy.deepcopy(dict(apigateway._route_responses.get(api_id, {})))}


def _served(api_id):
    """What the stage of this connection serves, or None."""
    stage = apigateway._stages.get(api_id, {}).get(_STAGE.get())
    if stage is None:
        return None
    if stage.get("autoDeploy"):
        return _frozen_now(api_id)
    return _FROZEN.get((api_id, stage.get("deploymentId")))


def _create_deployment(original):
    @functools.wraps(original)
    def call(api_id, data):
        answered = original(api_id, data)
        if answered[0] == 201:
            _FROZEN[(api_id, json.loads(answered[2])["deploymentId"])] = _frozen_now(api_id)
        return answered

    return call


def _delete_deployment(original):
    @functools.wraps(original)
    def call(api_id, deployment_id):
        if api_id in apigateway._apis:
            if deployment_id not in apigateway._deployments.get(api_id, {}):
                return _error("NotFoundException", f"Unable to find Deployment by name or id {deployment_id}", 404)
            for stage in apigateway._stages.get(api_id, {}).values():
                if stage.get("deploymentId") == deployment_id:
                    return _error("BadRequestException",
                                  "Active stages pointing to this deployment must be moved or deleted", 400)
        return original(api_id, deployment_id)

    return call


def _unknown_deployment(api_id, data):
    wanted = data.get("deploymentId")
    if not wanted or wanted in apigateway._deployments.get(api_id, {}):
        return None
    return _error("NotFoundException", f"Unable to find Deployment by name or id {wanted}", 404)


def _create_stage(original):
    @functools.wraps(original)
    def call(api_id, data):
        refused = api_id in apigateway._apis and _unknown_deployment(api_id, data)
        return refused or original(api_id, data)

    return call


def _update_stage(original):
    @functools.wraps(original)
    def call(api_id, stage_name, data):
        refused = api_id in apigateway._apis and _unknown_deployment(api_id, data)
        return refused or original(api_id, stage_name, data)

    return call


def _delete_route_response(original):
    @functools.wraps(original)
    def call(api_id, route_id, response_id):
        known = apigateway._route_responses.get(api_id, {}).get(route_id, {})
        if route_id in apigateway._routes.get(api_id, {}) and response_id not in known:
            return _error("NotFoundException", f"Unable to find RouteResponse by name or id {response_id}", 404)
        return original(api_id, route_id, response_id)

    return call


def _handle(original):
    """A connection belongs to a stage, and a stage without a deployment serves nothing."""

    @functools.wraps(original)
    async def call(scope, receive, send, api_id, path_override=None):
        path = path_override if path_override is not None else scope.get("path", "")
        _STAGE.set(path.lstrip("/").split("/", 1)[0])
        return await original(scope, receive, send, api_id, path_override=path_override)

    return call


def _match(_original):
    def match(api_id, route_key):
        served = _served(api_id)
        if served is None:
            # Without a stage there is no connection: a route that refuses it.
            return {"routeKey": route_key, "target": "", "undeployed": True} if route_key == "$connect" else None
        routes = {route["routeKey"]: route for route in served["routes"].values()}
        return routes.get(route_key) or (None if route_key in _OWN_KEYS else routes.get("$default"))

    return match


def _may_call(api_id, account_id, region, route, stage):
    integration_id = route.get("target", "").rpartition("/")[2]
    integration = apigateway._integrations.get(api_id, {}).get(integration_id)
    if integration is None:
        return False
    uri = integration.get("integrationUri", "")
    if not uri.startswith("arn:aws:apigateway:") or not uri.endswith("/invocations"):
        aws_lambda.logger.warning("a WebSocket API invokes no %s", uri)
        return False
    reference = urllib.parse.unquote(apigateway._extract_lambda_ref_from_integration_uri(uri))
    name, _ = aws_lambda._resolve_request_scoped_name_and_qualifier(reference)
    record = aws_lambda._functions.get(name) or {}
    source = f"arn:aws:execute-api:{region}:{account_id}:{api_id}/{stage}/{route['routeKey']}"
    return may_invoke(record.get("policy") or {}, reference, source)


def _answers(api_id, route):
    served = _served(api_id) or {"responses": {}}
    return route.get("routeResponseSelectionExpression") and served["responses"].get(route["routeId"])


def _invoke(original):
    @functools.wraps(original)
    async def call(api_id, account_id, region, route, stage, connection_id, event_type, message_id, *args, **kwargs):
        if route.get("undeployed"):
            return {"statusCode": 403}
        if not _may_call(api_id, account_id, region, route, stage):
            said = {"message": "Internal server error", "connectionId": connection_id, "requestId": message_id}
            return {"statusCode": 500, "body": json.dumps(said)}
        answer = await original(api_id, account_id, region, route, stage, connection_id, event_type, message_id,
                                *args, **kwargs)
        if event_type == "MESSAGE" and isinstance(answer, dict) and not _answers(api_id, route):
            answer = {name: value for name, value in answer.items() if name != "body"}
        return answer

    return call


def install():
    apigateway._create_deployment = _create_deployment(apigateway._create_deployment)
    apigateway._delete_deployment = _delete_deployment(apigateway._delete_deployment)
    apigateway._create_stage = _create_stage(apigateway._create_stage)
    apigateway._update_stage = _update_stage(apigateway._update_stage)
    apigateway._delete_route_response = _delete_route_response(apigateway._delete_route_response)
    apigateway.handle_websocket = _handle(apigateway.handle_websocket)
    apigateway._match_ws_route = _match(apigateway._match_ws_route)
    apigateway._invoke_ws_lambda = _invoke(apigateway._invoke_ws_lambda)
