//! What people read, for the shop of the examples.

use crate::setup::{Project, SHOP};
use crate::world::World;
use slipway_plan::{DestroyOptions, Detail, render};

#[test]
fn first_deploy() {
    let shop = Project::new(SHOP, "dev");
    let plan = shop.plan(&World::default(), None);
    insta::assert_snapshot!("first_concise", render(&plan, Detail::Concise));
    insta::assert_snapshot!("first_full", render(&plan, Detail::Full));
    let steps: Vec<String> = plan
        .graph
        .nodes
        .iter()
        .map(|node| {
            let after: Vec<&str> = node.after.iter().map(|id| id.0.as_str()).collect();
            format!("{} [{}] after {}", node.id.0, node.title, after.join(" | "))
        })
        .collect();
    insta::assert_snapshot!("first_graph", steps.join("\n"));
}

#[test]
fn second_deploy() {
    let shop = Project::new(SHOP, "dev");
    let plan = shop.plan(&shop.deployed(), None);
    insta::assert_snapshot!(render(&plan, Detail::Concise), @"Nothing to do.");
}

#[test]
fn code_change() {
    let shop = Project::new(SHOP, "dev");
    let world = shop.deployed();
    let changed = Project::with(SHOP, "dev", |fingerprints| {
        let orders = "image:orders".parse().unwrap();
        fingerprints.insert(orders, "edited".into());
    });
    let plan = changed.plan(&world, Some(&world.state(3)));
    insta::assert_snapshot!(render(&plan, Detail::Concise));
}

#[test]
fn memory_change() {
    let shop = Project::new(SHOP, "dev");
    let world = shop.deployed();
    let changed = Project::new(&SHOP.replace("memory = 512", "memory = 640"), "dev");
    insta::assert_snapshot!(render(&changed.plan(&world, None), Detail::Full));
}

#[test]
fn route_and_function_removed() {
    let shop = Project::new(SHOP, "dev");
    let world = shop.deployed();
    let text = SHOP
        .replace("\"GET /catalog\" = \"catalog\"\n", "")
        .replace("\"GET /catalog/{proxy+}\" = \"catalog\"\n", "");
    let start = text.find("[functions.catalog]").unwrap();
    let end = text.find("[functions.faults]").unwrap();
    let text = format!("{}{}", &text[..start], &text[end..]);
    let changed = Project::new(&text, "dev");
    let plan = changed.plan(&world, Some(&world.state(1)));
    insta::assert_snapshot!(render(&plan, Detail::Concise));
}

#[test]
fn destroy() {
    let shop = Project::new(SHOP, "dev");
    let world = shop.deployed();
    let keep = DestroyOptions::default();
    let plan = shop.make(&world, None, Some(keep)).unwrap();
    insta::assert_snapshot!("destroy_keeps", render(&plan, Detail::Concise));
    let all = DestroyOptions {
        images: true,
        logs: true,
    };
    let plan = shop.make(&world, None, Some(all)).unwrap();
    insta::assert_snapshot!("destroy_all", render(&plan, Detail::Concise));
}
