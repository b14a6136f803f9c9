//! Every operation once, from nothing to nothing.

use crate::keeping::keeping;
use crate::push::push;
use crate::shop::{FUNCTION, Shop, shop};
use crate::world::{RUN, World, addr, spec_with};
use slipway_design::Statement;
use slipway_engine::port::{Cloud as _, CloudErrorKind};
use slipway_plan::{
    Observed, Operation as Op, Ownership, ResourceAddr, ResourceKind, ResourceSpec as Spec,
    TAG_RUN, Text,
};
use std::collections::BTreeSet;

#[tokio::test]
async fn every_operation_from_nothing_to_nothing() {
    let mut world = World::new().await;
    let mut shop = shop(&world.scope);

    let identity = world.cloud.identity().await.unwrap();
    assert_eq!(identity.account, world.scope.account);
    assert_eq!(identity.source, "dummy keys of an emulator");
    assert!(world.refresh(&shop.all()).await.is_empty());
    for (addr, spec) in shop.all() {
        let unknown = matches!(
            addr.kind,
            ResourceKind::Integration | ResourceKind::Route | ResourceKind::Stage
        );
        if !unknown {
            assert_eq!(world.find(&addr.to_string(), &spec).await, None, "{addr}");
        }
    }

    repository_and_image(&mut world, &mut shop).await;
    log_group(&mut world, &mut shop).await;
    role(&mut world, &mut shop).await;
    function(&mut world, &mut shop).await;
    alias(&mut world, &shop).await;
    api(&mut world, &mut shop).await;
    integration_and_route(&mut world, &mut shop).await;
    stage(&mut world, &mut shop).await;
    permission(&mut world, &shop).await;

    everything_is_seen(&world, &shop).await;
    what_is_foreign_is_told(&mut world, &shop).await;
    everything_goes(&mut world, &shop).await;
    world.bed.assert_valid();
    world.bed.stop().await.unwrap();
}

fn run_tag_was_sent(world: &World, operation: &str) {
    let call = world
        .bed
        .proxy()
        .mutating_calls()
        .into_iter()
        .find(|call| call.operation == operation)
        .unwrap_or_else(|| panic!("no {operation} was seen"));
    let sent = call.parameters.to_string();
    assert!(sent.contains(TAG_RUN) && sent.contains(RUN), "{sent}");
}

async fn exists(world: &mut World, operation: Op, address: &str, spec: &Spec) {
    let again = world.try_do(operation, address, spec, None).await;
    assert_eq!(
        again.unwrap_err().kind,
        CloudErrorKind::AlreadyExists,
        "{operation:?}"
    );
}

/// Takes the tag `team` away with `untag` and sees that.
async fn untag(world: &mut World, tag: Op, untag: Op, address: &str, before: &Spec, after: &Spec) {
    world.act(tag, address, before).await;
    let observed = world.expect(address, before).await;
    world
        .try_do(untag, address, after, Some(&observed))
        .await
        .unwrap();
    world.expect(address, after).await;
}

async fn repository_and_image(world: &mut World, shop: &mut Shop) {
    const AT: &str = "repository:orders";
    let spec = Spec::Repository(shop.repository.clone());
    let made = world.act(Op::CreateRepository, AT, &spec).await;
    assert_eq!(made["uri"], format!("{}/shop/orders", world.scope.registry));
    run_tag_was_sent(world, "CreateRepository");
    let seen = world.expect(AT, &spec).await;
    assert_eq!(seen.outputs, world.outputs[&addr(AT)]);
    exists(world, Op::CreateRepository, AT, &spec).await;

    shop.repository.scan_on_push = false;
    let spec = Spec::Repository(shop.repository.clone());
    world
        .act(Op::PutImageScanningConfiguration, AT, &spec)
        .await;
    world.expect(AT, &spec).await;
    keeping(world, shop, AT).await;
    let spec = Spec::Repository(shop.repository.clone());
    shop.repository.tags.remove("team");
    let after = Spec::Repository(shop.repository.clone());
    untag(
        world,
        Op::TagRepository,
        Op::UntagRepository,
        AT,
        &spec,
        &after,
    )
    .await;

    let login = world.cloud.registry_login(&world.scope).await.unwrap();
    assert_eq!(login.server, world.scope.registry);
    assert!(!format!("{login:?}").contains(&login.password));
    let image = Spec::Image(shop.image.clone());
    assert_eq!(world.find("image:orders", &image).await, None);
    let digest = push(&login, "shop/orders", &shop.image.tag(), "one").await;
    let seen = world.expect("image:orders", &image).await;
    assert_eq!(seen.outputs["digest"], digest);
    world.outputs.insert(addr("image:orders"), seen.outputs);
}

async fn log_group(world: &mut World, shop: &mut Shop) {
    const AT: &str = "log_group:orders";
    let spec = Spec::LogGroup(shop.log_group.clone());
    world.act(Op::CreateLogGroup, AT, &spec).await;
    run_tag_was_sent(world, "CreateLogGroup");
    let seen = world.expect(AT, &spec).await;
    assert_eq!(seen.outputs, world.outputs[&addr(AT)]);
    exists(world, Op::CreateLogGroup, AT, &spec).await;

    shop.log_group.retention_days = Some(14);
    let spec = Spec::LogGroup(shop.log_group.clone());
    world.act(Op::PutRetentionPolicy, AT, &spec).await;
    world.expect(AT, &spec).await;
    shop.log_group.retention_days = None;
    let spec = Spec::LogGroup(shop.log_group.clone());
    world.act(Op::DeleteRetentionPolicy, AT, &spec).await;
    world.expect(AT, &spec).await;
    shop.log_group.tags.remove("team");
    let after = Spec::LogGroup(shop.log_group.clone());
    untag(world, Op::TagLogGroup, Op::UntagLogGroup, AT, &spec, &after).await;
}

async fn role(world: &mut World, shop: &mut Shop) {
    const AT: &str = "role:orders";
    const POLICY: &str = "role_policy:orders";
    let spec = Spec::Role(shop.role.clone());
    let made = world.act(Op::CreateRole, AT, &spec).await;
    assert_eq!(Text::from(made["arn"].as_str()), shop.function.role);
    run_tag_was_sent(world, "CreateRole");
    world.expect(AT, &spec).await;
    exists(world, Op::CreateRole, AT, &spec).await;
    world.act(Op::UpdateAssumeRolePolicy, AT, &spec).await;
    world.expect(AT, &spec).await;
    shop.role.tags.remove("team");
    let after = Spec::Role(shop.role.clone());
    untag(world, Op::TagRole, Op::UntagRole, AT, &spec, &after).await;

    let policy = Spec::RolePolicy(shop.policy.clone());
    world.act(Op::PutRolePolicy, POLICY, &policy).await;
    world.expect(POLICY, &policy).await;
    shop.policy.statements.push(Statement {
        actions: vec!["dynamodb:GetItem".into()],
        resources: vec!["*".into()],
    });
    let policy = Spec::RolePolicy(shop.policy.clone());
    world.act(Op::PutRolePolicy, POLICY, &policy).await;
    world.expect(POLICY, &policy).await;
}

async fn function(world: &mut World, shop: &mut Shop) {
    const AT: &str = "function:orders";
    let spec = Spec::Function(shop.function.clone());
    world.act(Op::CreateFunction, AT, &spec).await;
    run_tag_was_sent(world, "CreateFunction");
    world.ready(AT, &spec).await;
    world.expect(AT, &spec).await;
    exists(world, Op::CreateFunction, AT, &spec).await;

    let login = world.cloud.registry_login(&world.scope).await.unwrap();
    shop.image.fingerprint = "cd34".repeat(16);
    push(&login, "shop/orders", &shop.image.tag(), "two").await;
    let image = Spec::Image(shop.image.clone());
    let seen = world.expect("image:orders", &image).await;
    world.outputs.insert(addr("image:orders"), seen.outputs);
    world.act(Op::UpdateFunctionCode, AT, &spec).await;
    world.ready(AT, &spec).await;
    world.expect(AT, &spec).await;

    shop.function.memory = 512;
    shop.function.timeout = 20;
    shop.function.description = "The orders".into();
    shop.function.environment = [("TABLE".to_owned(), "orders-2".to_owned())].into();
    shop.alias.configuration = shop.function.version_configuration(FUNCTION);
    let spec = Spec::Function(shop.function.clone());
    world.act(Op::UpdateFunctionConfiguration, AT, &spec).await;
    world.ready(AT, &spec).await;
    world.expect(AT, &spec).await;

    shop.function.tags.remove("team");
    let after = Spec::Function(shop.function.clone());
    untag(world, Op::TagFunction, Op::UntagFunction, AT, &spec, &after).await;
}

async fn alias(world: &mut World, shop: &Shop) {
    const AT: &str = "alias:orders";
    let spec = Spec::Alias(shop.alias.clone());
    let first = world.act(Op::PublishVersion, AT, &spec).await;
    assert_eq!(first["version"], "1");
    world.act(Op::CreateAlias, AT, &spec).await;
    exists(world, Op::CreateAlias, AT, &spec).await;
    world.ready(AT, &spec).await;
    let seen = world.expect(AT, &spec).await;
    assert_eq!(seen.outputs, world.outputs[&addr(AT)]);

    // What the alias points to stays as it was published, whatever becomes of the function.
    let function = Spec::Function(slipway_plan::FunctionSpec {
        memory: 1024,
        ..shop.function.clone()
    });
    world
        .act(
            Op::UpdateFunctionConfiguration,
            "function:orders",
            &function,
        )
        .await;
    world.ready("function:orders", &function).await;
    world.expect(AT, &spec).await;
    world.act(Op::PublishVersion, AT, &spec).await;
    world.act(Op::UpdateAlias, AT, &spec).await;
    let moved = world.find(AT, &spec).await.unwrap();
    assert_eq!(moved.outputs["version"], "2");
    assert_ne!(moved.spec, spec_with(&spec, &world.outputs));

    let function = Spec::Function(shop.function.clone());
    world
        .act(
            Op::UpdateFunctionConfiguration,
            "function:orders",
            &function,
        )
        .await;
    world.ready("function:orders", &function).await;
    world.act(Op::PublishVersion, AT, &spec).await;
    world.act(Op::UpdateAlias, AT, &spec).await;
    world.expect(AT, &spec).await;
}

async fn api(world: &mut World, shop: &mut Shop) {
    const AT: &str = "api:public";
    let spec = Spec::Api(shop.api.clone());
    let made = world.act(Op::CreateApi, AT, &spec).await;
    run_tag_was_sent(world, "CreateApi");
    let seen = world.expect(AT, &spec).await;
    assert_eq!(seen.outputs, made);
    let endpoint = &made["endpoint"];
    assert!(endpoint.starts_with(&format!("http://{}.execute-api.localhost:", made["id"])));

    shop.api.description = "The public API".into();
    let spec = Spec::Api(shop.api.clone());
    world.act(Op::UpdateApi, AT, &spec).await;
    world.expect(AT, &spec).await;
    shop.api.tags.remove("team");
    let after = Spec::Api(shop.api.clone());
    untag(world, Op::TagApi, Op::UntagApi, AT, &spec, &after).await;

    // A second of the same address is seen as surplus, and deleted by its id.
    world.act(Op::CreateApi, AT, &after).await;
    let second = world.id(AT);
    let seen = world.expect(AT, &after).await;
    let surplus = seen.surplus.clone();
    assert_eq!(surplus.len(), 1);
    let kept = seen.outputs["id"].clone();
    assert!(surplus[0] != kept && (surplus[0] == second || kept == second));
    world
        .outputs
        .insert(addr(AT), [("id".to_owned(), surplus[0].clone())].into());
    world.act(Op::DeleteApi, AT, &after).await;
    world.outputs.insert(addr(AT), seen.outputs);
    let seen = world.expect(AT, &after).await;
    assert!(seen.surplus.is_empty());
    assert_eq!(seen.outputs["id"], kept);
}

async fn integration_and_route(world: &mut World, shop: &mut Shop) {
    const AT: &str = "integration:public/orders";
    const ROUTE: &str = "route:public/GET /orders/{id}";
    let spec = Spec::Integration(shop.integration.clone());
    world.act(Op::CreateIntegration, AT, &spec).await;
    let seen = world.expect(AT, &spec).await;
    assert_eq!(seen.outputs, world.outputs[&addr(AT)]);
    shop.integration.timeout_ms = 5_000;
    shop.integration.payload_version = "1.0".into();
    let spec = Spec::Integration(shop.integration.clone());
    world.act(Op::UpdateIntegration, AT, &spec).await;
    world.expect(AT, &spec).await;

    let route = Spec::Route(shop.route.clone());
    world.act(Op::CreateRoute, ROUTE, &route).await;
    let seen = world.expect(ROUTE, &route).await;
    assert_eq!(seen.outputs, world.outputs[&addr(ROUTE)]);
    exists(world, Op::CreateRoute, ROUTE, &route).await;

    // A further integration of the same address, moved to and back.
    let first = world.id(AT);
    world.act(Op::CreateIntegration, AT, &spec).await;
    world.act(Op::UpdateRoute, ROUTE, &route).await;
    world.expect(ROUTE, &route).await;
    let seen = world.expect(AT, &spec).await;
    assert_eq!(seen.surplus.len(), 1);
    let second = world.id(AT);
    world
        .outputs
        .insert(addr(AT), [("id".to_owned(), first.clone())].into());
    world.act(Op::UpdateRoute, ROUTE, &route).await;
    world
        .outputs
        .insert(addr(AT), [("id".to_owned(), second)].into());
    world.act(Op::DeleteIntegration, AT, &spec).await;
    world
        .outputs
        .insert(addr(AT), [("id".to_owned(), first)].into());
    assert!(world.expect(AT, &spec).await.surplus.is_empty());
}

async fn stage(world: &mut World, shop: &mut Shop) {
    const AT: &str = "stage:public/$default";
    let spec = Spec::Stage(shop.stage.clone());
    let made = world.act(Op::CreateStage, AT, &spec).await;
    run_tag_was_sent(world, "CreateStage");
    assert_eq!(made["url"], world.outputs[&addr("api:public")]["endpoint"]);
    let seen = world.expect(AT, &spec).await;
    assert_eq!(seen.outputs, made);
    world.ready(AT, &spec).await;
    exists(world, Op::CreateStage, AT, &spec).await;

    shop.stage.variables.remove("colour");
    shop.stage.variables.insert("size".into(), "xl".into());
    let after = Spec::Stage(shop.stage.clone());
    world
        .try_do(Op::UpdateStage, AT, &after, Some(&seen))
        .await
        .unwrap();
    world.expect(AT, &after).await;
    let before = after;
    shop.stage.tags.remove("team");
    let after = Spec::Stage(shop.stage.clone());
    untag(world, Op::TagStage, Op::UntagStage, AT, &before, &after).await;
}

async fn permission(world: &mut World, shop: &Shop) {
    const AT: &str = "permission:public/orders";
    let spec = Spec::Permission(shop.permission.clone());
    world.act(Op::AddPermission, AT, &spec).await;
    world.expect(AT, &spec).await;
    exists(world, Op::AddPermission, AT, &spec).await;
}

async fn everything_is_seen(world: &World, shop: &Shop) {
    let desired = shop.all();
    let seen = world.refresh(&desired).await;
    let addresses: BTreeSet<&ResourceAddr> = seen.keys().collect();
    assert_eq!(addresses, desired.iter().map(|(addr, _)| addr).collect());
    for (addr, spec) in &desired {
        assert_eq!(seen[addr].spec, spec_with(spec, &world.outputs), "{addr}");
        assert_eq!(seen[addr].ownership, Ownership::Ours, "{addr}");
    }

    // With nothing to go by but our tags: all but images, whose tag follows from their sources.
    let by_tags = world.refresh(&[]).await;
    let expected: BTreeSet<&ResourceAddr> = seen
        .keys()
        .filter(|addr| addr.kind != ResourceKind::Image)
        .collect();
    assert_eq!(by_tags.keys().collect::<BTreeSet<_>>(), expected);
    for (addr, observed) in &by_tags {
        assert_eq!(observed, &seen[addr], "{addr}");
    }
}

async fn what_is_foreign_is_told(world: &mut World, shop: &Shop) {
    let mut scope = world.scope.clone();
    std::mem::swap(&mut scope, &mut world.scope);
    world.scope.environment = "prod".into();
    let desired = shop.all();
    let seen = world.refresh(&desired).await;
    for kind in [
        ResourceKind::LogGroup,
        ResourceKind::Role,
        ResourceKind::Function,
    ] {
        let observed: &Observed = &seen[&ResourceAddr::new(kind, "orders")];
        let Ownership::Foreign { found } = &observed.ownership else {
            panic!("{} must be foreign", observed.addr);
        };
        assert!(found.contains("slipway:environment=dev"), "{found}");
    }
    // Nothing that hangs from a foreign thing is looked at, and an API is told by its tags.
    let expected: BTreeSet<ResourceAddr> = [
        "repository:orders",
        "image:orders",
        "log_group:orders",
        "role:orders",
        "function:orders",
    ]
    .map(addr)
    .into();
    assert_eq!(seen.keys().cloned().collect::<BTreeSet<_>>(), expected);
    // Repositories belong to all environments.
    let by_tags: Vec<ResourceAddr> = world.refresh(&[]).await.into_keys().collect();
    assert_eq!(by_tags, [addr("repository:orders")]);
    world.scope = scope;
}

async fn everything_goes(world: &mut World, shop: &Shop) {
    let api_id = world.id("api:public");
    let steps = [
        (Op::RemovePermission, "permission:public/orders"),
        (Op::DeleteStage, "stage:public/$default"),
        (Op::DeleteRoute, "route:public/GET /orders/{id}"),
        (Op::DeleteIntegration, "integration:public/orders"),
        (Op::DeleteApi, "api:public"),
        (Op::DeleteAlias, "alias:orders"),
        (Op::DeleteFunction, "function:orders"),
        (Op::DeleteRolePolicy, "role_policy:orders"),
        (Op::DeleteRole, "role:orders"),
        (Op::DeleteLogGroup, "log_group:orders"),
        (Op::DeleteRepository, "repository:orders"),
    ];
    let specs = shop.all();
    for (operation, address) in steps {
        let (_, spec) = specs.iter().find(|(of, _)| *of == addr(address)).unwrap();
        world.act(operation, address, spec).await;
        // Gone already: the same is a success.
        world.act(operation, address, spec).await;
        assert_eq!(world.find(address, spec).await, None, "{address}");
    }
    assert_eq!(world.id("api:public"), api_id);
    assert!(world.refresh(&specs).await.is_empty());
}

/// List calls where AWS has them: the number of reads grows with functions and APIs, not with routes.
#[tokio::test]
async fn a_refresh_reads_each_list_once() {
    let mut world = World::new().await;
    let shop = shop(&world.scope);
    world
        .act(Op::CreateApi, "api:public", &Spec::Api(shop.api.clone()))
        .await;
    let integration = Spec::Integration(shop.integration.clone());
    world
        .act(
            Op::CreateIntegration,
            "integration:public/orders",
            &integration,
        )
        .await;
    for number in 0..120 {
        let route = Spec::Route(slipway_plan::RouteSpec {
            route_key: format!("GET /r{number}"),
            ..shop.route.clone()
        });
        world
            .act(
                Op::CreateRoute,
                &format!("route:public/GET /r{number}"),
                &route,
            )
            .await;
    }
    world.bed.proxy().clear();
    let seen = world.refresh(&[]).await;
    let routes = seen.keys().filter(|addr| addr.kind == ResourceKind::Route);
    assert_eq!(routes.count(), 120);
    let calls = world.bed.proxy().calls();
    let of = |name: &str| calls.iter().filter(|call| call.operation == name).count();
    assert_eq!(
        (
            of("GetApis"),
            of("GetRoutes"),
            of("GetIntegrations"),
            of("GetStages")
        ),
        (1, 2, 1, 1)
    );
    assert_eq!(
        (
            of("ListFunctions"),
            // Those of functions and those of APIs.
            of("DescribeLogGroups"),
            of("DescribeRepositories")
        ),
        (1, 3, 1)
    );
    // What services are made of: a list each where there is nothing.
    for list in [
        "DescribeClusters",
        "DescribeSecurityGroups",
        "GetVpcLinks",
        "ListNamespaces",
    ] {
        assert_eq!(of(list), 1, "{list}");
    }
    assert_eq!(calls.len(), 15, "{calls:?}");
    world.bed.assert_valid();
    world.bed.stop().await.unwrap();
}
