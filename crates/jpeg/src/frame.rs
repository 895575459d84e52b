//! Geometry of the picture: components, blocks and MCUs (T.81, A.1 and A.2), and the sizes at a
//! scale.

use alloc::vec::Vec;

use crate::idct::Points;
use crate::scale::Scale;

/// A colour component.
#[derive(Clone, Debug)]
pub(crate) struct Component {
    /// The identifier in the file.
    pub(crate) name: u8,
    /// Sampling factors: blocks of this component in an MCU.
    pub(crate) h: usize,
    pub(crate) v: usize,
    /// Value of `v` in the file, which is ignored for a lone component.
    pub(crate) v_in_file: usize,
    /// Index of the quantisation table.
    pub(crate) quantisation: usize,
    /// Blocks that hold picture, in a row and in a column.
    pub(crate) blocks_across: usize,
    pub(crate) blocks_down: usize,
    /// Samples that a block gives at the frame's scale.
    pub(crate) points: Points,
    /// Samples that hold picture at the frame's scale.
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl Component {
    pub(crate) fn new(name: u8, h: usize, v: usize, quantisation: usize) -> Component {
        let points = Points { across: 8, down: 8 };
        Component {
            name,
            h,
            v,
            v_in_file: v,
            quantisation,
            blocks_across: 0,
            blocks_down: 0,
            points,
            width: 0,
            height: 0,
        }
    }
}

/// Frame: the sizes of the picture, its MCUs and components.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) progressive: bool,
    pub(crate) components: Vec<Component>,
    pub(crate) h_max: usize,
    pub(crate) v_max: usize,
    pub(crate) mcus_across: usize,
    pub(crate) mcus_down: usize,
    /// Samples along a block's side for a component without subsampling.
    pub(crate) scale: Scale,
    /// Set if each component is scaled by itself and handed out as it is, without upsampling to the
    /// size of another.
    pub(crate) separate: bool,
}

impl Frame {
    pub(crate) fn new(
        width: u16,
        height: u16,
        progressive: bool,
        components: Vec<Component>,
    ) -> Frame {
        let h_max = components.iter().map(|c| c.h).max().unwrap_or(1);
        let v_max = components.iter().map(|c| c.v).max().unwrap_or(1);
        let mut frame = Frame {
            width,
            height,
            progressive,
            components,
            h_max,
            v_max,
            mcus_across: usize::from(width).div_ceil(8 * h_max),
            mcus_down: 0,
            scale: Scale::Full,
            separate: false,
        };
        frame.set_height(height);
        frame
    }

    /// Sets a height that comes late, in a DNL segment (B.2.5).
    pub(crate) fn set_height(&mut self, height: u16) {
        self.height = height;
        self.mcus_down = usize::from(height).div_ceil(8 * self.v_max);
        for c in &mut self.components {
            c.blocks_across = (usize::from(self.width) * c.h).div_ceil(8 * self.h_max);
            c.blocks_down = (usize::from(height) * c.v).div_ceil(8 * self.v_max);
        }
        self.set_scale(self.scale);
    }

    /// Chooses how many samples each component's blocks give. A subsampled component gives more
    /// samples than the others, up to the full block, so that nothing has to be interpolated at
    /// smaller scales.
    pub(crate) fn set_scale(&mut self, scale: Scale) {
        self.scale = scale;
        let most = if self.separate { scale.points() } else { 8 };
        let along = |factor: usize, max: usize| {
            let mut points = scale.points();
            while points < most && (max * scale.points()).is_multiple_of(2 * factor * points) {
                points *= 2;
            }
            points
        };
        for c in &mut self.components {
            c.points = Points {
                across: along(c.h, self.h_max),
                down: along(c.v, self.v_max),
            };
            c.width = (usize::from(self.width) * c.h * c.points.across).div_ceil(8 * self.h_max);
            c.height = (usize::from(self.height) * c.v * c.points.down).div_ceil(8 * self.v_max);
        }
    }

    /// Columns of the result.
    pub(crate) fn out_width(&self) -> usize {
        (usize::from(self.width) * self.scale.points()).div_ceil(8)
    }

    /// Rows of the result.
    pub(crate) fn out_height(&self) -> usize {
        (usize::from(self.height) * self.scale.points()).div_ceil(8)
    }

    /// Rows of the result that a row of MCUs gives.
    pub(crate) fn mcu_rows(&self) -> usize {
        self.v_max * self.scale.points()
    }
}
