//! A file manager that drops something on the window: the XDND protocol, version 5.

use crate::window::{Desk, PATIENCE};
use anyhow::{Context as _, Result, ensure};
use std::path::Path;
use std::time::{Duration, Instant};
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
};
use x11rb::wrapper::ConnectionExt as _;

/// Between two motions of the pointer.
const MOTION: Duration = Duration::from_millis(40);

x11rb::atom_manager! {
    /// The protocol's words.
    Words: WordsCookie {
        XdndAware,
        XdndSelection,
        XdndEnter,
        XdndPosition,
        XdndStatus,
        XdndDrop,
        XdndFinished,
        XdndActionCopy,
        UriList: b"text/uri-list",
    }
}

impl Desk {
    /// Drags a folder or file onto the middle of the window, waits until it would be taken, and lets go.
    pub fn drop_on_window(&self, path: &Path) -> Result<()> {
        let (connection, screen) = x11rb::connect(Some(self.display()))?;
        let words = Words::new(&connection)?.reply()?;
        let root = connection.setup().roots[screen].root;
        let source = connection.generate_id()?;
        connection.create_window(
            x11rb::COPY_DEPTH_FROM_PARENT,
            source,
            root,
            -9,
            -9,
            1,
            1,
            0,
            WindowClass::INPUT_OUTPUT,
            x11rb::COPY_FROM_PARENT,
            &CreateWindowAux::new().override_redirect(1),
        )?;
        connection.set_selection_owner(source, words.XdndSelection, x11rb::CURRENT_TIME)?;
        let drag = Drag {
            words,
            source,
            target: aware(&connection, &words, root)?.context("no window takes drops")?,
            uris: format!("file://{}\r\n", path.display()),
            connection: &connection,
        };
        drag.run(root)
    }
}

/// The first window below this one that takes drops.
fn aware(connection: &impl Connection, words: &Words, above: Window) -> Result<Option<Window>> {
    for window in connection.query_tree(above)?.reply()?.children {
        let version = connection
            .get_property(false, window, words.XdndAware, AtomEnum::ATOM, 0, 1)?
            .reply()?;
        if version.value_len > 0 {
            return Ok(Some(window));
        }
        if let Some(inside) = aware(connection, words, window)? {
            return Ok(Some(inside));
        }
    }
    Ok(None)
}

struct Drag<'c, C: Connection> {
    connection: &'c C,
    words: Words,
    source: Window,
    target: Window,
    uris: String,
}

impl<C: Connection> Drag<'_, C> {
    fn run(&self, root: Window) -> Result<()> {
        let size = self.connection.get_geometry(self.target)?.reply()?;
        let (x, y) = (size.width / 2, size.height / 2);
        let at = self
            .connection
            .translate_coordinates(self.target, root, x.cast_signed(), y.cast_signed())?
            .reply()?;
        let place = u32::from(at.dst_x.cast_unsigned()) << 16 | u32::from(at.dst_y.cast_unsigned());
        let words = &self.words;
        let source = self.source;
        self.tell(words.XdndEnter, [source, 5 << 24, words.UriList, 0, 0])?;
        let begun = Instant::now();
        let (mut is_read, mut is_taken, mut is_dropped) = (false, false, false);
        loop {
            ensure!(
                begun.elapsed() < PATIENCE,
                "the drop ended nowhere: read {is_read}, taken {is_taken}, dropped {is_dropped}"
            );
            if !is_dropped {
                let motion = [source, 0, place, x11rb::CURRENT_TIME, words.XdndActionCopy];
                self.tell(words.XdndPosition, motion)?;
            }
            std::thread::sleep(MOTION);
            while let Some(event) = self.connection.poll_for_event()? {
                match event {
                    Event::SelectionRequest(request) => is_read |= self.hand_over(&request)?,
                    Event::ClientMessage(message) if message.type_ == words.XdndStatus => {
                        is_taken = message.data.as_data32()[1] & 1 == 1;
                    }
                    Event::ClientMessage(message) if message.type_ == words.XdndFinished => {
                        return Ok(());
                    }
                    _ => {}
                }
            }
            if is_read && is_taken && !is_dropped {
                is_dropped = true;
                self.tell(words.XdndDrop, [source, 0, x11rb::CURRENT_TIME, 0, 0])?;
            }
        }
    }

    fn tell(&self, kind: u32, data: [u32; 5]) -> Result<()> {
        let message = ClientMessageEvent::new(32, self.target, kind, data);
        self.connection
            .send_event(false, self.target, EventMask::NO_EVENT, message)?
            .check()?;
        Ok(())
    }

    /// Gives what is dragged to whoever asks; whether that was in the one form there is.
    fn hand_over(&self, request: &SelectionRequestEvent) -> Result<bool> {
        let is_known = request.target == self.words.UriList;
        if is_known {
            self.connection.change_property8(
                PropMode::REPLACE,
                request.requestor,
                request.property,
                self.words.UriList,
                self.uris.as_bytes(),
            )?;
        }
        let answer = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property: if is_known {
                request.property
            } else {
                x11rb::NONE
            },
        };
        self.connection
            .send_event(false, request.requestor, EventMask::NO_EVENT, answer)?
            .check()?;
        Ok(is_known)
    }
}
