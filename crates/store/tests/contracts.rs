//! The disk keeps the contracts that the fakes keep.

use slipway_store::{FileJournal, FileState};
use slipway_testkit::contract;

#[tokio::test]
async fn the_journal_on_disk() {
    let home = tempfile::tempdir().unwrap();
    contract::journal(&FileJournal::new(home.path(), "dev")).await;
    // Another program reads the same.
    let read = slipway_engine::port::Journal::last_run(&FileJournal::new(home.path(), "dev"))
        .await
        .unwrap();
    assert_eq!(read.len(), 5);
}

#[tokio::test]
async fn the_state_on_disk() {
    let home = tempfile::tempdir().unwrap();
    contract::state_store(&FileState::new(home.path(), "dev")).await;
}
