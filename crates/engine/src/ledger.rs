//! The two things a run writes down: the journal and the state. The run's task owns it.

use crate::lifecycle::{Lifecycle, lifecycle};
use crate::port::{Journal, JournalError, Record, RecordEntry, StateError, StateStore};
use crate::request::Ports;
use slipway_plan::{
    Action, Observed, Operation, Outputs, Plan, ResourceAddr, ResourceSpec, State, StateEntry,
};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) struct Ledger {
    run: String,
    journal: Arc<dyn Journal>,
    store: Arc<dyn StateStore>,
    clock: Arc<dyn crate::port::Clock>,
    seq: u64,
    pub(crate) state: State,
    /// The state in memory says more than the stored one.
    unsaved: bool,
    /// Outputs of every resource as far as they are known now.
    pub(crate) outputs: BTreeMap<ResourceAddr, Outputs>,
}

impl Ledger {
    /// Takes over what the plan's refresh saw: the state is a cache and follows what is there.
    pub(crate) fn open(ports: &Ports, run: &str, plan: &Plan, stored: State) -> Self {
        let mut ledger = Self {
            run: run.to_owned(),
            journal: Arc::clone(&ports.journal),
            store: Arc::clone(&ports.state),
            clock: Arc::clone(&ports.clock),
            seq: 0,
            state: stored,
            unsaved: false,
            outputs: BTreeMap::new(),
        };
        for change in &plan.changes {
            match (&change.observed, change.action) {
                (Some(_), Action::Forget) => ledger.forget(&change.addr),
                (Some(observed), _) => ledger.see(observed),
                // An image built from other sources is still there; it is looked up by what it is
                // to be built from now.
                (None, Action::Update) => {}
                (None, _) => ledger.forget(&change.addr),
            }
        }
        ledger
    }

    fn see(&mut self, observed: &Observed) {
        let run = self
            .state
            .resources
            .get(&observed.addr)
            .map_or_else(|| self.run.clone(), |entry| entry.run.clone());
        self.outputs
            .insert(observed.addr.clone(), observed.outputs.clone());
        self.put(
            &observed.addr,
            StateEntry {
                spec: observed.spec.clone(),
                outputs: observed.outputs.clone(),
                run,
            },
        );
    }

    fn put(&mut self, addr: &ResourceAddr, entry: StateEntry) {
        if self.state.resources.get(addr) != Some(&entry) {
            self.state.resources.insert(addr.clone(), entry);
            self.unsaved = true;
        }
    }

    pub(crate) fn forget(&mut self, addr: &ResourceAddr) {
        self.outputs.remove(addr);
        if self.state.resources.remove(addr).is_some() {
            self.unsaved = true;
        }
    }

    /// An operation had its effect. `spec` is what the resource is meant to be, `complete` whether
    /// this was the last operation of its change.
    pub(crate) fn applied(
        &mut self,
        addr: &ResourceAddr,
        operation: Operation,
        spec: &ResourceSpec,
        new: Outputs,
        complete: bool,
    ) {
        let outputs = self.learn(addr, new);
        let before = self.state.resources.get(addr);
        let spec = match (lifecycle(operation), before) {
            (Lifecycle::Creates, _) => spec.clone(),
            (_, Some(_)) if complete => spec.clone(),
            (_, Some(entry)) => entry.spec.clone(),
            // A step that comes before the create (a build, a version) makes no entry, except
            // where nothing else does: an inline policy is put, not created.
            (_, None) if complete => spec.clone(),
            (_, None) => return,
        };
        let run = self.run.clone();
        self.put(addr, StateEntry { spec, outputs, run });
    }

    /// The resource is as it is meant to be, and no operation was needed for the last of it.
    pub(crate) fn settled(&mut self, addr: &ResourceAddr, spec: &ResourceSpec) {
        if let Some(entry) = self.state.resources.get(addr) {
            let entry = StateEntry {
                spec: spec.clone(),
                ..entry.clone()
            };
            self.put(addr, entry);
        }
    }

    /// Adds outputs to what is known of a resource and returns all of them.
    pub(crate) fn learn(&mut self, addr: &ResourceAddr, new: Outputs) -> Outputs {
        let known = self.outputs.entry(addr.clone()).or_default();
        known.extend(new);
        let known = known.clone();
        if let Some(entry) = self.state.resources.get_mut(addr)
            && entry.outputs != known
        {
            entry.outputs = known.clone();
            self.unsaved = true;
        }
        known
    }

    /// On stable storage when it returns.
    pub(crate) async fn record(&mut self, record: Record) -> Result<(), JournalError> {
        self.seq += 1;
        self.journal
            .append(&RecordEntry {
                run: self.run.clone(),
                seq: self.seq,
                at: self.clock.unix_millis(),
                record,
            })
            .await
    }

    pub(crate) async fn save(&mut self) -> Result<(), StateError> {
        if self.unsaved {
            self.state.serial = self.store.save(&self.state).await?;
            self.unsaved = false;
        }
        Ok(())
    }
}
