//! `cargo xtask icons`: every raster icon from `icons/slipway.svg`.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::{paths, shell};

/// The PNGs that are kept, in pixels.
pub(crate) const SIZES: &[u32] = &[16, 32, 48, 64, 128, 256, 512];

/// The sizes inside the Windows icon.
const ICO: &[u32] = &[16, 32, 48, 64, 256];

/// The sizes inside the macOS icon: the ones its format knows.
const ICNS: &[u32] = &[16, 32, 64, 128, 256, 512];

/// Where the icons are.
pub(crate) fn folder() -> PathBuf {
    paths::root().join("icons")
}

/// The file of one size, as Tauri's bundlers name it.
pub(crate) fn png(size: u32) -> PathBuf {
    folder().join(format!("{size}x{size}.png"))
}

/// Draws all of them.
pub(crate) fn draw() -> Result<()> {
    if paths::program("rsvg-convert").is_none() {
        bail!("rsvg-convert is missing (Debian: librsvg2-bin)");
    }
    let source = folder().join("slipway.svg");
    for size in SIZES {
        let text = size.to_string();
        let mut command = shell::command("rsvg-convert");
        command
            .args(["--width", &text, "--height", &text, "--output"])
            .arg(png(*size))
            .arg(&source);
        shell::output(&mut command)?;
    }
    write_ico(&folder().join("icon.ico"))?;
    write_icns(&folder().join("icon.icns"))?;
    println!(
        "    {} PNGs, icon.ico, icon.icns from {}",
        SIZES.len(),
        source.display()
    );
    Ok(())
}

fn open(size: u32) -> Result<BufReader<File>> {
    let path = png(size);
    Ok(BufReader::new(File::open(&path).with_context(|| {
        format!("cannot read {}", path.display())
    })?))
}

fn write_ico(path: &Path) -> Result<()> {
    let mut icon = ico::IconDir::new(ico::ResourceType::Icon);
    for size in ICO {
        let image = ico::IconImage::read_png(open(*size)?)?;
        icon.add_entry(ico::IconDirEntry::encode(&image)?);
    }
    let mut bytes = Vec::new();
    icon.write(&mut bytes)?;
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

fn write_icns(path: &Path) -> Result<()> {
    let mut family = icns::IconFamily::new();
    for size in ICNS {
        family.add_icon(&icns::Image::read_png(open(*size)?)?)?;
    }
    let mut bytes = Vec::new();
    family.write(&mut bytes)?;
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kept_icons_are_whole() {
        for size in SIZES {
            let image = ico::IconImage::read_png(open(*size).unwrap()).unwrap();
            assert_eq!((image.width(), image.height()), (*size, *size));
        }
        let icon = ico::IconDir::read(File::open(folder().join("icon.ico")).unwrap()).unwrap();
        assert_eq!(icon.entries().len(), ICO.len());
        let family =
            icns::IconFamily::read(File::open(folder().join("icon.icns")).unwrap()).unwrap();
        assert_eq!(family.available_icons().len(), ICNS.len());
    }
}
