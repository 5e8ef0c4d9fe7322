//! Images in a folder per class: PNG and JPEG, of one size or brought to one.

use std::io::Cursor;

use image::imageops::FilterType;
use image::{DynamicImage, ImageReader, Limits};

use super::files::Files;
use super::npy::channels_first;
use super::samples::{Labels, Samples};
use super::table::DataTable;
use crate::folder::MOST_OWN;
use base::error::{Error, Result};

/// Most pixels in a row or column of a file.
const MOST_EDGE: u32 = 8192;
const KINDS: [&str; 3] = ["png", "jpg", "jpeg"];

/// Every image below `folder`, class by class, both by letters.
///
/// # Errors
/// A data error that names the file: no class folders, something that is no image, sizes that differ, too much.
pub(super) fn read(files: &Files, folder: &str, table: &DataTable, channels: usize) -> Result<Samples> {
    let mut labels = Labels::default();
    let (mut size, mut pixels) = (table.size, Vec::new());
    for path in paths(files, folder)? {
        let (class, path) = path;
        let image = decode(&files.read(&path)?).map_err(|problem| Error::data(&path, problem))?;
        let found = [image.height() as usize, image.width() as usize];
        let [height, width] = *size.get_or_insert(found);
        let image = if found == [height, width] {
            image
        } else if table.size.is_some() {
            image.resize_exact(width as u32, height as u32, FilterType::Triangle)
        } else {
            let problem = format!(
                "{} x {} pixels (height x width), but those before are {height} x {width}; `size = [height, width]` brings all to one size",
                found[0], found[1]
            );
            return Err(Error::data(&path, problem));
        };
        if (pixels.len() + channels * height * width) as u64 > MOST_OWN {
            return Err(Error::data(
                folder,
                format!("unpacks to more than the {MOST_OWN} bytes allowed; `size` makes images smaller"),
            ));
        }
        if channels == 1 {
            pixels.extend_from_slice(&image.to_luma8());
        } else {
            pixels.extend(channels_first(&image.to_rgb8(), [3, height, width], true));
        }
        labels.push(&class);
    }
    let Some([height, width]) = size.filter(|_| !labels.of.is_empty()) else {
        return Err(Error::data(
            folder,
            "holds no images; expected a folder per class, with PNG or JPEG images in it",
        ));
    };
    Ok(Samples { shape: [channels, height, width], pixels: pixels.into(), labels, values: Vec::new() })
}

/// Whether any image in these folders has colours.
///
/// # Errors
/// As [`read`].
pub(super) fn coloured(files: &Files, folders: &[&str]) -> Result<bool> {
    for folder in folders {
        for (_, path) in paths(files, folder)? {
            let image = decode(&files.read(&path)?).map_err(|problem| Error::data(&path, problem))?;
            if image.color().has_color() {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Class and path of every image.
fn paths(files: &Files, folder: &str) -> Result<Vec<(String, String)>> {
    let folder = folder.trim_end_matches('/');
    let mut found = Vec::new();
    for (class, is_folder) in files.list(folder)? {
        let below = if folder == "." { class.clone() } else { format!("{folder}/{class}") };
        if !is_folder {
            return Err(Error::data(
                below,
                "is a file beside the folders of the classes; expected folders alone",
            ));
        }
        for (name, is_folder) in files.list(&below)? {
            let path = format!("{below}/{name}");
            let kind = name.rsplit_once('.').map_or(String::new(), |(_, kind)| kind.to_ascii_lowercase());
            if is_folder || !KINDS.contains(&kind.as_str()) {
                let problem =
                    "is not an image; in the folder of a class stand .png, .jpg and .jpeg files alone";
                return Err(Error::data(path, problem));
            }
            found.push((class.clone(), path));
        }
    }
    Ok(found)
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, String> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_EDGE);
    limits.max_image_height = Some(MOST_EDGE);
    limits.max_alloc = Some(MOST_OWN);
    let damaged =
        |error: &dyn std::fmt::Display| format!("not a PNG or JPEG image, or a damaged one: {error}");
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| damaged(&error))?;
    reader.limits(limits);
    reader.decode().map_err(|error| damaged(&error))
}
