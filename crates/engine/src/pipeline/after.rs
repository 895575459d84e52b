//! Work on a finished file: metadata is put into it, and it becomes a `data:` URL (RFC 2397), which
//! is its media type and its bytes, as text for a page or a style sheet.

use crate::error::Error;
use crate::format::codec_of;
use crate::limits::Limits;
use crate::pipeline::output::Output;
use crate::pixels::buffer::reserved;

/// Letters of base64 (RFC 4648, section 4).
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl Output {
    /// Returns the bytes that are held while metadata is put into the file: the metadata, and the
    /// file twice; 0 where there is none. Nothing else of the transform is left by then.
    ///
    /// # Errors
    /// [`Error::OverBudget`].
    pub fn metadata_bytes(&self, limits: &Limits) -> Result<u64, Error> {
        match self.kept.bytes() {
            0 => Ok(0),
            kept => {
                let file = self.body.capacity() as u64 + self.body.len() as u64;
                self.within(file + 2 * kept, limits)
            }
        }
    }

    /// Returns the answer with the metadata that it is to have.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn with_metadata(mut self) -> Result<Output, Error> {
        let kept = std::mem::take(&mut self.kept);
        if let Some(writer) = codec_of(self.plan.format).writer()
            && !kept.is_empty()
            && let Some(dressed) = writer.dress(&self.body, &kept)?
        {
            self.body = dressed;
        }
        Ok(self)
    }

    /// Returns the bytes that are held while the answer becomes a data URL: the file and the text.
    /// Nothing else of the transform is left by then.
    ///
    /// # Errors
    /// [`Error::OverBudget`].
    pub fn data_url_bytes(&self, limits: &Limits) -> Result<u64, Error> {
        self.within(self.body.capacity() as u64 + self.url_bytes(), limits)
    }

    /// Returns so many bytes, if they fit into memory.
    fn within(&self, need: u64, limits: &Limits) -> Result<u64, Error> {
        if need > limits.memory_bytes {
            return Err(Error::OverBudget {
                pixels: self.plan.header.stored.pixels(),
                frames: 1,
                need,
                budget: limits.memory_bytes,
                by_avif: false,
            });
        }
        Ok(need)
    }

    /// Returns the answer as a data URL, whose own media type is that of plain text.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn into_data_url(self) -> Result<Output, Error> {
        let mut text = reserved(self.url_bytes())?;
        text.extend(self.start());
        for group in self.body.chunks(3) {
            let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
            let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
            let letter = |at: usize| match at <= group.len() {
                true => LETTERS[(bits >> (18 - 6 * at)) as usize & 63],
                false => b'=',
            };
            text.extend([letter(0), letter(1), letter(2), letter(3)]);
        }
        Ok(Output {
            body: text,
            content_type: "text/plain",
            ..self
        })
    }

    /// The letters before the file.
    fn start(&self) -> impl Iterator<Item = u8> {
        let parts = ["data:", self.content_type, ";base64,"];
        parts.into_iter().flat_map(str::bytes)
    }

    /// Bytes of the data URL.
    fn url_bytes(&self) -> u64 {
        self.start().count() as u64 + 4 * (self.body.len() as u64).div_ceil(3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pipeline;
    use crate::pixels::layout::{Layout, Size};
    use crate::testing;
    use crate::transform::Transform;

    #[test]
    fn every_length_has_the_letters_and_the_padding_of_its_standard() {
        let size = Size {
            width: 2,
            height: 2,
        };
        let file = testing::png(size, Layout::Rgb);
        // RFC 4648, section 10.
        for (bytes, wanted) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
            ("\u{3bf}\u{3ff}", "zr/Pvw=="),
        ] {
            let transform = Transform::DEFAULT;
            let mut pipeline = Pipeline::new(&transform, &Limits::DEFAULT);
            pipeline.push(&file).expect("a good file");
            let mut output = pipeline.finish(&|| 0.0).expect("a good file");
            output.body = bytes.as_bytes().to_vec();
            let need = output.data_url_bytes(&Limits::DEFAULT).expect("little");
            let tight = Limits {
                memory_bytes: need - 1,
                ..Limits::DEFAULT
            };
            assert!(matches!(
                output.data_url_bytes(&tight),
                Err(Error::OverBudget { .. })
            ));
            let url = output.into_data_url().expect("memory");
            let wanted = format!("data:image/png;base64,{wanted}");
            assert_eq!(String::from_utf8_lossy(&url.body), wanted);
            assert_eq!(need as usize, bytes.len() + wanted.len());
            assert_eq!(url.content_type, "text/plain");
        }
    }
}
