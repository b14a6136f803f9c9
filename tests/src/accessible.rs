//! What a screen reader sees: the tree of accessible things that the window shows on the
//! accessibility bus (AT-SPI).

use crate::window::{Desk, PATIENCE};
use anyhow::{Context as _, Result, bail, ensure};
use std::collections::HashMap;
use std::fmt;
use std::time::{Duration, Instant};
use zbus::connection::Builder;
use zbus::wire::DynamicDeserialize;
use zbus::{Connection, OwnedObjectPath, OwnedVariant, Variant};

const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
const ACTION: &str = "org.a11y.atspi.Action";
const TEXT: &str = "org.a11y.atspi.Text";
const REGISTRY: (&str, &str) = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root");

/// Numbers of states, as `AtspiStateType` counts them.
const FOCUSED: u32 = 12;

/// Where an accessible thing is: the name of its process on the bus, and a path.
type Place = (String, OwnedObjectPath);

/// Between two looks at the tree.
const POLL: Duration = Duration::from_millis(50);

/// One thing in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// In ARIA's words, as the page says it: `button`, `treeitem`, `group`…; outside the page in
    /// AT-SPI's.
    pub role: String,
    pub name: String,
    /// What stands in it, where it has no name.
    pub text: String,
    pub is_focused: bool,
    /// The page's own word for what it is: `node`, `route`, `edge`, `port`.
    pub description: Option<String>,
    /// How many things stand above it in the tree.
    pub depth: usize,
    place: Place,
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:1$}{2} {3:?}", "", self.depth, self.role, self.name)?;
        if !self.text.is_empty() {
            write!(f, " {:?}", self.text)?;
        }
        if let Some(description) = &self.description {
            write!(f, " ({description})")?;
        }
        f.write_str(if self.is_focused { " *" } else { "" })
    }
}

/// Things for people who read why a test failed: a line each.
pub fn listed(things: &[Thing]) -> String {
    things.iter().map(|thing| format!("\n{thing}")).collect()
}

/// Reads the tree.
pub struct Reader {
    bus: Connection,
}

impl Reader {
    /// Tells the session of a desk that somebody reads; the window is to be opened after that.
    pub async fn at(desk: &Desk) -> Result<Self> {
        let session = Builder::address(desk.bus()?.as_str()).build().await?;
        let name = "org.a11y.Bus";
        let path = "/org/a11y/bus";
        for status in ["IsEnabled", "ScreenReaderEnabled"] {
            session
                .call_method(
                    Some(name),
                    path,
                    Some("org.freedesktop.DBus.Properties"),
                    "Set",
                    &("org.a11y.Status", status, Variant::from(true)),
                )
                .await
                .context("there is no accessibility bus: is at-spi2-core installed?")?;
        }
        let answer = session
            .call_method(Some(name), path, Some(name), "GetAddress", &())
            .await?;
        let address: String = answer.body().deserialize()?;
        Ok(Self {
            bus: Builder::address(address.as_str()).build().await?,
        })
    }

    /// Everything that is there now, each before what is in it.
    ///
    /// # Errors
    /// Also when something goes away while it is read.
    pub async fn read(&self) -> Result<Vec<Thing>> {
        let root: Place = (
            REGISTRY.0.to_owned(),
            OwnedObjectPath::try_from(REGISTRY.1)?,
        );
        let mut found = Vec::new();
        let mut waiting: Vec<(Place, usize)> = vec![(root, 0)];
        while let Some((place, depth)) = waiting.pop() {
            if depth > 0 {
                found.push(self.thing(&place, depth).await?);
            }
            let children = self.children(&place).await?;
            waiting.extend(children.into_iter().rev().map(|child| (child, depth + 1)));
        }
        Ok(found)
    }

    /// Reads until what is there satisfies, and returns it.
    pub async fn until(&self, what: &str, is_so: impl Fn(&[Thing]) -> bool) -> Result<Vec<Thing>> {
        let begun = Instant::now();
        loop {
            // What is read may change meanwhile.
            let seen = self.read().await;
            match seen {
                Ok(things) if is_so(&things) => return Ok(things),
                Ok(things) if begun.elapsed() > PATIENCE => {
                    bail!("waited in vain until {what}; there is{}", listed(&things))
                }
                Err(error) if begun.elapsed() > PATIENCE => {
                    return Err(error.context(format!("waited in vain until {what}")));
                }
                _ => tokio::time::sleep(POLL).await,
            }
        }
    }

    /// Presses something, as one who can't use a pointer does.
    pub async fn press(&self, thing: &Thing) -> Result<()> {
        let (bus_name, path) = &thing.place;
        let answer = self
            .bus
            .call_method(
                Some(bus_name.as_str()),
                path,
                Some(ACTION),
                "DoAction",
                &(0_i32,),
            )
            .await?;
        let is_done: bool = answer.body().deserialize()?;
        ensure!(is_done, "{thing} can't be pressed");
        Ok(())
    }

    async fn children(&self, place: &Place) -> Result<Vec<Place>> {
        let children: Vec<Place> = self.call(place, "GetChildren").await?;
        if !children.is_empty() || place.1.as_str() == REGISTRY.1 {
            return Ok(children);
        }
        // The place in a window where another process shows its tree names its child only when it
        // is asked for by number.
        let number = i32::try_from(self.property(place, "ChildCount").await?)?;
        let mut children = Vec::new();
        for index in 0..number {
            let answer = self
                .bus
                .call_method(
                    Some(place.0.as_str()),
                    &place.1,
                    Some(ACCESSIBLE),
                    "GetChildAtIndex",
                    &(index,),
                )
                .await?;
            children.push(answer.body().deserialize()?);
        }
        Ok(children)
    }

    async fn property(&self, place: &Place, name: &str) -> Result<OwnedVariant> {
        let answer = self
            .bus
            .call_method(
                Some(place.0.as_str()),
                &place.1,
                Some("org.freedesktop.DBus.Properties"),
                "Get",
                &(ACCESSIBLE, name),
            )
            .await?;
        Ok(answer.body().deserialize()?)
    }

    async fn thing(&self, place: &Place, depth: usize) -> Result<Thing> {
        let states: Vec<u32> = self.call(place, "GetState").await?;
        let has = |state: u32| {
            let word = states.get((state / 32) as usize).copied();
            word.is_some_and(|word| word & (1 << (state % 32)) != 0)
        };
        let attributes: HashMap<String, String> = self.call(place, "GetAttributes").await?;
        let role = match attributes.get("computed-role") {
            Some(role) => role.clone(),
            None => self.call(place, "GetRoleName").await?,
        };
        let name = String::try_from(self.property(place, "Name").await?)?;
        let text = match name.is_empty() {
            true => self.text(place).await,
            false => String::new(),
        };
        Ok(Thing {
            role,
            name,
            text,
            is_focused: has(FOCUSED),
            description: attributes.get("roledescription").cloned(),
            depth,
            place: place.clone(),
        })
    }

    /// What stands in something; nothing for what holds no text and says so by an error.
    async fn text(&self, place: &Place) -> String {
        let answer = self
            .bus
            .call_method(
                Some(place.0.as_str()),
                &place.1,
                Some(TEXT),
                "GetText",
                &(0_i32, -1_i32),
            )
            .await;
        answer
            .ok()
            .and_then(|answer| answer.body().deserialize().ok())
            .unwrap_or_default()
    }

    async fn call<T>(&self, place: &Place, method: &str) -> Result<T>
    where
        T: for<'d> DynamicDeserialize<'d>,
    {
        let answer = self
            .bus
            .call_method(
                Some(place.0.as_str()),
                &place.1,
                Some(ACCESSIBLE),
                method,
                &(),
            )
            .await?;
        Ok(answer.body().deserialize()?)
    }
}
