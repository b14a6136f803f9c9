//! Security groups.

use crate::answer::{Answered, gone, known, lacking, mismatch, outputs, resolved};
use crate::ec2::Parameters;
use crate::ec2_xml::Element;
use crate::failure::{ApiCall, failed, invalid};
use crate::session::Session;
use crate::tags;
use slipway_engine::port::Call;
use slipway_plan::{
    IngressRule, Observed, Operation, Outputs, ResourceAddr, ResourceKind, ResourceSpec, Scope,
    SecurityGroupSpec, TAG_ENVIRONMENT, TAG_PROJECT, Text,
};
use std::collections::BTreeSet;

const DESCRIBE: ApiCall = ApiCall::read("ec2", "DescribeSecurityGroups");

/// All groups that carry the tags of this project and environment, and those of these names.
pub(crate) async fn list(
    session: &Session,
    scope: &Scope,
    named: &[(&ResourceAddr, &SecurityGroupSpec)],
) -> Answered<Vec<Observed>> {
    let by_tags = Parameters::new()
        .filter(
            1,
            &format!("tag:{TAG_PROJECT}"),
            std::slice::from_ref(&scope.project),
        )
        .filter(
            2,
            &format!("tag:{TAG_ENVIRONMENT}"),
            std::slice::from_ref(&scope.environment),
        );
    let mut groups = describe(session, by_tags).await?;
    if !named.is_empty() {
        let names: Vec<String> = named.iter().map(|(_, spec)| spec.name.clone()).collect();
        let by_name = Parameters::new().filter(1, "group-name", &names);
        groups.extend(describe(session, by_name).await?);
    }
    let mut found: Vec<Observed> = Vec::new();
    for group in &groups {
        let addr = named
            .iter()
            .find(|(_, spec)| {
                spec.name == group.text("groupName")
                    && (spec.vpc.is_empty() || spec.vpc == group.text("vpcId"))
            })
            .map(|(addr, _)| *addr);
        if let Some(observed) = look(scope, addr, group)
            && !found.iter().any(|other| other.addr == observed.addr)
        {
            found.push(observed);
        }
    }
    Ok(found)
}

pub(crate) async fn observe(
    session: &Session,
    scope: &Scope,
    addr: &ResourceAddr,
    spec: &SecurityGroupSpec,
) -> Answered<Option<Observed>> {
    let parameters = Parameters::new()
        .filter(1, "group-name", std::slice::from_ref(&spec.name))
        .filter(2, "vpc-id", std::slice::from_ref(&spec.vpc));
    let groups = describe(session, parameters).await?;
    Ok(groups
        .first()
        .and_then(|group| look(scope, Some(addr), group)))
}

async fn describe(session: &Session, parameters: Parameters) -> Answered<Vec<Element>> {
    const PAGE: &str = "500";
    let mut groups = Vec::new();
    let mut token = String::new();
    loop {
        let mut parameters = parameters.clone().set("MaxResults", PAGE);
        if !token.is_empty() {
            parameters = parameters.set("NextToken", &token);
        }
        let answer = session
            .read
            .ec2
            .call(DESCRIBE.name, parameters)
            .await
            .map_err(failed(DESCRIBE))?;
        groups.extend(answer.items("securityGroupInfo").iter().cloned());
        token = answer.text("nextToken").to_owned();
        if token.is_empty() {
            return Ok(groups);
        }
    }
}

/// Without an address it counts only when its tags give one.
fn look(scope: &Scope, addr: Option<&ResourceAddr>, group: &Element) -> Option<Observed> {
    let tags = tags::compared(
        group
            .items("tagSet")
            .iter()
            .map(|tag| (tag.text("key"), tag.text("value"))),
    );
    let by_tag = tags::address(scope, ResourceKind::SecurityGroup, &tags);
    let addr = by_tag.or_else(|| addr.cloned())?;
    let ownership = tags::ownership(scope, &addr, &tags);
    let rules: BTreeSet<IngressRule> = group
        .items("ipPermissions")
        .iter()
        .flat_map(rules_of)
        .collect();
    Some(Observed {
        outputs: outputs([("id", Some(group.text("groupId")))]),
        ownership,
        spec: ResourceSpec::SecurityGroup(SecurityGroupSpec {
            name: group.text("groupName").to_owned(),
            description: group.text("groupDescription").to_owned(),
            vpc: group.text("vpcId").to_owned(),
            ingress: Text::from(IngressRule::text(&rules)),
            tags,
        }),
        addr,
        surplus: Vec::new(),
    })
}

fn rules_of(permission: &Element) -> Vec<IngressRule> {
    const EVERY: &str = "-1";
    let port = |name: &str| permission.text(name).parse().unwrap_or(-1);
    let protocol = match permission.text("ipProtocol") {
        EVERY => "all",
        other => other,
    };
    let sources = [
        ("groups", "groupId"),
        ("ipRanges", "cidrIp"),
        ("ipv6Ranges", "cidrIpv6"),
        ("prefixListIds", "prefixListId"),
    ];
    sources
        .into_iter()
        .flat_map(|(list, name)| permission.items(list).iter().map(move |one| one.text(name)))
        .filter(|from| !from.is_empty())
        .map(|from| IngressRule {
            protocol: protocol.to_owned(),
            ports: (port("fromPort"), port("toPort")),
            from: from.to_owned(),
        })
        .collect()
}

/// One permission for each rule, as the Query protocol has them.
fn permissions(mut parameters: Parameters, rules: &[&IngressRule]) -> Parameters {
    for (place, rule) in rules.iter().enumerate() {
        let at = format!("IpPermissions.{}", place + 1);
        let protocol = match rule.protocol.as_str() {
            "all" => "-1",
            other => other,
        };
        parameters = parameters.set(format!("{at}.IpProtocol"), protocol);
        if protocol != "-1" {
            parameters = parameters
                .set(format!("{at}.FromPort"), rule.ports.0.to_string())
                .set(format!("{at}.ToPort"), rule.ports.1.to_string());
        }
        let source = match rule.from.as_str() {
            group if group.starts_with("sg-") => "Groups.1.GroupId",
            list if list.starts_with("pl-") => "PrefixListIds.1.PrefixListId",
            range if range.contains(':') => "Ipv6Ranges.1.CidrIpv6",
            _ => "IpRanges.1.CidrIp",
        };
        parameters = parameters.set(format!("{at}.{source}"), &rule.from);
    }
    parameters
}

fn rules(text: &str) -> Answered<BTreeSet<IngressRule>> {
    IngressRule::all_in(text).map_err(|error| {
        invalid(
            "ec2:AuthorizeSecurityGroupIngress",
            error.to_string(),
            "This is a mistake in Slipway: please report it.",
        )
    })
}

fn tagged<'a>(
    mut parameters: Parameters,
    prefix: &str,
    tags: impl IntoIterator<Item = (&'a String, &'a String)>,
) -> Parameters {
    for (place, (key, value)) in tags.into_iter().enumerate() {
        parameters = parameters
            .set(format!("{prefix}.{}.Key", place + 1), key)
            .set(format!("{prefix}.{}.Value", place + 1), value);
    }
    parameters
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &SecurityGroupSpec,
) -> Answered<Outputs> {
    let ec2 = &session.write.ec2;
    match call.operation {
        Operation::CreateSecurityGroup => {
            let mut created: Vec<(String, String)> =
                tags::created(&spec.tags, call).into_iter().collect();
            created.sort();
            let parameters = Parameters::new()
                .set("GroupName", &spec.name)
                .set("GroupDescription", &spec.description)
                .set("VpcId", &spec.vpc)
                .set("TagSpecification.1.ResourceType", "security-group");
            let parameters = tagged(
                parameters,
                "TagSpecification.1.Tag",
                created.iter().map(|(key, value)| (key, value)),
            );
            let answer = ec2.call(api.name, parameters).await.map_err(failed(api))?;
            match answer.text("groupId") {
                "" => Err(lacking(&api.title(), "id")),
                id => Ok(outputs([("id", Some(id))])),
            }
        }
        Operation::AuthorizeSecurityGroupIngress | Operation::RevokeSecurityGroupIngress => {
            let wanted = rules(resolved(call, &spec.ingress)?)?;
            let id = known(call, "id")?;
            // What is there now: an earlier step or try may have changed it.
            let groups = describe(
                session,
                Parameters::new().filter(1, "group-id", &[id.to_owned()]),
            )
            .await?;
            let there: BTreeSet<IngressRule> = groups
                .iter()
                .filter(|group| group.text("groupId") == id)
                .flat_map(|group| group.items("ipPermissions"))
                .flat_map(rules_of)
                .collect();
            let changed: Vec<&IngressRule> =
                if call.operation == Operation::AuthorizeSecurityGroupIngress {
                    wanted.difference(&there).collect()
                } else {
                    there.difference(&wanted).collect()
                };
            if changed.is_empty() {
                return Ok(Outputs::new());
            }
            let parameters = Parameters::new().set("GroupId", id);
            let sent = ec2
                .call(api.name, permissions(parameters, &changed))
                .await
                .map_err(failed(api));
            match sent {
                // An earlier try had its effect.
                Err(error)
                    if matches!(
                        error.code.as_deref(),
                        Some("InvalidPermission.Duplicate" | "InvalidPermission.NotFound")
                    ) =>
                {
                    Ok(Outputs::new())
                }
                Err(error) => Err(error),
                Ok(_) => Ok(Outputs::new()),
            }
        }
        Operation::TagSecurityGroup => {
            let parameters = Parameters::new().set("ResourceId.1", known(call, "id")?);
            ec2.call(api.name, tagged(parameters, "Tag", &spec.tags))
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::UntagSecurityGroup => {
            let mut parameters = Parameters::new().set("ResourceId.1", known(call, "id")?);
            for (place, key) in tags::stale(call, &spec.tags).into_iter().enumerate() {
                parameters = parameters.set(format!("Tag.{}.Key", place + 1), key);
            }
            ec2.call(api.name, parameters).await.map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::DeleteSecurityGroup => gone(
            ec2.call(
                api.name,
                Parameters::new().set("GroupId", known(call, "id")?),
            )
            .await
            .map_err(failed(api)),
        ),
        _ => Err(mismatch(call)),
    }
}
