//! A login for the private registry.

use crate::answer::{Answered, lacking};
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use slipway_engine::port::RegistryLogin;
use slipway_plan::Scope;

const GET_AUTHORIZATION_TOKEN: ApiCall = ApiCall::read("ecr", "GetAuthorizationToken");

/// The token lasts twelve hours at most and as long as the credentials at most; it is asked
/// for anew for each run and never kept.
pub(crate) async fn login(session: &Session, scope: &Scope) -> Answered<RegistryLogin> {
    let lack = |field| lacking(&GET_AUTHORIZATION_TOKEN.title(), field);
    let answer = session
        .read
        .ecr
        .get_authorization_token()
        .send()
        .await
        .map_err(failed(GET_AUTHORIZATION_TOKEN))?;
    let login = answer
        .authorization_data
        .and_then(|all| all.into_iter().next())
        .ok_or_else(|| lack("login"))?;
    let token = login.authorization_token.ok_or_else(|| lack("token"))?;
    let (username, password) = decoded(&token).ok_or_else(|| lack("token that can be read"))?;
    // An emulator names AWS's own host here; its registry is where the scope says.
    let server = if scope.emulator {
        scope.registry.clone()
    } else {
        login.proxy_endpoint.map_or_else(
            || scope.registry.clone(),
            |endpoint| host(&endpoint).to_owned(),
        )
    };
    Ok(RegistryLogin {
        server,
        username,
        password,
    })
}

/// `base64("user:password")`; the password may hold colons.
fn decoded(token: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

fn host(endpoint: &str) -> &str {
    let rest = endpoint
        .split_once("://")
        .map_or(endpoint, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_a_user_and_a_password_that_may_hold_colons() {
        let token = STANDARD.encode("AWS:ey:J=");
        assert_eq!(decoded(&token), Some(("AWS".into(), "ey:J=".into())));
        assert_eq!(decoded("%%"), None);
        assert_eq!(decoded(&STANDARD.encode("nothing")), None);
    }

    #[test]
    fn the_server_is_the_host_of_the_endpoint() {
        assert_eq!(
            host("https://1.dkr.ecr.eu-west-1.amazonaws.com"),
            "1.dkr.ecr.eu-west-1.amazonaws.com"
        );
        assert_eq!(host("http://localhost:5000/"), "localhost:5000");
    }
}
