//! Measures a build context, packs it as a tar stream and computes its fingerprint.

use std::io::{Read as _, Write};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use sha2::{Digest as _, Sha256};
use slipway_design::Arch;
use slipway_plan::BuildSource;
use tar::{Builder, EntryType, Header};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::caution::{Caution, caution};
use crate::source::{ContextError, ContextSource};
use crate::walk::{Entry, EntryKind, walk};

/// Bytes in one chunk of the stream.
const CHUNK: usize = 64 << 10;

/// Chunks that wait for the reader: 1 MiB at most, whatever the context's size.
const CHUNKS: usize = 16;

/// Cautions that are kept; a context that goes on collecting them has been told enough.
const CAUTIONS: usize = 50;

/// How large a context may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextLimits {
    /// Sum of the files' sizes as a reader sees them, holes included.
    pub bytes: u64,
    /// Files, folders and links.
    pub entries: u64,
}

impl Default for ContextLimits {
    fn default() -> Self {
        Self {
            bytes: 4 << 30,
            entries: 500_000,
        }
    }
}

/// What a context amounts to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContextSize {
    /// Files, folders and links.
    pub entries: u64,
    /// Sum of the files' sizes.
    pub bytes: u64,
    /// What its owner should know, the first of them.
    pub cautions: Vec<Caution>,
}

/// A tar stream that is being packed.
#[derive(Debug)]
pub struct Packing {
    /// The archive in pieces, or the end of it after a failure.
    pub chunks: mpsc::Receiver<std::io::Result<Bytes>>,
    /// Why packing ended.
    pub outcome: JoinHandle<Result<(), ContextError>>,
}

impl ContextSource {
    /// Looks at everything that will be packed, without opening any of it.
    ///
    /// # Errors
    /// More than `limits`, and what cannot be packed.
    pub fn measure(&self, limits: &ContextLimits) -> Result<ContextSize, ContextError> {
        let mut size = ContextSize::default();
        let mut largest: Option<(u64, String)> = None;
        walk(self, &mut |entry| {
            if let Some(caution) = caution(entry)
                && size.cautions.len() < CAUTIONS
            {
                size.cautions.push(caution);
            }
            if entry.kind == EntryKind::Socket {
                return Ok(());
            }
            size.entries += 1;
            if entry.kind == EntryKind::File {
                let length = entry.metadata.len();
                size.bytes = size.bytes.saturating_add(length);
                if largest.as_ref().is_none_or(|(most, _)| length > *most) {
                    largest = Some((length, entry.path.clone()));
                }
            }
            let (found, limit) = if size.bytes > limits.bytes {
                (
                    format!("it holds {} or more", Bytesize(size.bytes)),
                    Bytesize(limits.bytes).to_string(),
                )
            } else if size.entries > limits.entries {
                (
                    format!("it holds {} files and folders or more", size.entries),
                    limits.entries.to_string(),
                )
            } else {
                return Ok(());
            };
            let largest = largest
                .as_ref()
                .map(|(length, path)| format!("{path} ({})", Bytesize(*length)));
            Err(ContextError::TooLarge {
                context: self.name.clone(),
                found,
                limit,
                largest,
            })
        })?;
        Ok(size)
    }

    /// SHA-256 in hex over all that decides what the build makes: the packed files with their
    /// modes, the Dockerfile, target, arguments and platform. Reads every packed file.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn fingerprint(&self, source: &BuildSource) -> Result<String, ContextError> {
        let mut hash = Sha256::new();
        field(&mut hash, b"slipway-build-1");
        field(&mut hash, &self.text);
        field(
            &mut hash,
            source.target.as_deref().unwrap_or_default().as_bytes(),
        );
        field(&mut hash, platform(source.arch).as_bytes());
        field(&mut hash, &(source.args.len() as u64).to_be_bytes());
        for (name, value) in &source.args {
            field(&mut hash, name.as_bytes());
            field(&mut hash, value.as_bytes());
        }
        let mut chunk = vec![0; CHUNK];
        walk(self, &mut |entry| {
            // What the builder alone reads counts by its effect, not by its comments.
            if self.is_only_for_builder(entry) {
                return Ok(());
            }
            let kind: &[u8] = match &entry.kind {
                EntryKind::Folder => b"folder",
                EntryKind::File => b"file",
                EntryKind::Link(_) => b"link",
                EntryKind::Socket => return Ok(()),
            };
            field(&mut hash, kind);
            field(&mut hash, entry.raw.as_os_str().as_encoded_bytes());
            match &entry.kind {
                EntryKind::Link(target) => field(&mut hash, target.as_os_str().as_encoded_bytes()),
                _ => field(&mut hash, &entry.mode().to_be_bytes()),
            }
            if entry.kind == EntryKind::File {
                let length = entry.metadata.len();
                hash.update(length.to_be_bytes());
                let mut file = entry.open(self)?.take(length);
                let mut rest = length;
                loop {
                    let read = file
                        .read(&mut chunk)
                        .map_err(|error| entry.unreadable(self, error))?;
                    if read == 0 {
                        break;
                    }
                    rest -= read as u64;
                    hash.update(&chunk[..read]);
                }
                if rest > 0 {
                    return Err(entry.changed(self));
                }
            }
            Ok(())
        })?;
        Ok(hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect())
    }

    /// An ignored Dockerfile or ignore file, sent because the builder reads it.
    fn is_only_for_builder(&self, entry: &Entry) -> bool {
        self.is_needed(&entry.path) && self.rules.is_ignored(&entry.path)
    }

    /// Packs on a blocking thread. The stream holds the same bytes for the same files: sorted, no
    /// times, owner root. Memory is bounded whatever the context's size, and packing waits for a
    /// slow reader; dropping the receiver ends it.
    pub fn pack(self: Arc<Self>) -> Packing {
        let (sender, chunks) = mpsc::channel(CHUNKS);
        let outcome = tokio::task::spawn_blocking(move || {
            let mut writer = ChunkWriter {
                sender,
                chunk: BytesMut::with_capacity(CHUNK),
            };
            let packed = self.write(&mut writer);
            if let Err(error) = &packed {
                // The reader must not take half an archive for a whole one.
                let broken = std::io::Error::other(error.to_string());
                // A reader that has gone needs no telling.
                drop(writer.sender.blocking_send(Err(broken)));
            }
            packed
        });
        Packing { chunks, outcome }
    }

    /// Writes the archive; what [`Self::pack`] streams.
    ///
    /// # Errors
    /// What cannot be read or packed; `Stopped` when `writer` fails.
    pub fn write(&self, writer: &mut dyn Write) -> Result<(), ContextError> {
        let mut archive = Builder::new(writer);
        walk(self, &mut |entry| self.append(&mut archive, entry))?;
        if self.is_outside {
            let mut header = header(EntryType::Regular, 0o644, self.text.len() as u64);
            archive
                .append_data(&mut header, &self.dockerfile, self.text.as_slice())
                .map_err(|_| ContextError::Stopped)?;
        }
        archive
            .into_inner()
            .and_then(|writer| writer.flush())
            .map_err(|_| ContextError::Stopped)
    }

    fn append(
        &self,
        archive: &mut Builder<&mut dyn Write>,
        entry: &Entry,
    ) -> Result<(), ContextError> {
        match &entry.kind {
            EntryKind::Socket => Ok(()),
            EntryKind::Folder => {
                let mut header = header(EntryType::Directory, entry.mode(), 0);
                archive
                    .append_data(&mut header, &entry.raw, std::io::empty())
                    .map_err(|_| ContextError::Stopped)
            }
            EntryKind::Link(target) => {
                let mut header = header(EntryType::Symlink, 0o777, 0);
                let literal = target.as_os_str().as_encoded_bytes();
                // Kept byte by byte where it fits; a longer one goes into a record of its own.
                let appended = if cfg!(unix) && header.set_link_name_literal(literal).is_ok() {
                    archive.append_data(&mut header, &entry.raw, std::io::empty())
                } else {
                    archive.append_link(&mut header, &entry.raw, target)
                };
                appended.map_err(|_| ContextError::Stopped)
            }
            EntryKind::File => {
                let length = entry.metadata.len();
                let mut header = header(EntryType::Regular, entry.mode(), length);
                let mut file = Exact {
                    file: entry.open(self)?,
                    rest: length,
                    failure: None,
                };
                let appended = archive.append_data(&mut header, &entry.raw, &mut file);
                match (file.failure, appended) {
                    (Some(Failure::Short), _) => Err(entry.changed(self)),
                    (Some(Failure::Read(error)), _) => Err(entry.unreadable(self, error)),
                    (None, Err(_)) => Err(ContextError::Stopped),
                    (None, Ok(())) => Ok(()),
                }
            }
        }
    }
}

/// `linux/amd64` or `linux/arm64`: what Lambda and Fargate run.
pub(crate) fn platform(arch: Arch) -> &'static str {
    match arch {
        Arch::Arm64 => "linux/arm64",
        Arch::X86_64 => "linux/amd64",
    }
}

/// Adds one value, so that no two lists of values are the same bytes.
fn field(hash: &mut Sha256, value: &[u8]) {
    hash.update((value.len() as u64).to_be_bytes());
    hash.update(value);
}

fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size);
    header
}

/// Reads exactly as many bytes as the header says, and keeps why it could not.
struct Exact {
    file: std::fs::File,
    rest: u64,
    failure: Option<Failure>,
}

enum Failure {
    Short,
    Read(std::io::Error),
}

impl std::io::Read for Exact {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.rest == 0 {
            return Ok(0);
        }
        let most = usize::try_from(self.rest).map_or(buffer.len(), |rest| rest.min(buffer.len()));
        match self.file.read(&mut buffer[..most]) {
            Ok(0) => {
                self.failure = Some(Failure::Short);
                Err(std::io::ErrorKind::UnexpectedEof.into())
            }
            Ok(read) => {
                self.rest -= read as u64;
                Ok(read)
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let kind = error.kind();
                self.failure = Some(Failure::Read(error));
                Err(kind.into())
            }
        }
    }
}

/// Hands the archive over in chunks and waits while the reader is behind.
struct ChunkWriter {
    sender: mpsc::Sender<std::io::Result<Bytes>>,
    chunk: BytesMut,
}

impl ChunkWriter {
    fn send(&mut self) -> std::io::Result<()> {
        if self.chunk.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.chunk, BytesMut::with_capacity(CHUNK)).freeze();
        self.sender
            .blocking_send(Ok(chunk))
            .map_err(|_| std::io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for ChunkWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        if self.chunk.len() == CHUNK {
            self.send()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.send()
    }
}

/// A number of bytes for people.
pub(crate) struct Bytesize(pub(crate) u64);

impl std::fmt::Display for Bytesize {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
        let mut value = self.0 as f64;
        let mut unit = 0;
        while value >= 1024.0 && unit + 1 < UNITS.len() {
            value /= 1024.0;
            unit += 1;
        }
        match unit {
            0 => write!(f, "{} B", self.0),
            _ => write!(f, "{value:.1} {}", UNITS[unit]),
        }
    }
}
