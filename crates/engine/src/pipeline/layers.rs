//! Layers of an answer: when they can be made, what they take, and where they go. They are made of
//! overlays with [`Pipeline::of_overlay`], or drawn by the caller.

use crate::choose::Lies;
use crate::error::Error;
use crate::format::codec::only;
use crate::layer::{Ink, Layer, LayerPlan};
use crate::limits::Limits;
use crate::pipeline::body::Body;
use crate::pipeline::look::Look;
use crate::pipeline::output::Spent;
use crate::pipeline::state::{Pipeline, State};
use crate::pixels::buffer::reserved;
use crate::pixels::layout::Size;
use crate::pixels::rows::RowSource as _;
use crate::stage::leaving::Leaving;
use crate::transform::{Dpr, Frames, Overlay, Transform};

impl Pipeline<'_> {
    /// Returns the size of the answer, once it is known and as long as layers for it are missing.
    /// The caller then announces the layers with [`Pipeline::plan_layers`], and gives them with
    /// [`Pipeline::lay`] before the next bytes. A description needs no more than the plans.
    pub fn canvas(&self) -> Option<Size> {
        if !self.transform.has_layers() || !self.layers.plans.is_empty() {
            return None;
        }
        match self.look {
            None => self.planned().map(|(plan, _)| plan.canvas),
            Some(Look::Small) => self.described.as_deref().map(|plan| plan.canvas),
            Some(Look::Box(_) | Look::Point(_) | Look::Layer(_)) => None,
        }
    }

    /// Whether an answer needs the pixels of its layers, and not only their plans.
    pub fn shows_layers(&self) -> bool {
        self.look.is_none()
    }

    /// Plans the answer with these layers, which are not there yet.
    ///
    /// # Errors
    /// [`Error::OverBudget`].
    pub fn plan_layers(&mut self, plans: Vec<LayerPlan>) -> Result<(), Error> {
        self.layers.plans = plans.into();
        let (layers, bytes) = (self.layers.clone(), self.layers.bytes());
        if let Some(plan) = &mut self.described {
            (plan.layers, plan.layer_bytes) = (layers.clone(), bytes);
            plan.reckon();
        }
        if !self.shows_layers() {
            return Ok(());
        }
        let again = match &self.state {
            State::Planned { plan, .. } => {
                Some(self.asked(plan.header, plan.source.clone(), self.known())?)
            }
            _ => None,
        };
        match (&mut self.state, again) {
            (State::Planned { plan, .. }, Some(again)) => **plan = again,
            (State::Body(Body { plan, .. }), _) => {
                (plan.layers, plan.layer_bytes) = (layers, bytes);
                plan.reckon();
            }
            _ => {}
        }
        match self.planned() {
            Some((plan, _)) => plan.check_budget(self.file_bytes(plan), self.limits),
            None => Ok(()),
        }
    }

    /// Gives the answer its layers, the lowest first.
    pub fn lay(&mut self, layers: Vec<Layer>) {
        if self.layers.plans.is_empty() {
            self.layers.plans = layers.iter().map(Layer::plan).collect();
        }
        self.layers.list = layers.into();
        if let State::Planned { plan, .. } | State::Body(Body { plan, .. }) = &mut self.state {
            plan.layers = self.layers.clone();
        }
    }

    /// Returns the bytes that are held until the next call, whatever is planned.
    pub fn held_bytes(&self) -> u64 {
        let held = match &self.state {
            State::Header { start, .. } => start.capacity() as u64,
            State::Planned { plan, start } => {
                let tables = plan.source.bytes(&plan.header);
                (start.capacity() + self.resident.capacity()) as u64 + tables
            }
            State::Body(Body { plan, .. }) => {
                plan.source.bytes(&plan.header) + self.gathered(plan.file_bytes(self.source_bytes))
            }
            State::Described { .. } => 0,
        };
        held + SMALL_BYTES
    }
}

/// Bytes of a pipeline itself, and of its facts about an image.
const SMALL_BYTES: u64 = 4 << 10;

/// The transform of which a picture that is laid over has its frames and its turns.
static OF_LAYER: Transform = Transform {
    frames: Frames {
        first: 0,
        count: Frames::STILL,
    },
    ..Transform::DEFAULT
};

impl<'a> Pipeline<'a> {
    /// Returns a pipeline for the picture of an overlay, on an answer of this size. Its end is
    /// [`Pipeline::into_layer`]. Of an animation, the first frame is laid over.
    pub fn of_overlay(
        overlay: Overlay,
        canvas: Size,
        dpr: Dpr,
        limits: &'a Limits,
    ) -> Pipeline<'a> {
        Pipeline {
            look: Some(Look::Layer(Lies {
                overlay,
                canvas,
                dpr,
            })),
            ..Pipeline::new(&OF_LAYER, limits)
        }
    }

    /// Returns the plan of the layer, once the header of the overlay's picture has been read.
    pub fn layer_plan(&self) -> Option<LayerPlan> {
        let (Some(Look::Layer(lies)), Some((plan, _))) = (self.look, self.planned()) else {
            return None;
        };
        Some(LayerPlan {
            size: plan.canvas,
            place: lies.place(plan),
            bytes: plan.layer_pixels(),
        })
    }

    /// Decodes the rest of an overlay's picture. The layer is as large as it is shown.
    ///
    /// # Errors
    /// As [`Pipeline::finish`].
    pub fn into_layer(mut self, now_ms: &dyn Fn() -> f64) -> Result<Layer, Error> {
        while !self.play(now_ms)? {}
        let Some(Look::Layer(lies)) = self.look else {
            return Err(Error::Internal("the picture is no layer".to_owned()));
        };
        let State::Body(body) = self.state else {
            return Err(Error::Corrupt("the file breaks off in its header"));
        };
        let file = body.plan.file_bytes(self.source_bytes);
        body.plan.check_budget(file, self.limits)?;
        let (plan, pictures, _) = body.decode(now_ms, &mut Spent::default())?;
        let [plane] = plan.planes()[..] else {
            return Err(Error::Internal("a layer in components".to_owned()));
        };
        let mut rows = Leaving::new(&plan, &plane, only(pictures)?)?;
        let mut pixels = reserved(plan.layer_pixels())?;
        while let Some(row) = rows.next_row()? {
            pixels.extend_from_slice(row);
        }
        let opacity = lies.overlay.opacity.get();
        Layer::new(plan.canvas, lies.place(&plan), opacity, Ink::Rgba(pixels))
            .ok_or(Error::Corrupt("the image's rows break off"))
    }
}
