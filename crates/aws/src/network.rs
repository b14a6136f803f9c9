//! The VPC and subnets that tasks and functions join. Reads only.

use crate::answer::Answered;
use crate::ec2::Parameters;
use crate::ec2_xml::Element;
use crate::failure::{ApiCall, failed, invalid};
use crate::session::Session;
use slipway_plan::{Network, Subnet};

const VPCS: ApiCall = ApiCall::read("ec2", "DescribeVpcs");
const SUBNETS: ApiCall = ApiCall::read("ec2", "DescribeSubnets");
const ROUTES: ApiCall = ApiCall::read("ec2", "DescribeRouteTables");

/// The chosen VPC and subnets, or the default VPC with its default subnets.
pub(crate) async fn read(
    session: &Session,
    wanted: Option<&slipway_design::Network>,
) -> Answered<Network> {
    let chosen = wanted.map(|it| it.subnets.clone()).unwrap_or_default();
    let named = wanted.and_then(|it| it.vpc.clone());
    let vpc = match (&named, chosen.is_empty()) {
        (Some(vpc), _) => Some(vpc.clone()),
        (None, true) => Some(default_vpc(session).await?),
        // It follows from the subnets.
        (None, false) => None,
    };
    let parameters = if chosen.is_empty() {
        let vpc = vpc.clone().into_iter().collect::<Vec<_>>();
        Parameters::new().filter(1, "vpc-id", &vpc)
    } else {
        Parameters::new().list("SubnetId", &chosen)
    };
    let answer = session
        .read
        .ec2
        .call(SUBNETS.name, parameters)
        .await
        .map_err(failed(SUBNETS))?;
    let mut subnets: Vec<&Element> = answer.items("subnetSet").iter().collect();
    if named.is_none() && chosen.is_empty() {
        subnets.retain(|subnet| subnet.text("defaultForAz") == "true");
    }
    subnets.sort_by_key(|subnet| subnet.text("subnetId").to_owned());
    let vpc = vpc
        .or_else(|| Some(subnets.first()?.text("vpcId").to_owned()))
        .unwrap_or_default();
    if subnets.is_empty() {
        return Err(invalid(
            &SUBNETS.title(),
            format!("the VPC {vpc} has no subnets to use"),
            "Name subnets in `network` of the environment.",
        ));
    }
    if let Some(other) = subnets.iter().find(|subnet| subnet.text("vpcId") != vpc) {
        return Err(invalid(
            &SUBNETS.title(),
            format!(
                "the subnet {} is in {}, not in {vpc}",
                other.text("subnetId"),
                other.text("vpcId")
            ),
            "All subnets of an environment's `network` must be in one VPC.",
        ));
    }
    let tables = session
        .read
        .ec2
        .call(
            ROUTES.name,
            Parameters::new().filter(1, "vpc-id", std::slice::from_ref(&vpc)),
        )
        .await
        .map_err(failed(ROUTES))?;
    let tables = tables.items("routeTableSet");
    let subnets = subnets
        .into_iter()
        .map(|subnet| Subnet {
            id: subnet.text("subnetId").to_owned(),
            zone: subnet.text("availabilityZone").to_owned(),
            public: is_public(tables, subnet.text("subnetId")),
        })
        .collect();
    let mut security_groups = wanted
        .map(|it| it.security_groups.clone())
        .unwrap_or_default();
    security_groups.sort();
    Ok(Network {
        vpc,
        subnets,
        security_groups,
    })
}

async fn default_vpc(session: &Session) -> Answered<String> {
    let answer = session
        .read
        .ec2
        .call(
            VPCS.name,
            Parameters::new().filter(1, "is-default", &["true".to_owned()]),
        )
        .await
        .map_err(failed(VPCS))?;
    answer
        .items("vpcSet")
        .first()
        .map(|vpc| vpc.text("vpcId").to_owned())
        .filter(|id| !id.is_empty())
        .ok_or_else(|| {
            invalid(
                &VPCS.title(),
                format!("there is no default VPC in {}", session.options.region),
                "Name a VPC and subnets: `network = { vpc = \"vpc-…\", subnets = [\"subnet-…\"] }` in the environment.",
            )
        })
}

/// Whether the subnet's route table, its own or else the VPC's main one, leads to an internet
/// gateway: "Subnets for your VPC", subnet types.
fn is_public(tables: &[Element], subnet: &str) -> bool {
    let associated = |table: &&Element, name: &str, value: &str| {
        table
            .items("associationSet")
            .iter()
            .any(|association| association.text(name) == value)
    };
    let own = tables
        .iter()
        .find(|table| associated(table, "subnetId", subnet));
    let table = own.or_else(|| {
        tables
            .iter()
            .find(|table| associated(table, "main", "true"))
    });
    table.is_some_and(|table| {
        table
            .items("routeSet")
            .iter()
            .any(|route| route.text("gatewayId").starts_with("igw-"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subnet_is_public_by_its_own_table_or_the_main_one() {
        let answer = Element::parse(
            "<R><routeTableSet>\
             <item><associationSet><item><main>true</main></item></associationSet>\
             <routeSet><item><gatewayId>igw-1</gatewayId></item></routeSet></item>\
             <item><associationSet><item><subnetId>subnet-p</subnetId></item></associationSet>\
             <routeSet><item><gatewayId>local</gatewayId></item><item><natGatewayId>nat-1</natGatewayId></item></routeSet></item>\
             </routeTableSet></R>",
        )
        .unwrap();
        let tables = answer.items("routeTableSet");
        assert!(is_public(tables, "subnet-main"));
        assert!(!is_public(tables, "subnet-p"));
        assert!(!is_public(&[], "subnet-main"));
    }
}
