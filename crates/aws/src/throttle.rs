//! How much a stage or one of its routes takes in.

use aws_sdk_apigatewayv2::types::RouteSettings;
use slipway_plan::ThrottleSpec;

/// Without a limit the settings are empty, which takes an earlier limit away.
pub(crate) fn wanted(spec: Option<&ThrottleSpec>) -> RouteSettings {
    let burst = spec.and_then(|spec| spec.burst);
    RouteSettings::builder()
        .set_throttling_rate_limit(spec.and_then(|spec| spec.rate))
        .set_throttling_burst_limit(burst.map(|burst| i32::try_from(burst).unwrap_or(i32::MAX)))
        .build()
}

/// Settings may hold other things than a limit.
pub(crate) fn observed(has: &RouteSettings) -> Option<ThrottleSpec> {
    let spec = ThrottleSpec {
        rate: has.throttling_rate_limit(),
        burst: has
            .throttling_burst_limit()
            .and_then(|burst| u32::try_from(burst).ok()),
    };
    (spec.rate.is_some() || spec.burst.is_some()).then_some(spec)
}
