//! The use cases on fakes of every port but the disk: state, journal, settings and the design are
//! real files in a folder of the test's own.

#[cfg(test)]
mod deploying;
#[cfg(test)]
mod following;
#[cfg(test)]
mod looking;
#[cfg(test)]
mod refusing;
#[cfg(test)]
mod saving;
#[cfg(test)]
mod stage;
