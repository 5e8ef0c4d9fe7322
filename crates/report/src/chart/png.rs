//! A chart as a picture of pixels, for slides and pages that take no SVG; letters come from a font in the program, so that a
//! picture is the same on every machine with the same arithmetic.

use std::sync::{Arc, OnceLock};

use png::{BitDepth, ColorType, DeflateCompression, Encoder, Filter};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

/// Pixels of the picture per pixel of the drawing.
const SCALE: f32 = 2.0;
/// Inter by the Inter Project Authors, under the SIL Open Font License 1.1, see `fonts/README.md`.
const REGULAR: &[u8] = include_bytes!("../../fonts/Inter-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../fonts/Inter-SemiBold.ttf");
const FAMILY: &str = "Inter";

fn fonts() -> Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    let load = || {
        let mut fonts = Database::new();
        fonts.load_font_data(REGULAR.to_vec());
        fonts.load_font_data(BOLD.to_vec());
        fonts.set_sans_serif_family(FAMILY);
        Arc::new(fonts)
    };
    FONTS.get_or_init(load).clone()
}

/// Flat colours pack well as they are: of the rows unfiltered a third of the effort makes less than all of it does of filtered ones.
const EFFORT: DeflateCompression = DeflateCompression::Level(3);

/// The bytes of the PNG of an SVG document on white paper; `None` where it is no document, or too large for a picture.
pub fn png(svg: &str) -> Option<Vec<u8>> {
    let options = Options { fontdb: fonts(), font_family: FAMILY.into(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).ok()?;
    let size = tree.size().to_int_size().scale_by(SCALE)?;
    let mut picture = Pixmap::new(size.width(), size.height())?;
    picture.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut picture.as_mut());
    encoded(&picture).ok()
}

/// Red, green and blue: on paper nothing is transparent.
fn encoded(picture: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let mut data = Vec::new();
    let mut encoder = Encoder::new(&mut data, picture.width(), picture.height());
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_deflate_compression(EFFORT);
    encoder.set_filter(Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&without_alpha(picture.data()))?;
    writer.finish()?;
    Ok(data)
}

/// The first three of each four bytes.
fn without_alpha(pixels: &[u8]) -> Vec<u8> {
    let mut opaque = vec![0; pixels.len() / 4 * 3];
    for (opaque, pixel) in opaque.chunks_exact_mut(3).zip(pixels.chunks_exact(4)) {
        opaque.copy_from_slice(&pixel[..3]);
    }
    opaque
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_twice_the_pixels_and_letters() {
        let svg = |text: &str| {
            format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"60\" height=\"20\" viewBox=\"0 0 600 200\">\
                 <g font-family=\"Inter,sans-serif\" font-size=\"120\"><text x=\"10\" y=\"120\">{text}</text></g></svg>"
            )
        };
        let written = png(&svg("λ → 1")).expect("a picture");
        let picture = Pixmap::decode_png(&written).expect("PNG");
        assert_eq!((picture.width(), picture.height()), (120, 40));
        assert!(picture.pixels().iter().any(|pixel| pixel.red() < 50), "letters are drawn");
        let empty = Pixmap::decode_png(&png(&svg("")).expect("a picture")).expect("PNG");
        assert!(empty.pixels().iter().all(|pixel| (pixel.red(), pixel.alpha()) == (255, 255)));
        assert_eq!(png("no document"), None);
    }
}
