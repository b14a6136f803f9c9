//! A second start hands over to the window that is at work.
//!
//! The plugin does so as well, but only once the toolkit has begun: on Linux it then ends the process under the
//! toolkit's threads, of which one may still be beginning, and the process dies of it now and then. Here nothing of a
//! window is made before. What the plugin is left with is two starts at the same moment.

use tauri::Context;
use zbus::Connection;

/// Whether another process took over what this one was started for.
pub(crate) fn is_taken(context: &Context) -> bool {
    match tauri::async_runtime::block_on(ask(&context.config().identifier)) {
        Ok(()) => true,
        // Without a bus, or with nobody on it who listens, this one is the first.
        Err(reason) => {
            tracing::debug!("no other window is at work: {reason}");
            false
        }
    }
}

/// Asks as the plugin does, with the arguments and the folder they are relative to.
async fn ask(identifier: &str) -> zbus::Result<()> {
    let name = format!("{identifier}.SingleInstance");
    let path = format!("/{}", name.replace('.', "/").replace('-', "_"));
    let arguments: Vec<String> = std::env::args_os()
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    // A folder that is gone makes no argument relative.
    let folder = std::env::current_dir().unwrap_or_default();
    let session = Connection::session().await?;
    session
        .call_method(
            Some(name.as_str()),
            path.as_str(),
            Some("org.SingleInstance.DBus"),
            "ExecuteCallback",
            &(arguments, folder.to_string_lossy().as_ref()),
        )
        .await?;
    Ok(())
}
