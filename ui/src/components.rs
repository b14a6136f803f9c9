//! The views: one component for each need.

pub(crate) mod activity;
pub(crate) mod bottom_panel;
pub(crate) mod canvas;
pub(crate) mod card_view;
pub(crate) mod command_palette;
pub(crate) mod design_screen;
pub(crate) mod doctor;
pub(crate) mod edge_layer;
pub(crate) mod env_pill;
pub(crate) mod error_box;
pub(crate) mod icon;
pub(crate) mod inspector;
pub(crate) mod modal;
pub(crate) mod new_project;
pub(crate) mod plan_dialog;
pub(crate) mod plan_list;
pub(crate) mod problem_list;
pub(crate) mod run_result;
pub(crate) mod settings_dialog;
pub(crate) mod splitter;
pub(crate) mod start_screen;
pub(crate) mod status_bar;
pub(crate) mod step_row;
pub(crate) mod toasts;
pub(crate) mod top_bar;
pub(crate) mod tree;
