//! What stands around each control: label, unit, who said it, what is wrong, and what it means.

use super::choice::ChoiceField;
use super::count::CountField;
use super::help::FieldHelp;
use super::image::ImageField;
use super::key::KeyField;
use super::number::NumberField;
use super::rows::RowsField;
use super::target::TargetField;
use super::text::TextField;
use super::toggle::ToggleField;
use super::{Bound, Sheet};
use crate::components::icon::{Icon, IconView};
use crate::words::form as words;
use leptos::prelude::*;
use slipway_editor::{Control, Field, Origin, Scope};

/// So many characters of a label and its unit stand in half the width.
const SHORT_LABEL: usize = 18;
/// So many characters of what is chosen do, beside the arrow.
const SHORT_CHOICE: usize = 13;

/// A field with all that belongs to it.
#[component]
pub(crate) fn FieldView(sheet: Sheet, fields: Memo<Vec<Field>>) -> impl IntoView {
    let bound = Bound::new(sheet, fields);
    let control = bound.peek(|field| field.control.clone());
    let (label, unit) = bound.peek(|field| (field.label.clone(), field.unit));
    // Short controls stand side by side.
    let is_short = label.chars().count() + unit.chars().count() <= SHORT_LABEL;
    let fits = |text: &str| text.chars().count() <= SHORT_CHOICE;
    let half = is_short
        && match &control {
            Control::Number { .. } | Control::Toggle | Control::Fact => true,
            Control::Choice { options } => {
                options.iter().all(|option| fits(&option.label))
                    && fits(&untrack(|| bound.fallback()))
            }
            _ => false,
        };
    let is_fact = matches!(control, Control::Fact);
    let is_key = matches!(control, Control::Key { .. });
    // The buttons of these are the label's own, or there is none to bind.
    let is_grouped = matches!(
        control,
        Control::KeyValues { .. }
            | Control::Secrets { .. }
            | Control::List { .. }
            | Control::Statements
    );
    let view = match control {
        Control::Text { .. } => view! { <TextField bound=bound/> }.into_any(),
        Control::Number { .. } => view! { <NumberField bound=bound/> }.into_any(),
        Control::Choice { .. } => view! { <ChoiceField bound=bound/> }.into_any(),
        Control::Toggle => view! { <ToggleField bound=bound/> }.into_any(),
        Control::KeyValues { .. }
        | Control::Secrets { .. }
        | Control::List { .. }
        | Control::Statements => view! { <RowsField bound=bound/> }.into_any(),
        Control::Image { .. } => view! { <ImageField bound=bound/> }.into_any(),
        Control::Count => view! { <CountField bound=bound/> }.into_any(),
        Control::Target { .. } => view! { <TargetField bound=bound/> }.into_any(),
        Control::Key { .. } => view! { <KeyField bound=bound/> }.into_any(),
        Control::Fact => {
            view! { <span class="fact mono">{move || bound.with(|field| field.effective().0.map(|value| field.shown(value)))}</span> }
                .into_any()
        }
    };
    let id = bound.id();
    let label_id = format!("{id}-label");
    let place = bound.peek(|field| field.path.to_string());
    let can_reset = move || {
        !is_fact
            && !is_key
            && bound.with(|field| field.can_reset(Scope::Everywhere))
            && bound.written().is_some()
            && bound.scope() == Scope::Everywhere
    };
    let (to_reset, to_take_back) = (label.clone(), label.clone());
    let named = if is_grouped {
        view! { <span class="name" id=label_id>{label}</span> }.into_any()
    } else {
        view! { <label for=id.clone() id=label_id>{label}</label> }.into_any()
    };
    view! {
        <div class="form-field" class:half=half class:grouped=is_grouped class:wrong=move || bound.is_wrong() class:told=move || bound.is_told_wrong() data-field=place
            role=is_grouped.then_some("group") aria-labelledby=is_grouped.then(|| format!("{id}-label"))>
            <div class="form-head">
                {named}
                {(!unit.is_empty()).then(|| view! { <span class="faint">{unit}</span> })}
                {move || bound.with(|field| field.required && field.effective().0.is_none()).then(|| view! { <span class="faint">{words::REQUIRED}</span> })}
                <span class="spring"></span>
                {move || bound.with(|field| {
                    let origin = field.effective().1;
                    let from_defaults = origin == Origin::Defaults && field.layers_are_empty();
                    from_defaults.then(|| view! { <span class="origin faint">{crate::words::origin(origin)}</span> })
                })}
                {move || {
                    let why = bound.with(|field| {
                        let is_set = field.own.is_some() || field.here.is_some();
                        field.dropped_alone("AWS").filter(|_| is_set).map(str::to_owned)
                    });
                    why.map(|why| view! { <span class="origin warn" title=why>{words::NOT_YET}</span> })
                }}
                {move || can_reset().then(|| {
                    let name = words::reset_of(&to_reset);
                    view! {
                        <button class="reset" type="button" title=words::RESET aria-label=name on:click=move |_| { bound.clear(); bound.leave(); }>
                            <IconView icon=Icon::Undo/>
                        </button>
                    }
                })}
            </div>
            {view}
            <p class="form-wrong" id=format!("{id}-wrong") aria-live="polite">
                {move || bound.wrong().map(|wrong| view! { <IconView icon=Icon::Error/><span>{wrong.text}</span> })}
            </p>
            {move || {
                let caution = bound.with(|field| field.caution.clone()).filter(|_| !bound.is_wrong());
                caution.map(|text| view! { <p class="form-wrong caution"><IconView icon=Icon::Warning/><span>{text}</span></p> })
            }}
            {move || {
                let environment = bound.environment()?;
                let name = words::take_back_of(&to_take_back, &environment);
                let said = bound.with(|field| {
                    field.here.as_ref().map(|here| match bound.scope() {
                        Scope::Everywhere if field.layers_are_empty() => words::overrides(&environment, &field.shown(here)),
                        Scope::Everywhere => words::overridden_here(&environment, 1),
                        Scope::Here => {
                            let rest = field.fallback_words(Scope::Here);
                            if rest.is_empty() { String::new() } else { words::everywhere_has(&rest) }
                        }
                    })
                })?;
                Some(view! {
                    <p class="form-over">
                        <span class="clip" title=said.clone()>{said.clone()}</span>
                        <button class="link" type="button" aria-label=name on:click=move |_| bound.take_back()>{words::TAKE_BACK}</button>
                    </p>
                })
            }}
            <FieldHelp bound=bound/>
        </div>
    }
}
