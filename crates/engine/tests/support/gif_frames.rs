//! Pictures of a GIF as a viewer shows them, read by another reader than ours.

/// Returns the canvas after each frame, row by row. Frames are drawn over each other: disposal is
/// not for this.
pub(crate) fn gif_frames(file: &[u8]) -> Vec<Vec<[u8; 4]>> {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(file).expect("a GIF");
    let row = usize::from(decoder.width());
    let mut canvas = vec![[0; 4]; row * usize::from(decoder.height())];
    let mut frames = Vec::new();
    while let Some(frame) = decoder.read_next_frame().expect("a frame") {
        let (left, width) = (usize::from(frame.left), usize::from(frame.width));
        for (index, pixel) in frame.buffer.chunks(4).enumerate() {
            let (x, y) = (left + index % width, usize::from(frame.top) + index / width);
            if pixel[3] > 0 {
                canvas[y * row + x].copy_from_slice(pixel);
            }
        }
        frames.push(canvas.clone());
    }
    frames
}
