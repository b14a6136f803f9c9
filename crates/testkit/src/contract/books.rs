//! What a journal and a state store keep.

use slipway_engine::port::{Journal, Record, RecordEntry, Settled, StateError, StateStore};
use slipway_plan::{
    LogGroupSpec, NodeId, Operation, Outputs, ResourceAddr, ResourceKind, ResourceSpec,
    STATE_VERSION, State, StateEntry, Tags,
};
use std::collections::BTreeMap;

/// `journal` is empty.
///
/// # Panics
/// With what does not hold.
pub async fn journal(journal: &dyn Journal) {
    let read = || async { journal.last_run().await.expect("reading works") };
    assert_eq!(read().await, [], "a new journal is empty");
    let mut newest = Vec::new();
    for run in ["01-first", "02-second"] {
        newest.clear();
        for (seq, record) in (1..).zip(records()) {
            let entry = RecordEntry {
                run: run.to_owned(),
                seq,
                at: 1_767_225_600_000 + seq,
                record,
            };
            journal.append(&entry).await.expect("writing works");
            newest.push(entry);
            assert_eq!(read().await, newest, "it holds what was appended, in order");
        }
    }
}

fn records() -> Vec<Record> {
    let node = NodeId("create_log_group log_group:orders".to_owned());
    vec![
        Record::RunStarted {
            plan: "ab".repeat(32),
            destroy: false,
            serial: 7,
            nodes: Vec::new(),
        },
        Record::Intent {
            node: node.clone(),
            operation: Operation::CreateLogGroup,
            addr: ResourceAddr::new(ResourceKind::LogGroup, "orders"),
            name: "/aws/lambda/\"quoted\"\nand broken".to_owned(),
            attempt: 1,
        },
        Record::Outcome {
            node: node.clone(),
            settled: Settled::Adopted {
                outputs: Outputs::from([("arn".to_owned(), "arn:…".to_owned())]),
            },
        },
        Record::Outcome {
            node,
            settled: Settled::Cancelled,
        },
        Record::RunFinished {
            status: "succeeded".to_owned(),
        },
    ]
}

/// `store` is empty and unlocked.
///
/// # Panics
/// With what does not hold.
pub async fn state_store(store: &dyn StateStore) {
    let load = || async { store.load().await.expect("reading works") };
    assert_eq!(load().await, None, "a new store is empty");
    let mut state = State {
        version: STATE_VERSION,
        project: "shop".to_owned(),
        environment: "dev".to_owned(),
        serial: 0,
        resources: BTreeMap::from([(
            ResourceAddr::new(ResourceKind::LogGroup, "orders"),
            StateEntry {
                spec: ResourceSpec::LogGroup(LogGroupSpec {
                    name: "/aws/lambda/orders".to_owned(),
                    retention_days: Some(14),
                    tags: Tags::from([("team".to_owned(), "wéb".to_owned())]),
                }),
                outputs: Outputs::from([("arn".to_owned(), "arn:…".to_owned())]),
                run: "r1".to_owned(),
            },
        )]),
    };
    for serial in 1..=3 {
        state.serial = store.save(&state).await.expect("saving works");
        assert_eq!(state.serial, serial, "the serial grows by one");
        assert_eq!(load().await.as_ref(), Some(&state));
    }
    let stale = State {
        serial: 2,
        ..state.clone()
    };
    assert!(
        matches!(
            store.save(&stale).await,
            Err(StateError::Moved {
                expected: 2,
                found: 3
            })
        ),
        "a state that was read before another save is refused"
    );
    assert_eq!(load().await.as_ref(), Some(&state));

    let lock = store.lock("r1").await.expect("a free lock is given");
    match store.lock("r2").await {
        Err(StateError::Locked { holder }) => {
            assert!(holder.contains("r1"), "the holder is named: {holder}");
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("a lock was given twice"),
    }
    store.save(&state).await.expect("the holder saves");
    drop(lock);
    store
        .lock("r3")
        .await
        .expect("a lock that was given back is free");
}
