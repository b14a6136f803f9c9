"""What a Fargate service needs and MiniStack has not: VPC links of API Gateway and Application Auto Scaling.

Both keep what they are given and check what AWS checks; no traffic goes through a link, and nothing is scaled.
A security group that another one names is not deleted, and a service changes where its tasks register.
"""

import functools
import json
import re
import time
import urllib.parse

from ministack.core import router
from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.services import apigateway, ec2, ecs

# Seconds for which a link is on its way in and out.
_LINK_SETTLES = 0.5

_links = {}
_targets = {}
_policies = {}


def _here():
    return get_account_id(), get_region()


def _found(link_id):
    link = _links.get((*_here(), link_id))
    if link and link.get("goneAt") and link["goneAt"] <= time.time():
        del _links[(*_here(), link_id)]
        return None
    return link


def _shown(link):
    if link.get("goneAt"):
        status = "DELETING"
    elif time.time() < link["readyAt"]:
        status = "PENDING"
    else:
        status = "AVAILABLE"
    shown = {key: value for key, value in link.items() if key not in ("readyAt", "goneAt")}
    return shown | {"vpcLinkStatus": status, "vpcLinkStatusMessage": f"VPC link is {status.lower()}"}


def _missing(link_id):
    return apigateway._apigw_error("NotFoundException", f"Unable to find VpcLink by id {link_id}", 404)


def _uses(link_id):
    return any(
        integration.get("connectionId") == link_id
        for integrations in apigateway._integrations.values()
        for integration in integrations.values()
    )


def _vpc_links(method, link_id, data):
    if not link_id and method == "POST":
        if not data.get("name") or not data.get("subnetIds"):
            return apigateway._apigw_error("BadRequestException", "name and subnetIds are required", 400)
        link_id = new_uuid().replace("-", "")[:6]
        link = {
            "vpcLinkId": link_id,
            "name": data["name"],
            "subnetIds": data["subnetIds"],
            "securityGroupIds": data.get("securityGroupIds", []),
            "tags": data.get("tags", {}),
            "vpcLinkVersion": "V2",
            "readyAt": time.time() + _LINK_SETTLES,
        }
        _links[(*_here(), link_id)] = link
        return apigateway._apigw_response(_shown(link), 201)
    if not link_id and method == "GET":
        links = [_found(key[2]) for key in list(_links) if key[:2] == _here()]
        return apigateway._apigw_response({"items": [_shown(link) for link in links if link]})
    link = _found(link_id)
    if link is None:
        return _missing(link_id)
    if method == "GET":
        return apigateway._apigw_response(_shown(link))
    if method == "PATCH":
        link["name"] = data.get("name", link["name"])
        return apigateway._apigw_response(_shown(link))
    if method == "DELETE":
        if _uses(link_id):
            return apigateway._apigw_error("BadRequestException", "The VPC link is used by an integration", 400)
        link.setdefault("goneAt", time.time() + _LINK_SETTLES)
        return 202, {"Content-Type": "application/json"}, b"{}"
    return apigateway._apigw_error("BadRequestException", "no such call", 400)


def _link_tags(method, link_id, data, query):
    link = _found(link_id)
    if link is None:
        return _missing(link_id)
    if method == "POST":
        link["tags"] = link["tags"] | data.get("tags", {})
        return apigateway._apigw_response({}, 201)
    if method == "DELETE":
        keys = query.get("tagKeys", [])
        for key in keys if isinstance(keys, list) else [keys]:
            link["tags"].pop(key, None)
        return 204, {}, b""
    return apigateway._apigw_response({"tags": link["tags"]})


def _with_links(original):
    @functools.wraps(original)
    async def call(method, path, headers, body, query_params):
        decoded = urllib.parse.unquote(path)
        data = json.loads(body) if body else {}
        links = re.fullmatch(r"/v2/vpclinks(?:/([^/]+))?/?", decoded)
        if links:
            return _vpc_links(method, links.group(1), data)
        tags = re.fullmatch(r"/v2/tags/arn:[^/]*::/vpclinks/([^/]+)", decoded)
        if tags:
            return _link_tags(method, tags.group(1), data, query_params or {})
        return await original(method, path, headers, body, query_params)

    return call


def _connected(original, status):
    """An integration keeps the id of its VPC link, which must be there."""

    @functools.wraps(original)
    def call(api_id, *rest):
        data = rest[-1]
        if data.get("connectionType") == "VPC_LINK" and _found(data.get("connectionId")) is None:
            return apigateway._apigw_error("BadRequestException", "The VPC link is not known", 400)
        answer = original(api_id, *rest)
        if answer[0] != status:
            return answer
        integration = apigateway._integrations[api_id][json.loads(answer[2])["integrationId"]]
        if "connectionId" in data:
            integration["connectionId"] = data["connectionId"]
        if integration.get("connectionType") != "VPC_LINK":
            integration.pop("connectionId", None)
        return apigateway._apigw_response(integration, status)

    return call


def _scaling_error(code, message):
    return 400, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps({"__type": code, "Message": message}).encode()


def _service_exists(resource):
    _, cluster, name = (resource.split("/") + ["", ""])[:3]
    service = ecs._services.get(f"{cluster}/{name}")
    return bool(service) and service["status"] == "ACTIVE"


def _register(data):
    resource = data["ResourceId"]
    if not _service_exists(resource):
        return _scaling_error("ValidationException", f"ECS service doesn't exist: {resource}")
    target = _targets.setdefault((*_here(), resource), {})
    target |= {key: data[key] for key in ("ServiceNamespace", "ResourceId", "ScalableDimension")}
    target |= {key: data[key] for key in ("MinCapacity", "MaxCapacity") if key in data}
    target.setdefault("CreationTime", time.time())
    target.setdefault("RoleARN", f"arn:aws:iam::{get_account_id()}:role/aws-service-role/"
                                 "ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService")
    return {"ScalableTargetARN": f"arn:aws:application-autoscaling:{get_region()}:{get_account_id()}:scalable-target/0"}


def _deregister(data):
    if _targets.pop((*_here(), data["ResourceId"]), None) is None:
        return _scaling_error("ObjectNotFoundException", "No scalable target found")
    for key in [key for key in _policies if key[:3] == (*_here(), data["ResourceId"])]:
        del _policies[key]
    return {}


def _describe_targets(data):
    wanted = data.get("ResourceIds")
    return {"ScalableTargets": [
        target for key, target in _targets.items()
        if key[:2] == _here() and (not wanted or key[2] in wanted)
    ]}


def _put_policy(data):
    resource = data["ResourceId"]
    if (*_here(), resource) not in _targets:
        return _scaling_error("ObjectNotFoundException", "No scalable target registered")
    arn = f"arn:aws:autoscaling:{get_region()}:{get_account_id()}:scalingPolicy:0:policyName/{data['PolicyName']}"
    _policies[(*_here(), resource, data["PolicyName"])] = data | {
        "PolicyARN": arn, "CreationTime": time.time(), "Alarms": []}
    return {"PolicyARN": arn, "Alarms": []}


def _delete_policy(data):
    if _policies.pop((*_here(), data["ResourceId"], data["PolicyName"]), None) is None:
        return _scaling_error("ObjectNotFoundException", "No scaling policy found")
    return {}


def _describe_policies(data):
    wanted = data.get("ResourceId")
    return {"ScalingPolicies": [
        policy for key, policy in _policies.items()
        if key[:2] == _here() and (not wanted or key[2] == wanted)
    ]}


_SCALING = {
    "RegisterScalableTarget": _register,
    "DeregisterScalableTarget": _deregister,
    "DescribeScalableTargets": _describe_targets,
    "PutScalingPolicy": _put_policy,
    "DeleteScalingPolicy": _delete_policy,
    "DescribeScalingPolicies": _describe_policies,
}


async def _scaling(method, path, headers, body, query_params):
    action = headers.get("x-amz-target", "").partition(".")[2]
    call = _SCALING.get(action)
    if call is None:
        return _scaling_error("UnknownOperationException", action)
    answer = call(json.loads(body or b"{}"))
    if isinstance(answer, tuple):
        return answer
    return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer).encode()


def _registering(original):
    """UpdateService changes where tasks register, too."""

    @functools.wraps(original)
    def call(data):
        answer = original(data)
        if "serviceRegistries" not in data or answer[0] != 200:
            return answer
        name = json.loads(answer[2])["service"]["serviceName"]
        cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
        service = ecs._services[f"{cluster}/{name}"]
        service["serviceRegistries"] = data["serviceRegistries"]
        return ecs.json_response({"service": ecs._sanitize(service)})

    return call


def _unreferenced(original):
    """A group that a rule of another one names is not deleted."""

    @functools.wraps(original)
    def call(parameters):
        group = ec2._p(parameters, "GroupId")
        for other_id, other in ec2._security_groups.items():
            named = [
                pair.get("GroupId")
                for rule in other.get("IpPermissions", [])
                for pair in rule.get("UserIdGroupPairs", [])
            ]
            if other_id != group and group in named:
                return ec2._error("DependencyViolation", f"resource {group} has a dependent object", 400)
        return original(parameters)

    return call


def install():
    from ministack import app

    ecs._ACTION_MAP["UpdateService"] = _registering(ecs._ACTION_MAP["UpdateService"])
    ec2._ACTION_MAP["DeleteSecurityGroup"] = _unreferenced(ec2._ACTION_MAP["DeleteSecurityGroup"])

    apigateway.handle_request = _with_links(apigateway.handle_request)
    apigateway._create_integration = _connected(apigateway._create_integration, 201)
    apigateway._update_integration = _connected(apigateway._update_integration, 200)
    router.SERVICE_PATTERNS["application-autoscaling"] = {
        "target_prefixes": ["AnyScaleFrontendService"],
        "host_patterns": [],
        "credential_scope": "application-autoscaling",
    }
    app.SERVICE_HANDLERS["application-autoscaling"] = _scaling
