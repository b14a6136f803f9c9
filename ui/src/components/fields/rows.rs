//! Rows of texts: variables, secrets, lists, statements.

use super::Bound;
use super::line::Line;
use crate::components::icon::{Icon, IconView};
use crate::platform;
use crate::words::form as words;
use leptos::prelude::*;
use slipway_design::Literal;
use slipway_editor::{Control, Entry, SecretKind};

/// What a row holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// One text.
    Item {
        name: String,
        suggestions: Vec<String>,
    },
    /// A name and a text.
    Pair {
        key: String,
        value: String,
        names: Vec<String>,
    },
    /// A name, where the secret is kept, and its name there.
    Secret { kinds: &'static [SecretKind] },
    /// Actions and resources, each several words.
    Statement,
}

impl Shape {
    fn of(control: &Control) -> Option<Self> {
        Some(match control {
            Control::List { item, suggestions } => Self::Item {
                name: (*item).to_owned(),
                suggestions: suggestions.clone(),
            },
            Control::KeyValues { key, value, names } => Self::Pair {
                key: (*key).to_owned(),
                value: (*value).to_owned(),
                names: names.clone(),
            },
            Control::Secrets { kinds } => Self::Secret { kinds },
            Control::Statements => Self::Statement,
            _ => return None,
        })
    }

    fn columns(&self) -> Vec<String> {
        let own = |texts: &[&str]| texts.iter().map(|&it| it.to_owned()).collect();
        match self {
            Self::Item { name, .. } => vec![name.clone()],
            Self::Pair { key, value, .. } => vec![key.clone(), value.clone()],
            Self::Secret { .. } => {
                own(&[crate::words::NAME, words::KIND_OF_SECRET, words::REFERENCE])
            }
            Self::Statement => own(&[words::ACTIONS, words::RESOURCES]),
        }
    }

    fn example(&self, column: usize) -> &'static str {
        match (self, column) {
            (Self::Pair { .. }, 0) => "LOG_LEVEL",
            (Self::Secret { .. }, 0) => "API_KEY",
            (Self::Statement, 0) => "dynamodb:GetItem",
            (Self::Statement, 1) => "arn:aws:dynamodb:*:*:table/orders",
            _ => "",
        }
    }

    fn suggestions(&self, column: usize) -> Vec<String> {
        match (self, column) {
            (Self::Item { suggestions, .. }, 0) => suggestions.clone(),
            (Self::Pair { names, .. }, 0) => names.clone(),
            _ => Vec::new(),
        }
    }

    /// The rows that a value is shown as.
    fn rows(&self, value: Option<&Literal>) -> Vec<Vec<String>> {
        let text = |value: &Literal| match value {
            Literal::String(text) => text.clone(),
            other => other.to_toml(),
        };
        let joined = |value: &Literal, key: &str| match value {
            Literal::Table(rows) => match rows.iter().find(|(known, _)| known == key) {
                Some((_, Literal::Array(items))) => {
                    items.iter().map(text).collect::<Vec<_>>().join(", ")
                }
                _ => String::new(),
            },
            _ => String::new(),
        };
        match (self, value) {
            (Self::Item { .. }, Some(Literal::Array(items))) => {
                items.iter().map(|item| vec![text(item)]).collect()
            }
            (Self::Pair { .. }, Some(Literal::Table(rows))) => rows
                .iter()
                .map(|(key, value)| vec![key.clone(), text(value)])
                .collect(),
            (Self::Secret { kinds }, Some(Literal::Table(rows))) => rows
                .iter()
                .map(|(key, value)| {
                    let value = text(value);
                    let (kind, rest) = value
                        .split_once(':')
                        .unwrap_or((kinds.first().map_or("", |kind| kind.word), &value));
                    vec![key.clone(), kind.to_owned(), rest.to_owned()]
                })
                .collect(),
            (Self::Statement, Some(Literal::Array(items))) => items
                .iter()
                .map(|item| vec![joined(item, "actions"), joined(item, "resources")])
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The value of rows; those with nothing in them are left out.
    fn value(&self, rows: &[Vec<String>]) -> Literal {
        let cell = |row: &[String], at: usize| row.get(at).cloned().unwrap_or_default();
        let listed = |text: String| {
            Literal::Array(
                text.split([',', ' ', '\n'])
                    .map(str::trim)
                    .filter(|word| !word.is_empty())
                    .map(Literal::from)
                    .collect(),
            )
        };
        let rows = rows.iter().filter(|row| !self.is_blank(row));
        match self {
            Self::Item { .. } => {
                Literal::Array(rows.map(|row| Literal::String(cell(row, 0))).collect())
            }
            Self::Pair { .. } => Literal::Table(
                rows.map(|row| (cell(row, 0), Literal::String(cell(row, 1))))
                    .collect(),
            ),
            Self::Secret { .. } => Literal::Table(
                rows.map(|row| {
                    let reference = format!("{}:{}", cell(row, 1), cell(row, 2));
                    (cell(row, 0), Literal::String(reference))
                })
                .collect(),
            ),
            Self::Statement => Literal::Array(
                rows.map(|row| {
                    Literal::Table(vec![
                        ("actions".to_owned(), listed(cell(row, 0))),
                        ("resources".to_owned(), listed(cell(row, 1))),
                    ])
                })
                .collect(),
            ),
        }
    }

    fn is_blank(&self, row: &[String]) -> bool {
        match self {
            Self::Secret { .. } => [0, 2]
                .into_iter()
                .all(|at| row.get(at).is_none_or(String::is_empty)),
            _ => row.iter().all(String::is_empty),
        }
    }

    fn blank(&self) -> Vec<String> {
        match self {
            Self::Secret { kinds } => vec![
                String::new(),
                kinds.first().map_or("", |kind| kind.word).to_owned(),
                String::new(),
            ],
            other => vec![String::new(); other.columns().len()],
        }
    }
}

#[component]
pub(crate) fn RowsField(bound: Bound) -> impl IntoView {
    let shape = bound.peek(|field| Shape::of(&field.control));
    let shape = shape.unwrap_or(Shape::Statement);
    let written = Signal::derive(move || bound.written());
    let others = Signal::derive(move || {
        let scope = bound.scope();
        bound.with(|field| field.rows_of_others(scope))
    });
    let wrong_row = Signal::derive(move || {
        bound
            .wrong()
            .and_then(|wrong| wrong.row.or(Some(usize::MAX)))
    });
    view! {
        <Rows shape=shape id=bound.id() label=bound.label() written=written others=others wrong_row=wrong_row
            empty=Signal::derive(move || bound.fallback())
            described_by=bound.described_by()
            on_try=Callback::new(move |value: Literal| { bound.try_out(&value); })
            on_commit=Callback::new(move |value: Literal| {
                let is_empty = matches!(&value, Literal::Array(items) if items.is_empty())
                    || matches!(&value, Literal::Table(rows) if rows.is_empty());
                if is_empty && bound.scope() == slipway_editor::Scope::Everywhere { bound.clear() } else { bound.commit(&value) }
            })
            on_escape=Callback::new(move |()| bound.forget())
            on_leave=Callback::new(move |()| bound.leave())/>
    }
}

/// Rows that are edited as a whole; a row more is added at the end.
#[component]
pub(crate) fn Rows(
    shape: Shape,
    id: String,
    label: String,
    #[prop(into)] written: Signal<Option<Literal>>,
    /// What other layers say, shown and not changed here.
    #[prop(into)]
    others: Signal<Vec<Entry>>,
    #[prop(into)] wrong_row: Signal<Option<usize>>,
    /// What holds without any row.
    #[prop(into)]
    empty: Signal<String>,
    described_by: String,
    on_try: Callback<Literal>,
    on_commit: Callback<Literal, bool>,
    on_escape: Callback<()>,
    on_leave: Callback<()>,
) -> impl IntoView {
    let shape = StoredValue::new(shape);
    // What is typed and could not be written yet; else the rows are those of the file.
    let draft = RwSignal::new(None::<Vec<Vec<String>>>);
    let rows = Memo::new(move |_| {
        draft.get().unwrap_or_else(|| {
            written.with(|value| shape.with_value(|shape| shape.rows(value.as_ref())))
        })
    });
    let number = Memo::new(move |_| rows.with(Vec::len));
    let (id, label, described_by) = (
        StoredValue::new(id),
        StoredValue::new(label),
        StoredValue::new(described_by),
    );
    let commit = move |next: Vec<Vec<String>>| {
        let value = shape.with_value(|shape| shape.value(&next));
        // A row that was just added stays until something is in it.
        let waits = shape.with_value(|shape| next.iter().any(|row| shape.is_blank(row)));
        let done = on_commit.run(value);
        draft.set((!done || waits).then_some(next));
        done
    };
    let with_cell = move |row: usize, column: usize, text: String| {
        let mut next = rows.get_untracked();
        if let Some(cell) = next.get_mut(row).and_then(|row| row.get_mut(column)) {
            *cell = text;
        }
        next
    };
    let add = move |first: String| {
        let mut next = rows.get_untracked();
        let mut blank = shape.with_value(Shape::blank);
        if let Some(cell) = blank.first_mut() {
            *cell = first;
        }
        let at = next.len();
        next.push(blank);
        draft.set(Some(next));
        let selector = format!("#{}-{at}-0", id.get_value());
        request_animation_frame(move || {
            platform::focus(&selector);
        });
    };
    let remove = move |row: usize| {
        let mut next = rows.get_untracked();
        if row < next.len() {
            next.remove(row);
        }
        on_escape.run(());
        commit(next);
        on_leave.run(());
        let selector = format!("#{}", id.get_value());
        request_animation_frame(move || {
            platform::focus(&selector);
        });
    };
    let row_view = move |row: usize| {
        let columns = shape.with_value(Shape::columns);
        let cell = move |column: usize, name: String| {
            let value = Signal::derive(move || {
                rows.with(|rows| rows.get(row).and_then(|row| row.get(column)).cloned())
                    .unwrap_or_default()
            });
            let cell_id = format!("{}-{row}-{column}", id.get_value());
            let name = words::row_of(&name, &label.get_value(), row);
            let kinds = shape.with_value(|shape| match shape {
                Shape::Secret { kinds } if column == 1 => Some(*kinds),
                _ => None,
            });
            if let Some(kinds) = kinds {
                return view! {
                    <select class="input" id=cell_id aria-label=name
                        on:change=move |event| { commit(with_cell(row, column, event_target_value(&event))); on_leave.run(()); }>
                        {kinds.iter().map(|kind| view! {
                            <option value=kind.word selected=move || value.get() == kind.word>{kind.name}</option>
                        }).collect_view()}
                    </select>
                }
                .into_any();
            }
            let suggestions = shape.with_value(|shape| shape.suggestions(column));
            let example = shape.with_value(|shape| match shape {
                Shape::Secret { kinds } => {
                    if column == 2 {
                        kinds.first().map_or("", |kind| kind.example)
                    } else {
                        shape.example(column)
                    }
                }
                shape => shape.example(column),
            });
            let list = format!("{cell_id}-list");
            let with_list = (!suggestions.is_empty()).then(|| list.clone());
            view! {
                <Line id=cell_id value=value placeholder=Signal::derive(move || example.to_owned()) code=true name=name
                    on_type=Callback::new(move |text: String| {
                        let next = with_cell(row, column, text);
                        on_try.run(shape.with_value(|shape| shape.value(&next)));
                    })
                    on_commit=Callback::new(move |text: String| {
                        // A row is written when it is whole; until then it is kept as it is typed.
                        commit(with_cell(row, column, text));
                        true
                    })
                    on_escape=on_escape on_leave=on_leave
                    invalid=Signal::derive(move || wrong_row.get() == Some(row))
                    described_by=described_by.get_value() list=with_list.unwrap_or_default()/>
                {(!suggestions.is_empty()).then(|| view! {
                    <datalist id=list>{suggestions.into_iter().map(|it| view! { <option value=it></option> }).collect_view()}</datalist>
                })}
            }
            .into_any()
        };
        view! {
            <li class="entry" data-row=row.to_string() class:secret=shape.with_value(|shape| matches!(shape, Shape::Secret { .. }))>
                <div class="entry-cells">{columns.into_iter().enumerate().map(|(column, name)| cell(column, name)).collect_view()}</div>
                <button class="button quiet small square" type="button" aria-label=format!("{} {}", words::REMOVE_ROW, row + 1)
                    title=words::REMOVE_ROW on:click=move |_| remove(row)><IconView icon=Icon::Close/></button>
            </li>
        }
    };
    view! {
        <ul class="entries">
            {move || others.get().into_iter().map(|entry| {
                let Entry { key, value, origin } = entry;
                let again = key.clone();
                view! {
                    <li class="entry inherited">
                        <span class="mono clip" title=key.clone()>{key.clone()}</span>
                        <span class="mono faint clip" title=value.clone()>{value.clone()}</span>
                        {crate::words::origin(origin).map(|text| view! { <span class="origin faint">{text}</span> })}
                        <button class="button quiet small square" type="button" title=words::OVERRIDE_ROW
                            aria-label=format!("{}: {key}", words::OVERRIDE_ROW)
                            on:click=move |_| add(again.clone())><IconView icon=Icon::Plus/></button>
                    </li>
                }
            }).collect_view()}
            {move || (0..number.get()).map(row_view).collect_view()}
        </ul>
        <div class="entries-foot">
            <button class="button quiet small" type="button" id=id.get_value() aria-label=words::add_to(&label.get_value())
                on:click=move |_| add(String::new())><IconView icon=Icon::Plus/>{words::ADD_ROW}</button>
            {move || (number.get() == 0 && others.with(Vec::is_empty)).then(|| view! { <span class="faint clip">{empty.get()}</span> })}
        </div>
    }
}
