//! What all resources of API Gateway share: lists in pages, and tags by ARN.

use crate::answer::{Answered, found};
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use crate::tags;
use slipway_engine::port::Call;
use slipway_plan::Outputs;
use std::collections::BTreeMap;

/// Entries on a page. The largest that the service takes is not documented for this API; without
/// it a page holds 25.
pub(crate) const PAGE: &str = "100";

/// What one page holds, and the token of the next.
pub(crate) type Page<T> = (Option<Vec<T>>, Option<String>);

/// Everything on all pages. `page` asks for the one of a token.
pub(crate) async fn pages<T, F>(
    session: &Session,
    page: impl Fn(Option<String>) -> F,
) -> Answered<Vec<T>>
where
    F: Future<Output = Answered<Page<T>>>,
{
    let mut all = Vec::new();
    let mut token = None;
    loop {
        session.gateway_reads.admit().await;
        let (items, next) = page(token).await?;
        all.extend(items.unwrap_or_default());
        token = next.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(all);
        }
    }
}

/// The same of an API's parts; there are none where the API is gone.
pub(crate) async fn parts<T, F>(
    session: &Session,
    page: impl Fn(Option<String>) -> F,
) -> Answered<Vec<T>>
where
    F: Future<Output = Answered<Page<T>>>,
{
    Ok(found(pages(session, page).await)?.unwrap_or_default())
}

/// Sets all tags that are wanted.
pub(crate) async fn tag(
    session: &Session,
    api: ApiCall,
    arn: String,
    wanted: &BTreeMap<String, String>,
) -> Answered<Outputs> {
    let request = session.write.gateway.tag_resource().resource_arn(arn);
    request
        .set_tags(Some(wanted.clone().into_iter().collect()))
        .send()
        .await
        .map_err(failed(api))?;
    Ok(Outputs::new())
}

/// Takes away what the call found and nobody wants.
pub(crate) async fn untag(
    session: &Session,
    api: ApiCall,
    arn: String,
    call: &Call<'_>,
    wanted: &BTreeMap<String, String>,
) -> Answered<Outputs> {
    let request = session.write.gateway.untag_resource().resource_arn(arn);
    request
        .set_tag_keys(Some(tags::stale(call, wanted)))
        .send()
        .await
        .map_err(failed(api))?;
    Ok(Outputs::new())
}
