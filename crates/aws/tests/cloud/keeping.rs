//! What a repository keeps: tags that stay, and a lifecycle policy.

use crate::shop::Shop;
use crate::world::World;
use slipway_engine::port::CloudErrorKind;
use slipway_plan::{LifecycleRule, Operation as Op, ResourceSpec as Spec};

/// Sets both and reads them back, also what somebody else has set. Tags stay and a policy is there afterwards.
pub(crate) async fn keeping(world: &mut World, shop: &mut Shop, at: &str) {
    shop.repository.immutable_tags = false;
    let spec = Spec::Repository(shop.repository.clone());
    world.act(Op::PutImageTagMutability, at, &spec).await;
    world.expect(at, &spec).await;
    shop.repository.immutable_tags = true;
    let spec = Spec::Repository(shop.repository.clone());
    world.act(Op::PutImageTagMutability, at, &spec).await;
    world.expect(at, &spec).await;

    // None is no policy of ECR's, so there is no call for it.
    let refused = world.try_do(Op::PutLifecyclePolicy, at, &spec, None).await;
    assert_eq!(refused.unwrap_err().kind, CloudErrorKind::Invalid);
    shop.repository.lifecycle = vec![LifecycleRule::Untagged { untagged_days: 30 }];
    let spec = Spec::Repository(shop.repository.clone());
    world.act(Op::PutLifecyclePolicy, at, &spec).await;
    world.expect(at, &spec).await;

    // The same, as somebody may have written it in the console; then another rule.
    let rule = |days: u32| {
        format!(
            r#"{{ "rules": [ {{ "selection": {{"countUnit":"days", "countNumber": {days}, "tagStatus": "untagged",
            "countType": "sinceImagePushed"}}, "rulePriority": 5, "action": {{ "type": "expire" }} }} ] }}"#
        )
    };
    put_policy(world, &rule(30)).await;
    world.expect(at, &spec).await;
    put_policy(world, &rule(1).replace("untagged", "any")).await;
    let seen = world.find(at, &spec).await.unwrap();
    let Spec::Repository(seen) = seen.spec else {
        panic!("a repository")
    };
    let [LifecycleRule::Other(rule)] = &seen.lifecycle[..] else {
        panic!("{:?} are not ours", seen.lifecycle)
    };
    assert_eq!(rule["selection"]["tagStatus"], "any");
    world.act(Op::PutLifecyclePolicy, at, &spec).await;
    world.expect(at, &spec).await;
}

/// As somebody else sets it, past the proxy.
async fn put_policy(world: &World, text: &str) {
    let address = world.bed.endpoints().ministack.clone();
    let body = serde_json::json!({ "repositoryName": "shop/orders", "lifecyclePolicyText": text });
    let sent = tokio::task::spawn_blocking(move || {
        ureq::post(address)
            .header("content-type", "application/x-amz-json-1.1")
            .header(
                "x-amz-target",
                "AmazonEC2ContainerRegistry_V20150921.PutLifecyclePolicy",
            )
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/ecr/aws4_request, SignedHeaders=host, Signature=0",
            )
            .send(body.to_string())
    });
    assert_eq!(sent.await.unwrap().unwrap().status(), 200);
}
