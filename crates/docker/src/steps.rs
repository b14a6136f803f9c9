//! What a build tells while it runs: from BuildKit's vertexes and from the classic builder's text
//! to the same news.

use std::collections::HashMap;

use bollard::models::{BuildInfo, BuildInfoAux};
use slipway_engine::port::{Progress, ProgressSink};

use crate::log_lines::{Lines, Tail};

/// Follows one build, with either builder.
pub(crate) struct Steps<'a> {
    sink: &'a dyn ProgressSink,
    steps: HashMap<String, Step>,
    /// Of the classic builder: the step that runs.
    current: Option<String>,
    failed: Option<String>,
    /// The image's id, once it is made.
    pub(crate) image: Option<String>,
}

#[derive(Default)]
struct Step {
    title: String,
    lines: Lines,
    tail: Tail,
    /// Bytes of each download, `(done, total)`.
    downloads: HashMap<String, (u64, u64)>,
    told: Option<Progress>,
    is_finished: bool,
    is_cached: bool,
}

/// Where a build stopped.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Stopped {
    /// The step's title, as the builder has it.
    pub(crate) step: Option<String>,
    /// The last lines of its output, oldest first.
    pub(crate) tail: Vec<String>,
}

impl<'a> Steps<'a> {
    pub(crate) fn new(sink: &'a dyn ProgressSink) -> Self {
        Self {
            sink,
            steps: HashMap::new(),
            current: None,
            failed: None,
            image: None,
        }
    }

    /// Takes one message of the engine.
    pub(crate) fn take(&mut self, info: BuildInfo) {
        match info.aux {
            Some(BuildInfoAux::BuildKit(status)) => {
                for vertex in status.vertexes {
                    let step = self.steps.entry(vertex.digest.clone()).or_default();
                    step.title = vertex.name;
                    step.is_cached |= vertex.cached;
                    step.is_finished = vertex.completed.is_some();
                    if !vertex.error.is_empty() && !vertex.error.contains("context canceled") {
                        self.failed = Some(vertex.digest.clone());
                    }
                    if vertex.started.is_some() || step.is_finished {
                        step.tell(&vertex.digest, self.sink);
                    }
                }
                for status in status.statuses {
                    let step = self.steps.entry(status.vertex.clone()).or_default();
                    let bytes = |number: i64| u64::try_from(number).unwrap_or(0);
                    step.downloads
                        .insert(status.id, (bytes(status.current), bytes(status.total)));
                    step.tell(&status.vertex, self.sink);
                }
                for log in status.logs {
                    let step = self.steps.entry(log.vertex).or_default();
                    step.log(&log.msg, self.sink);
                }
            }
            Some(BuildInfoAux::Default(id)) => self.image = id.id,
            None => {}
        }
        if let Some(text) = info.stream {
            self.take_text(&text);
        }
        if let (Some(id), Some(status)) = (info.id, info.status) {
            let detail = info.progress_detail.unwrap_or_default();
            let bytes = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
            self.sink.tell(Progress::Part {
                title: format!("{status} {id}"),
                finished: matches!(status.as_str(), "Pull complete" | "Already exists"),
                cached: status == "Already exists",
                done: bytes(detail.current).unwrap_or(0),
                total: bytes(detail.total).filter(|total| *total > 0),
                id,
            });
        }
    }

    /// Takes text of the classic builder, which tells everything in it.
    fn take_text(&mut self, text: &str) {
        let title = text
            .strip_prefix("Step ")
            .and_then(|rest| rest.split_once(" : "))
            .map(|(number, instruction)| format!("[{number}] {}", instruction.trim_end()));
        if let Some(title) = title {
            self.finish_current();
            let step = self.steps.entry(title.clone()).or_default();
            step.title = title.clone();
            step.tell(&title, self.sink);
            self.current = Some(title);
        } else if let Some(step) = self.current.as_ref().and_then(|id| self.steps.get_mut(id)) {
            if text.trim() == "---> Using cache" {
                step.is_cached = true;
            } else if !text.trim_start().starts_with("---> ")
                && !text.starts_with("Removing intermediate container ")
            {
                step.log(text.as_bytes(), self.sink);
            }
        }
    }

    fn finish_current(&mut self) {
        if let Some(id) = self.current.take()
            && let Some(step) = self.steps.get_mut(&id)
        {
            step.is_finished = true;
            step.tell(&id, self.sink);
        }
    }

    /// The build ended well.
    pub(crate) fn finish(&mut self) {
        self.finish_current();
    }

    /// The build failed: says where.
    pub(crate) fn stopped(mut self) -> Stopped {
        let id = self.failed.take().or_else(|| self.current.take());
        match id.and_then(|id| self.steps.remove(&id)) {
            Some(mut step) => {
                step.lines.finish(&mut |line| step.tail.push(line));
                Stopped {
                    step: Some(step.title),
                    tail: step.tail.into_lines(),
                }
            }
            None => Stopped::default(),
        }
    }
}

impl Step {
    /// Tells the state of the step, unless it was told already.
    fn tell(&mut self, id: &str, sink: &dyn ProgressSink) {
        let (done, total) =
            self.downloads
                .values()
                .fold((0_u64, 0_u64), |(done, total), download| {
                    (
                        done.saturating_add(download.0),
                        total.saturating_add(download.1),
                    )
                });
        let news = Progress::Part {
            id: id.to_owned(),
            title: self.title.clone(),
            done,
            total: (total > 0).then_some(total),
            finished: self.is_finished,
            cached: self.is_cached,
        };
        if self.told.as_ref() != Some(&news) {
            sink.tell(news.clone());
            self.told = Some(news);
        }
    }

    fn log(&mut self, bytes: &[u8], sink: &dyn ProgressSink) {
        let tail = &mut self.tail;
        self.lines.push(bytes, &mut |line| {
            sink.tell(Progress::Log(line.clone()));
            tail.push(line);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Told(Mutex<Vec<String>>);

    impl ProgressSink for Told {
        fn tell(&self, news: Progress) {
            let line = match news {
                Progress::Message(text) => text,
                Progress::Log(line) => format!("log {line}"),
                Progress::Part {
                    title,
                    done,
                    total,
                    finished,
                    cached,
                    ..
                } => {
                    format!("{title} {done}/{total:?} finished={finished} cached={cached}")
                }
            };
            self.0.lock().unwrap().push(line);
        }
    }

    fn text(text: &str) -> BuildInfo {
        BuildInfo {
            stream: Some(text.to_owned()),
            ..BuildInfo::default()
        }
    }

    #[test]
    fn the_classic_builder_is_followed() {
        let told = Told::default();
        let mut steps = Steps::new(&told);
        for line in [
            "Step 1/2 : FROM scratch\n",
            " ---> \n",
            "Step 2/2 : RUN make\n",
            " ---> Running in 12ab\n",
            "one\ntw",
            "o\n",
        ] {
            steps.take(text(line));
        }
        let stopped = steps.stopped();
        assert_eq!(
            *told.0.lock().unwrap(),
            [
                "[1/2] FROM scratch 0/None finished=false cached=false",
                "[1/2] FROM scratch 0/None finished=true cached=false",
                "[2/2] RUN make 0/None finished=false cached=false",
                "log one",
                "log two",
            ]
        );
        assert_eq!(stopped.step.as_deref(), Some("[2/2] RUN make"));
        assert_eq!(stopped.tail, ["one", "two"]);
    }

    #[test]
    fn the_classic_cache_is_seen() {
        let told = Told::default();
        let mut steps = Steps::new(&told);
        for line in [
            "Step 1/1 : COPY a /\n",
            " ---> Using cache\n",
            " ---> 12ab\n",
        ] {
            steps.take(text(line));
        }
        steps.finish();
        assert_eq!(
            told.0.lock().unwrap().last().unwrap(),
            "[1/1] COPY a / 0/None finished=true cached=true"
        );
    }
}
