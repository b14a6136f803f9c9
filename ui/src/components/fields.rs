//! The fields of a form: one component for each way to enter a setting.

mod choice;
mod count;
mod frame;
mod help;
mod image;
mod key;
mod line;
mod number;
mod rows;
mod target;
mod text;
mod toggle;

pub(crate) use frame::FieldView;
pub(crate) use help::place_beside;

use crate::editing;
use crate::state::App;
use crate::words::form as words;
use leptos::prelude::*;
use slipway_design::Literal;
use slipway_editor::{Field, Scope, Wrong, set_all};

/// What the fields of one form share.
#[derive(Clone, Copy)]
pub(crate) struct Sheet {
    pub(crate) scope: RwSignal<Scope>,
    /// The environment that can override, by name.
    pub(crate) environment: Signal<Option<String>>,
}

/// A field that is shown: what the design says about it, and what is typed into it.
#[derive(Clone, Copy)]
pub(crate) struct Bound {
    app: App,
    sheet: Sheet,
    /// The same setting of each selected element; at least one.
    fields: Memo<Vec<Field>>,
    /// What is wrong with what is typed and not written.
    wrong: RwSignal<Option<Wrong>>,
    id: StoredValue<String>,
}

impl Bound {
    pub(crate) fn new(sheet: Sheet, fields: Memo<Vec<Field>>) -> Self {
        let id = fields.with_untracked(|fields| {
            let field = first(fields);
            let name: String = format!("{} {}", field.path, field.label)
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
                .collect();
            format!("field-{name}")
        });
        Self {
            app: App::get(),
            sheet,
            fields,
            wrong: RwSignal::new(None),
            id: StoredValue::new(id),
        }
    }

    /// Looks at the field; of several the first.
    pub(crate) fn with<R>(self, look: impl FnOnce(&Field) -> R) -> R {
        self.fields.with(|fields| look(first(fields)))
    }

    pub(crate) fn peek<R>(self, look: impl FnOnce(&Field) -> R) -> R {
        self.fields.with_untracked(|fields| look(first(fields)))
    }

    pub(crate) fn id(self) -> String {
        self.id.get_value()
    }

    /// The ids of what describes the control: what is wrong, then what it is about.
    pub(crate) fn described_by(self) -> String {
        let id = self.id();
        format!("{id}-wrong {id}-help")
    }

    pub(crate) fn label(self) -> String {
        self.peek(|field| field.label.clone())
    }

    pub(crate) fn scope(self) -> Scope {
        self.sheet.scope.get()
    }

    pub(crate) fn environment(self) -> Option<String> {
        self.sheet.environment.get()
    }

    /// Whether the selected elements say different things.
    pub(crate) fn is_mixed(self) -> bool {
        let scope = self.scope();
        self.fields.with(|fields| {
            fields
                .iter()
                .any(|field| field.written(scope) != first(fields).written(scope))
        })
    }

    /// What is written for the scope; `None` when nothing is, or different things.
    pub(crate) fn written(self) -> Option<Literal> {
        let scope = self.scope();
        if self.is_mixed() {
            return None;
        }
        self.with(|field| field.written(scope).cloned())
    }

    /// What holds when nothing is written for the scope, in words.
    pub(crate) fn fallback(self) -> String {
        if self.is_mixed() {
            return words::SEVERAL.to_owned();
        }
        let scope = self.scope();
        self.with(|field| field.fallback_words(scope))
    }

    /// What is wrong: with what is typed, else with what the file says.
    pub(crate) fn wrong(self) -> Option<Wrong> {
        self.wrong.get().or_else(|| {
            let scope = self.scope();
            self.with(|field| field.wrong(scope))
        })
    }

    pub(crate) fn is_wrong(self) -> bool {
        self.wrong.with(Option::is_some) || self.with(Field::is_wrong)
    }

    /// Whether what is wrong is a part of the value.
    pub(crate) fn wrong_part(self, part: &str) -> bool {
        self.wrong()
            .is_some_and(|wrong| wrong.part.as_deref() == Some(part))
    }

    /// Whether it is known from the file that something is wrong, and not from what is typed.
    pub(crate) fn is_told_wrong(self) -> bool {
        self.wrong.with(Option::is_none) && self.with(Field::is_wrong)
    }

    /// Looks at what is typed without writing it.
    pub(crate) fn try_out(self, input: &Literal) -> Option<Literal> {
        let scope = self.sheet.scope.get_untracked();
        match self.peek(|field| field.check(scope, input)) {
            Ok(value) => {
                self.wrong.set(None);
                Some(value)
            }
            Err(wrong) => {
                self.wrong.set(Some(wrong));
                None
            }
        }
    }

    /// Writes what was entered; `false` when it is wrong and so not written.
    pub(crate) fn commit(self, input: &Literal) -> bool {
        let Some(value) = self.try_out(input) else {
            return false;
        };
        let scope = self.sheet.scope.get_untracked();
        let is_there = self.fields.with_untracked(|fields| {
            fields
                .iter()
                .all(|field| field.written(scope) == Some(&value))
        });
        is_there || self.write(Some(&value))
    }

    /// Takes away what is written.
    pub(crate) fn clear(self) -> bool {
        let scope = self.sheet.scope.get_untracked();
        if self.peek(|field| field.required && scope == Scope::Everywhere) {
            self.wrong.set(Some(Wrong {
                text: words::IMPOSSIBLE_EMPTY.to_owned(),
                row: None,
                part: None,
            }));
            return false;
        }
        self.forget();
        let is_set = self
            .fields
            .with_untracked(|fields| fields.iter().any(|field| field.written(scope).is_some()));
        !is_set || self.write(None)
    }

    /// Takes back what the chosen environment says.
    pub(crate) fn take_back(self) {
        let command = editing::look(self.app, |editor| {
            self.peek(|field| field.take_back(editor.document()))
        });
        if let Some(command) = command {
            editing::apply(self.app, &command);
        }
        self.forget();
    }

    /// What was typed is gone.
    pub(crate) fn forget(self) {
        self.wrong.set(None);
    }

    /// The field is left: what is typed next is a step of its own.
    pub(crate) fn leave(self) {
        editing::part(self.app);
    }

    fn write(self, value: Option<&Literal>) -> bool {
        let scope = self.sheet.scope.get_untracked();
        let fields = self.fields.get_untracked();
        let command = editing::look(self.app, |editor| match fields.as_slice() {
            [field] => field.command(editor.document(), scope, value),
            _ => set_all(editor.document(), &fields, scope, value),
        });
        let series = format!("{} {scope:?}", first(&fields).path);
        command.is_some_and(|command| editing::apply_in(self.app, &series, &command))
    }
}

fn first(fields: &[Field]) -> &Field {
    fields.first().expect("a field that is shown is there")
}
