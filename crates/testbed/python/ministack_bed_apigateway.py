"""Corrections of MiniStack's API Gateway v2; the README of the crate lists them with their reasons."""

import contextvars
import functools
import inspect
import json
import re
import textwrap
import urllib.parse

from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.services import apigateway
from ministack.services import lambda_svc as aws_lambda

_PAGE = 25
_CALLS = contextvars.ContextVar("slipway_route_call", default=None)
_PATH = contextvars.ContextVar("slipway_path_parameters", default=None)
_VARIABLES = contextvars.ContextVar("slipway_stage_variables", default=None)
_LISTS = re.compile(r"/v2/apis(/[^/]+/(routes|integrations|stages|deployments|authorizers))?/?$")


def _error(code, message, status):
    return apigateway._apigw_error(code, message, status)


def _paged(original):
    @functools.wraps(original)
    async def call(method, path, headers, body, query_params):
        answered = await original(method, path, headers, body, query_params)
        if method != "GET" or not _LISTS.match(path) or answered[0] != 200:
            return answered
        asked = {"maxResults": [str(_PAGE)]} | (query_params or {})
        return apigateway._page(json.loads(answered[2])["items"], asked)

    return call


def _unknown_integration(api_id, data):
    target = data.get("target")
    if not target:
        return None
    kind, _, integration = target.partition("/")
    if kind == "integrations" and integration in apigateway._integrations.get(api_id, {}):
        return None
    return _error("BadRequestException", f"Invalid Route target specified: {target}", 400)


def _key_taken(api_id, key, route_id=None):
    for route in apigateway._routes.get(api_id, {}).values():
        if route["routeKey"] == key and route["routeId"] != route_id:
            return _error("ConflictException", f"Route with key {key} already exists for this API", 409)
    return None


def _create_route(original):
    @functools.wraps(original)
    def call(api_id, data):
        refused = _key_taken(api_id, data.get("routeKey")) or _unknown_integration(api_id, data)
        return refused if refused and api_id in apigateway._apis else original(api_id, data)

    return call


def _update_route(original):
    @functools.wraps(original)
    def call(api_id, route_id, data):
        if route_id in apigateway._routes.get(api_id, {}):
            refused = _key_taken(api_id, data.get("routeKey"), route_id) or _unknown_integration(api_id, data)
            if refused:
                return refused
        return original(api_id, route_id, data)

    return call


def _create_stage(original):
    @functools.wraps(original)
    def call(api_id, data):
        if data.get("stageName") in apigateway._stages.get(api_id, {}):
            return _error("ConflictException", "Stage already exists", 409)
        refused = _unknown_route(api_id, data)
        if refused and api_id in apigateway._apis:
            return refused
        return original(api_id, data)

    return call


def _delete_known(original, store, what):
    @functools.wraps(original)
    def call(api_id, key):
        if api_id in apigateway._apis and key not in store.get(api_id, {}):
            return _error("NotFoundException", f"Unable to find {what} by name or id {key}", 404)
        return original(api_id, key)

    return call


def _delete_integration(original):
    @functools.wraps(original)
    def call(api_id, integration_id):
        for route in apigateway._routes.get(api_id, {}).values():
            if route.get("target") == f"integrations/{integration_id}":
                return _error("ConflictException",
                              f"Cannot delete Integration '{integration_id}': Route '{route['routeKey']}' uses it", 409)
        return original(api_id, integration_id)

    return call


def _tags_shown(original):
    """The tags of an API and of a stage are one thing, read by GetTags or with the resource."""

    @functools.wraps(original)
    def call(resource_arn, change):
        answered = original(resource_arn, change)
        if answered[0] < 300:
            arn, _ = apigateway._validate_tag_resource_arn(resource_arn)
            parts = (arn or "").partition("::/apis/")[2].split("/")
            tags = dict(apigateway._api_tags.get(arn, {}))
            if len(parts) == 1 and parts[0] in apigateway._apis:
                apigateway._apis[parts[0]]["tags"] = tags
            elif len(parts) == 3:
                apigateway._stages[parts[0]][parts[2]]["tags"] = tags
        return answered

    return call


def _deployed(original):
    """A stage serves once it has a deployment: by autoDeploy or by CreateDeployment."""

    @functools.wraps(original)
    async def call(api_id, stage, *args, **kwargs):
        known = apigateway._stages.get(api_id, {}).get(stage)
        if known is None or not (known.get("autoDeploy") or known.get("deploymentId")):
            return apigateway._http_api_not_found()
        return await original(api_id, stage, *args, **kwargs)

    return call


_SETTINGS = re.compile(r"/v2/apis/([^/]+)/stages/([^/]+)/(?:(accesslogsettings)|routesettings/(.+?))/?$")


def _settings_of_stages(original):
    """DeleteRouteSettings and DeleteAccessLogSettings, which were taken for DeleteStage."""

    @functools.wraps(original)
    async def call(method, path, headers, body, query_params):
        found = _SETTINGS.match(path)
        if not found or method != "DELETE":
            return await original(method, path, headers, body, query_params)
        api_id, name, log, key = (part and urllib.parse.unquote(part) for part in found.groups())
        stage = apigateway._stages.get(api_id, {}).get(name)
        if stage is None:
            return _error("NotFoundException", f"Unable to find Stage by name {name}", 404)
        if log:
            stage.pop("accessLogSettings", None)
        elif stage["routeSettings"].pop(key, None) is None:
            return _error("NotFoundException", f"Unable to find RouteSettings by key {key}", 404)
        return 204, {}, b""

    return call


def _unknown_route(api_id, data):
    keys = {route["routeKey"] for route in apigateway._routes.get(api_id, {}).values()}
    for key in data.get("routeSettings") or {}:
        if key not in keys:
            return _error("NotFoundException", f"Unable to find Route by key {key} within the provided RouteSettings", 404)
    return None


def _update_stage(original):
    """Variables and route settings are merged key by key; a variable that is set to nothing goes."""

    @functools.wraps(original)
    def call(api_id, name, data):
        stage = apigateway._stages.get(api_id, {}).get(name)
        if stage is not None:
            refused = _unknown_route(api_id, data)
            if refused:
                return refused
            data = dict(data)
            if data.get("stageVariables") is not None:
                merged = stage.get("stageVariables", {}) | data["stageVariables"]
                data["stageVariables"] = {key: value for key, value in merged.items() if value}
            if data.get("routeSettings") is not None:
                data["routeSettings"] = stage.get("routeSettings", {}) | data["routeSettings"]
        return original(api_id, name, data)

    return call


def _delete_authorizer(original):
    @functools.wraps(original)
    def call(api_id, authorizer_id):
        for route in apigateway._routes.get(api_id, {}).values():
            if route.get("authorizerId") == authorizer_id and route.get("authorizationType") not in (None, "NONE"):
                return _error("ConflictException",
                              f"Cannot delete Authorizer '{authorizer_id}': Route '{route['routeKey']}' uses it", 409)
        return original(api_id, authorizer_id)

    return call


def source_arn(event):
    """The execute-api ARN under which API Gateway calls a function for this event."""
    context = event["requestContext"]
    method, _, path = event["routeKey"].partition(" ")
    tail = f"{context['stage']}/{'*' if method == 'ANY' else method}{path}"
    if event["routeKey"] == "$default":
        tail = f"{context['stage']}/$default"
    return f"arn:aws:execute-api:{get_region()}:{get_account_id()}:{context['apiId']}/{tail}"


def _matches(pattern, text):
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text) is not None


def may_invoke(policy, resource, source):
    """Whether a function's policy lets API Gateway invoke `resource` on behalf of `source`."""
    for statement in policy.get("Statement", []):
        principal = statement.get("Principal")
        service = principal.get("Service") if isinstance(principal, dict) else principal
        if service not in ("apigateway.amazonaws.com", "*") or statement.get("Resource") != resource:
            continue
        if statement.get("Action") not in ("lambda:InvokeFunction", "lambda:*"):
            continue
        patterns = (statement.get("Condition") or {}).get("ArnLike", {})
        if all(_matches(pattern, source) for pattern in patterns.values()):
            return True
    return False


def _proxy_event(event):
    """Completes a payload 2.0 event as API Gateway sends it."""
    headers = event["headers"]
    cookies = headers.pop("cookie", None)
    if cookies is not None:
        event["cookies"] = [cookie.strip() for cookie in cookies.split(";") if cookie.strip()]
    context = event["requestContext"]
    host, _, port = headers.get("host", "").partition(":")
    context.setdefault("domainPrefix", host.partition(".")[0])
    headers.setdefault("x-forwarded-for", context["http"]["sourceIp"])
    headers.setdefault("x-forwarded-port", port or "80")
    headers.setdefault("x-forwarded-proto", "http")
    headers.setdefault("x-amzn-trace-id", f"Root=1-{context['timeEpoch'] // 1000:08x}-{new_uuid().replace('-', '')[:24]}")
    if not event.get("pathParameters"):
        event.pop("pathParameters", None)
    variables = apigateway._get_stage_variables(context["apiId"], context["stage"])
    if variables:
        event["stageVariables"] = dict(variables)


def _failed():
    return {"body": {"statusCode": 500, "headers": {"Content-Type": "application/json"},
                     "body": '{"message":"Internal Server Error"}'}}


def _invoke(original):
    """The call of a function for a route: the permission, the whole event, and AWS's answer to a failure."""

    @functools.wraps(original)
    async def call(integration, api_id, *args, **kwargs):
        reference = apigateway._extract_lambda_ref_from_integration_uri(integration.get("integrationUri", ""))
        token = _CALLS.set({"reference": urllib.parse.unquote(reference)})
        try:
            return await original(integration, api_id, *args, **kwargs)
        finally:
            _CALLS.reset(token)

    return call


def _execute(original):
    @functools.wraps(original)
    def run(function, event):
        call = _CALLS.get()
        if call is None or not isinstance(event, dict) or "routeKey" not in event:
            return original(function, event)
        name, _ = aws_lambda._resolve_request_scoped_name_and_qualifier(call["reference"])
        record = aws_lambda._functions.get(name) or {}
        if not may_invoke(record.get("policy") or {}, call["reference"], source_arn(event)):
            aws_lambda.logger.warning("no permission for %s on %s", source_arn(event), call["reference"])
            return _failed()
        _proxy_event(event)
        # The function may call others: what it does is not a route's call.
        token = _CALLS.set(None)
        try:
            result = original(function, event)
        finally:
            _CALLS.reset(token)
        if result.get("error") and not result.get("throttle"):
            return _failed()
        return result

    return run


def _authorize(original):
    """A function decides only when its policy lets the authorizer of this API ask it."""

    @functools.wraps(original)
    async def call(authorizer, event, account_id, region):
        reference = urllib.parse.unquote(
            apigateway._extract_lambda_ref_from_integration_uri(authorizer.get("authorizerUri", "")))
        name, _ = aws_lambda._resolve_request_scoped_name_and_qualifier(reference)
        record = aws_lambda._functions.get(name) or {}
        source = (f"arn:aws:execute-api:{region}:{account_id}:{event['requestContext']['apiId']}"
                  f"/authorizers/{authorizer['authorizerId']}")
        if not may_invoke(record.get("policy") or {}, reference, source):
            aws_lambda.logger.warning("no permission for %s on %s", source, reference)
            return None
        return await original(authorizer, event, account_id, region)

    return call


def _remembered(original, variable):
    """Keeps what the path or the stage gave for the address that the request is passed on to."""

    @functools.wraps(original)
    def call(*args):
        given = original(*args)
        variable.set(given)
        return given

    return call


def _http_proxy(original):
    """The address is filled in with path parameters and stage variables; the request's own path is no part of it."""

    @functools.wraps(original)
    async def call(integration, path, method, headers, body, query_params):
        if "overwrite:path" in (integration.get("requestParameters") or {}):
            return await original(integration, path, method, headers, body, query_params)
        address = integration.get("integrationUri", "")
        for name, value in (_VARIABLES.get() or {}).items():
            address = address.replace("${stageVariables." + name + "}", value)
        for name, value in (_PATH.get() or {}).items():
            address = address.replace("{" + name + "}", urllib.parse.quote(value, safe="/%:@!$&'()*+,;=~-._"))
        # A slash at the end would be cut off.
        rest = "/" if address.endswith("/") else ""
        filled = integration | {"integrationUri": address}
        return await original(filled, rest, method, headers, body, query_params)

    return call


def _specificity(original):
    @functools.wraps(original)
    def call(method, route_path):
        # Only the name `proxy` counted as greedy.
        return original(method, re.sub(r"\{[^}]+\+\}", "{proxy+}", route_path))

    return call


def _preflight_only_with_cors(original):
    """Without CORS settings, OPTIONS is a method like any other; the check stands inside the function."""
    source = textwrap.dedent(inspect.getsource(original))
    answered_always = 'if method == "OPTIONS":'
    if source.count(answered_always) != 1:
        raise RuntimeError("MiniStack's preflight is not where it was")
    made = {}
    source = source.replace(answered_always, 'if method == "OPTIONS" and cors_cfg:')
    exec(compile(source, apigateway.__file__, "exec"), apigateway.__dict__, made)
    return made[original.__name__]


def install():
    apigateway.handle_request = _settings_of_stages(_paged(apigateway.handle_request))
    apigateway._route_specificity = _specificity(apigateway._route_specificity)
    apigateway._create_route = _create_route(apigateway._create_route)
    apigateway._update_route = _update_route(apigateway._update_route)
    apigateway._create_stage = _create_stage(apigateway._create_stage)
    apigateway._update_stage = _update_stage(apigateway._update_stage)
    apigateway._delete_authorizer = _delete_authorizer(
        _delete_known(apigateway._delete_authorizer, apigateway._authorizers, "Authorizer"))
    apigateway._delete_route = _delete_known(apigateway._delete_route, apigateway._routes, "Route")
    apigateway._delete_stage = _delete_known(apigateway._delete_stage, apigateway._stages, "Stage")
    apigateway._delete_integration = _delete_integration(
        _delete_known(apigateway._delete_integration, apigateway._integrations, "Integration"))
    apigateway._tag_resource = _tags_shown(apigateway._tag_resource)
    apigateway._untag_resource = _tags_shown(apigateway._untag_resource)
    apigateway._handle_execute_in_scope = _deployed(
        _preflight_only_with_cors(apigateway._handle_execute_in_scope)
    )
    apigateway._extract_path_params = _remembered(apigateway._extract_path_params, _PATH)
    apigateway._get_stage_variables = _remembered(apigateway._get_stage_variables, _VARIABLES)
    apigateway._invoke_http_proxy = _http_proxy(apigateway._invoke_http_proxy)
    apigateway._invoke_request_authorizer_lambda = _authorize(apigateway._invoke_request_authorizer_lambda)
    apigateway._invoke_lambda_proxy = _invoke(apigateway._invoke_lambda_proxy)
    aws_lambda._execute_function_with_config_scope = _execute(aws_lambda._execute_function_with_config_scope)
