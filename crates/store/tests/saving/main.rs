//! Saving a project while everything goes wrong around it.

#[cfg(test)]
mod beside;
#[cfg(test)]
#[cfg(unix)]
mod faults;
#[cfg(test)]
mod kills;
#[cfg(test)]
#[cfg(unix)]
mod links;
#[cfg(test)]
mod stage;
